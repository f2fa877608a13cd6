-- Registers: the runs of one process that the reader may see. all_rows: everything of the process; else his own, his team's, those of cases he sees,
-- and, for who takes part in the process, what belongs to no team and no case.

-- name: RegisterRows :many
SELECT m.id, m.serial, m.case_id, m.tip_id, m.lot_id, m.urgent, m.state, m.step, m.awaiting, m.team, m.opened_at, m.closed_at, m.form, m.notes, m.returns, m.late,
  COALESCE(s.name, '')::text AS holder_name, COALESCE(o.name, '')::text AS opener_name, COALESCE(c.number, '')::text AS case_number, COALESCE(t.ticket, '')::text AS ticket,
  (d.id IS NOT NULL)::bool AS has_due, COALESCE(d.id, m.id)::uuid AS deadline_id, COALESCE(d.due_at, 'epoch')::timestamptz AS due_at,
  COALESCE(d.clause, '')::text AS clause, COALESCE(d.unit, '')::text AS unit
FROM court.matter m LEFT JOIN court.cases c ON c.court = m.court AND c.id = m.case_id LEFT JOIN court.tip t ON t.court = m.court AND t.id = m.tip_id
LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder LEFT JOIN court.staff o ON o.court = m.court AND o.id = m.opened_by
LEFT JOIN LATERAL (SELECT x.id, x.due_at, x.clause, x.length->>'unit' AS unit FROM court.deadline x
  WHERE x.court = m.court AND x.matter_id = m.id AND x.state = 'open' ORDER BY x.due_at LIMIT 1) d ON true
WHERE m.court = $1 AND m.process = sqlc.arg(process)::text
  AND (sqlc.arg(all_rows)::bool OR m.holder = sqlc.arg(me)::uuid OR m.opened_by = sqlc.arg(me)::uuid OR (sqlc.arg(sees)::bool AND (
    (m.team <> '' AND m.team = sqlc.arg(team)::text)
    OR (sqlc.arg(takes_part)::bool AND m.team = '' AND m.case_id IS NULL AND m.tip_id IS NULL)
    OR (sqlc.arg(sees_cases)::bool AND m.tip_id IS NULL AND (sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk) OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text))))))
  AND (sqlc.arg(state)::text = '' OR m.state = sqlc.arg(state)::text)
  AND m.opened_at >= sqlc.arg(from_at)::timestamptz AND m.opened_at < sqlc.arg(until_at)::timestamptz
  AND (sqlc.arg(step)::text = '' OR (m.state = 'open' AND m.step = sqlc.arg(step)::text))
  AND (sqlc.narg(holder)::uuid IS NULL OR m.holder = sqlc.narg(holder)::uuid)
  AND (sqlc.arg(of_team)::text = '' OR m.team = sqlc.arg(of_team)::text)
  AND (sqlc.narg(due_before)::timestamptz IS NULL OR (m.state = 'open' AND m.due_at < sqlc.narg(due_before)::timestamptz))
  AND (sqlc.narg(late)::bool IS NULL OR m.late = sqlc.narg(late)::bool)
  AND m.form @> sqlc.arg(form)::jsonb
  AND (NOT sqlc.arg(by_text)::bool OR m.case_id = ANY(sqlc.arg(cases)::uuid[]) OR m.tip_id = ANY(sqlc.arg(tips)::uuid[])
    OR (m.serial COLLATE "C" >= sqlc.arg(serial)::text AND m.serial COLLATE "C" < sqlc.arg(serial_end)::text))
ORDER BY CASE WHEN sqlc.arg(sort)::text = 'due' THEN m.state <> 'open' END, CASE WHEN sqlc.arg(sort)::text = 'due' THEN m.due_at END,
  CASE WHEN sqlc.arg(sort)::text = 'serial' THEN m.serial END, CASE WHEN sqlc.arg(sort)::text = 'case' THEN c.year END DESC NULLS LAST, CASE WHEN sqlc.arg(sort)::text = 'case' THEN c.serial END,
  CASE WHEN sqlc.arg(sort)::text = 'old' THEN m.opened_at END, m.opened_at DESC, m.id DESC
LIMIT sqlc.arg(most)::int OFFSET sqlc.arg(skip)::int;

-- name: InsertSavedView :execrows
INSERT INTO court.saved_view (court, id, staff, process, name, query, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (court, staff, process, name) DO UPDATE SET query = EXCLUDED.query, at = EXCLUDED.at;

-- name: SavedViews :many
SELECT * FROM court.saved_view WHERE court = $1 AND staff = $2 AND process = $3 ORDER BY name;

-- name: DeleteSavedView :one
DELETE FROM court.saved_view WHERE court = $1 AND staff = $2 AND id = $3 RETURNING process;


-- name: NamesOf :many
-- Persons of cases and of the court behind these ids, whoever still is there.
SELECT p.id, p.name, p.role FROM court.party p WHERE p.court = $1 AND p.id = ANY(sqlc.arg(ids)::uuid[])
UNION ALL SELECT s.id, s.name, '' FROM court.staff s WHERE s.court = $1 AND s.id = ANY(sqlc.arg(ids)::uuid[]);
