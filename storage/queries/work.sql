-- 我的工作, a span at a time by when it is due, from where the last page ended. Each branch follows its own index.
-- urgent_too: the span takes what is urgent, too; else it leaves that out. calm: of what is not urgent. What was given back is a span of its own.

-- name: WorkMatters :many
SELECT m.id, m.process, m.case_id, m.tip_id, m.urgent, m.step, m.awaiting, m.team, m.holder, m.due_at AS sort_at, m.serial,
  COALESCE(s.name, '')::text AS holder_name, COALESCE(c.number, '')::text AS case_number, COALESCE(t.ticket, '')::text AS ticket,
  (d.id IS NOT NULL)::bool AS has_due, COALESCE(d.id, m.id)::uuid AS deadline_id, COALESCE(d.due_at, 'epoch')::timestamptz AS due_at,
  COALESCE(d.clause, '')::text AS clause, COALESCE(d.unit, '')::text AS unit
FROM (
  (SELECT h.id, h.due_at FROM court.matter h WHERE h.court = $1 AND h.state = 'open' AND h.holder = sqlc.arg(me)::uuid
    AND (sqlc.arg(process)::text = '' OR h.process = sqlc.arg(process)::text)
    AND (h.id = ANY(sqlc.arg(given_back)::uuid[])) = sqlc.arg(only_given_back)::bool
    AND h.due_at >= sqlc.arg(from_at)::timestamptz AND h.due_at < sqlc.arg(until_at)::timestamptz
    AND CASE WHEN h.urgent THEN sqlc.arg(urgent_too)::bool ELSE h.due_at >= sqlc.arg(calm_from)::timestamptz AND h.due_at < sqlc.arg(calm_until)::timestamptz END
    AND (h.due_at, h.id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after)::uuid)
    ORDER BY h.due_at, h.id LIMIT sqlc.arg(most)::int)
  UNION
  SELECT x.id, x.due_at FROM unnest(sqlc.arg(steps)::text[]) AS k(name) CROSS JOIN LATERAL (SELECT f.id, f.due_at FROM court.matter f
    WHERE f.court = $1 AND f.state = 'open' AND f.holder IS NULL AND f.awaiting = '' AND f.process = split_part(k.name, '.', 1) AND f.step = split_part(k.name, '.', 2)
    AND (f.team = '' OR f.team = sqlc.arg(team)::text OR sqlc.arg(everywhere)::bool)
    AND f.due_at >= sqlc.arg(from_at)::timestamptz AND f.due_at < sqlc.arg(until_at)::timestamptz
    AND CASE WHEN f.urgent THEN sqlc.arg(urgent_too)::bool ELSE f.due_at >= sqlc.arg(calm_from)::timestamptz AND f.due_at < sqlc.arg(calm_until)::timestamptz END
    AND (f.due_at, f.id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after)::uuid) AND NOT sqlc.arg(only_given_back)::bool
    ORDER BY f.due_at, f.id LIMIT sqlc.arg(most)::int) x
  UNION
  SELECT y.id, y.due_at FROM unnest(sqlc.arg(roles)::text[]) AS k(name) CROSS JOIN LATERAL (SELECT f.id, f.due_at FROM court.matter f
    WHERE f.court = $1 AND f.state = 'open' AND f.awaiting <> '' AND f.awaiting = k.name AND f.holder IS NULL
    AND (f.team = '' OR f.team = sqlc.arg(team)::text OR sqlc.arg(everywhere)::bool) AND (sqlc.arg(process)::text = '' OR f.process = sqlc.arg(process)::text)
    AND f.due_at >= sqlc.arg(from_at)::timestamptz AND f.due_at < sqlc.arg(until_at)::timestamptz
    AND CASE WHEN f.urgent THEN sqlc.arg(urgent_too)::bool ELSE f.due_at >= sqlc.arg(calm_from)::timestamptz AND f.due_at < sqlc.arg(calm_until)::timestamptz END
    AND (f.due_at, f.id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after)::uuid) AND NOT sqlc.arg(only_given_back)::bool
    ORDER BY f.due_at, f.id LIMIT sqlc.arg(most)::int) y
  ORDER BY 2, 1 LIMIT sqlc.arg(most)::int
) w JOIN court.matter m ON m.court = $1 AND m.id = w.id
LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder
LEFT JOIN court.cases c ON c.court = m.court AND c.id = m.case_id LEFT JOIN court.tip t ON t.court = m.court AND t.id = m.tip_id
LEFT JOIN LATERAL (SELECT z.id, z.due_at, z.clause, z.length->>'unit' AS unit FROM court.deadline z
  WHERE z.court = m.court AND z.matter_id = m.id AND z.state = 'open' ORDER BY z.due_at LIMIT 1) d ON true
ORDER BY m.due_at, m.id;

-- name: WorkClocks :many
SELECT d.id, d.rule, d.name, d.clause, d.case_id, d.due_at, COALESCE(d.length->>'unit', '')::text AS unit, d.owner_role, d.owner, c.number AS case_number, COALESCE(s.name, '')::text AS owner_name
FROM (
  (SELECT h.id, h.due_at FROM court.deadline h WHERE h.court = $1 AND h.state = 'open' AND h.matter_id IS NULL AND h.owner = sqlc.arg(me)::uuid
    AND h.due_at >= sqlc.arg(from_at)::timestamptz AND h.due_at < sqlc.arg(until_at)::timestamptz AND (h.due_at, h.id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after)::uuid)
    ORDER BY h.due_at, h.id LIMIT sqlc.arg(most)::int)
  UNION
  SELECT x.id, x.due_at FROM unnest(sqlc.arg(roles)::text[]) AS k(name) CROSS JOIN LATERAL (SELECT f.id, f.due_at FROM court.deadline f
    WHERE f.court = $1 AND f.state = 'open' AND f.matter_id IS NULL AND f.owner IS NULL AND f.owner_role = k.name
    AND (sqlc.arg(everywhere)::bool OR (f.team <> '' AND f.team = sqlc.arg(team)::text))
    AND f.due_at >= sqlc.arg(from_at)::timestamptz AND f.due_at < sqlc.arg(until_at)::timestamptz AND (f.due_at, f.id) > (sqlc.arg(after_at)::timestamptz, sqlc.arg(after)::uuid)
    ORDER BY f.due_at, f.id LIMIT sqlc.arg(most)::int) x
  ORDER BY 2, 1 LIMIT sqlc.arg(most)::int
) w JOIN court.deadline d ON d.court = $1 AND d.id = w.id JOIN court.cases c ON c.court = d.court AND c.id = d.case_id
LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.owner
ORDER BY d.due_at, d.id;

-- name: GivenBack :many
-- Open runs in somebody's hands whose last act was a return, with its words.
SELECT m.id, s.id AS act, s.notes FROM court.matter m CROSS JOIN LATERAL (SELECT t.id, t.act, t.notes FROM court.matter_step t
  WHERE t.court = m.court AND t.matter_id = m.id AND t.act <> 'commented' ORDER BY t.at DESC, t.id DESC LIMIT 1) s
WHERE m.court = $1 AND m.state = 'open' AND m.holder = sqlc.arg(me)::uuid AND m.returns > 0 AND s.act = 'returned' LIMIT 200;
