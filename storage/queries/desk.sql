-- Read models of the desk. sees: everywhere, or the actor's team, or cases the actor holds.

-- name: DeskCases :many
SELECT c.id, c.number, c.cause, c.filed_on, c.stage, c.team, c.closed_on, c.closure_mode, c.amount_applied, c.amount_realised,
  COALESCE(j.name, '')::text AS judge_name,
  COALESCE((SELECT string_agg(p.name, '、' ORDER BY p.created_at, p.id) FROM court.party p WHERE p.court = c.court AND p.case_id = c.id AND p.role = 'debtor' AND p.left_at IS NULL), '')::text AS debtors,
  COALESCE(d.name, '')::text AS deadline_name,
  (d.id IS NOT NULL)::bool AS has_due, COALESCE(d.id, c.id)::uuid AS deadline_id, COALESCE(d.due_at, 'epoch')::timestamptz AS due_at,
  COALESCE(d.clause, '')::text AS clause, COALESCE(d.unit, '')::text AS unit
FROM court.cases c LEFT JOIN court.staff j ON j.court = c.court AND j.id = c.judge
LEFT JOIN LATERAL (SELECT x.id, x.name, x.due_at, x.warn_at, x.clause, x.length->>'unit' AS unit FROM court.deadline x
  WHERE x.court = c.court AND x.case_id = c.id AND x.state = 'open' AND x.tip_id IS NULL AND (sqlc.arg(rule)::text = '' OR x.rule = sqlc.arg(rule)::text) ORDER BY x.due_at LIMIT 1) d ON true
WHERE c.court = $1
  AND (sqlc.arg(of_team)::text = '' OR c.team = sqlc.arg(of_team)::text) AND (NOT sqlc.arg(pending)::bool OR c.closed_on IS NULL)
  AND (sqlc.arg(rule)::text = '' OR d.id IS NOT NULL) AND (sqlc.narg(due_from)::timestamptz IS NULL OR d.due_at >= sqlc.narg(due_from)::timestamptz)
  AND (NOT sqlc.arg(warned)::bool OR d.warn_at <= sqlc.arg(now)::timestamptz)
  AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (sqlc.arg(number)::text = '' OR c.number = sqlc.arg(number)::text)
  AND (sqlc.arg(serial)::int = 0 OR c.serial = sqlc.arg(serial)::int)
  AND (cardinality(sqlc.arg(names)::bytea[]) = 0 OR EXISTS (SELECT 1 FROM court.party p WHERE p.court = c.court AND p.case_id = c.id AND p.name_index = ANY(sqlc.arg(names)::bytea[])))
  AND (sqlc.arg(stage)::text = '' OR c.stage = sqlc.arg(stage)::text)
  AND (sqlc.narg(judge)::uuid IS NULL OR c.judge = sqlc.narg(judge)::uuid)
  AND (sqlc.narg(due_before)::timestamptz IS NULL OR d.due_at < sqlc.narg(due_before)::timestamptz)
ORDER BY c.filed_on DESC, c.id DESC LIMIT sqlc.arg(most)::int OFFSET sqlc.arg(skip)::int;

-- name: DeskJudges :many
SELECT DISTINCT s.id, s.name FROM court.cases c JOIN court.staff s ON s.court = c.court AND s.id = c.judge
WHERE c.court = $1 AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR c.judge = sqlc.arg(me)::uuid)
ORDER BY s.name LIMIT 200;

-- name: DeskAwaiting :many
SELECT d.id, d.event_id, d.code, d.case_id, d.tip_id, d.audience, d.party_id, d.why, d.basis, d.clause, d.decided_at,
  COALESCE(p.name, '')::text AS party_name, COALESCE(p.role, '')::text AS party_role, COALESCE(c.number, '')::text AS case_number, COALESCE(t.ticket, '')::text AS ticket,
  e.occurred_at, e.effect_at, f.body
FROM court.disclosure d JOIN court.docket e ON e.court = d.court AND e.id = d.event_id
LEFT JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.event_id
LEFT JOIN court.party p ON p.court = d.court AND p.id = d.party_id
LEFT JOIN court.cases c ON c.court = d.court AND c.id = d.case_id LEFT JOIN court.tip t ON t.court = d.court AND t.id = d.tip_id
LEFT JOIN court.cases v ON v.court = d.court AND v.id = COALESCE(d.case_id, t.case_id)
WHERE d.court = $1 AND d.state = 'awaiting_release' AND d.code = ANY(sqlc.arg(codes)::text[])
  AND (v.id IS NULL OR sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND v.team <> '' AND v.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (v.judge, v.assistant, v.clerk))
ORDER BY (d.tip_id IS NULL), d.decided_at DESC, d.id LIMIT 200;

-- name: DeskAudit :many
SELECT a.id, a.at, a.actor, a.actor_kind, a.action, a.object_kind, a.object_id, a.case_id, a.result, a.reason, a.detail,
  COALESCE(s.name, '')::text AS actor_name, COALESCE(c.number, '')::text AS case_number
FROM court.audit a LEFT JOIN court.staff s ON s.court = a.court AND s.id = a.actor LEFT JOIN court.cases c ON c.court = a.court AND c.id = a.case_id
WHERE a.court = $1 AND (sqlc.arg(action)::text = '' OR a.action = sqlc.arg(action)::text OR a.action LIKE sqlc.arg(action)::text || ':%')
  AND (sqlc.arg(actor_name)::text = '' OR s.name = sqlc.arg(actor_name)::text OR s.login = sqlc.arg(actor_name)::text)
  AND (sqlc.arg(number)::text = '' OR c.number = sqlc.arg(number)::text)
  AND (NOT sqlc.arg(refused)::bool OR a.result = 'refused')
  AND a.at >= sqlc.arg(from_at)::timestamptz AND a.at < sqlc.arg(until_at)::timestamptz
ORDER BY a.at DESC, a.id DESC LIMIT sqlc.arg(most)::int OFFSET sqlc.arg(skip)::int;

-- name: StaffNames :many
SELECT id, name, roles, team FROM court.staff WHERE court = $1 AND active ORDER BY name;

-- name: DutyBoard :many
SELECT t.id, t.ticket, t.kind, t.urgent, t.received_at, t.stage, t.result, t.case_id, m.id AS matter_id, m.process, m.state AS matter_state, m.step, m.awaiting, m.team,
  m.step_at, m.closed_at, m.holder, COALESCE(s.name, '')::text AS holder_name, COALESCE(c.number, '')::text AS case_number,
  (d.id IS NOT NULL)::bool AS has_due, COALESCE(d.id, m.id)::uuid AS deadline_id, COALESCE(d.due_at, 'epoch')::timestamptz AS due_at,
  COALESCE(d.clause, '')::text AS clause, COALESCE(d.unit, '')::text AS unit
FROM court.tip t JOIN court.matter m ON m.court = t.court AND m.tip_id = t.id
LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder
LEFT JOIN court.cases c ON c.court = t.court AND c.id = t.case_id
LEFT JOIN LATERAL (SELECT x.id, x.due_at, x.clause, x.length->>'unit' AS unit FROM court.deadline x
  WHERE x.court = m.court AND x.matter_id = m.id AND x.state = 'open' ORDER BY x.due_at LIMIT 1) d ON true
WHERE t.court = $1 AND (m.state = 'open' OR m.closed_at > sqlc.arg(since)::timestamptz)
ORDER BY t.urgent DESC, t.received_at, t.id LIMIT 300;

-- name: DutyAlertsAfter :many
SELECT * FROM court.alert WHERE court = $1 AND id > sqlc.arg(after)::uuid AND (staff = sqlc.arg(me)::uuid OR role = ANY(sqlc.arg(roles)::text[])) ORDER BY id LIMIT 100;

-- name: DutyAlerts :many
SELECT * FROM court.alert WHERE court = $1 AND raised_at > sqlc.arg(since)::timestamptz AND (staff = sqlc.arg(me)::uuid OR role = ANY(sqlc.arg(roles)::text[]))
ORDER BY id DESC LIMIT sqlc.arg(most)::int;

-- name: DutyRoster :many
SELECT r.id, r.role, r.staff, r.starts_at, r.ends_at, u.name, u.phone FROM court.roster r JOIN court.staff u ON u.court = r.court AND u.id = r.staff
WHERE r.court = $1 AND r.ends_at > sqlc.arg(from_at)::timestamptz AND r.starts_at < sqlc.arg(until_at)::timestamptz ORDER BY r.starts_at, r.role, u.name;

-- name: ClearRoster :many
DELETE FROM court.roster WHERE court = $1 AND role = ANY(sqlc.arg(roles)::text[]) AND ends_at > sqlc.arg(from_at)::timestamptz AND starts_at < sqlc.arg(until_at)::timestamptz
RETURNING role, staff, starts_at, ends_at;

-- name: DisclosedForHotline :many
-- What the hotline's desk may say to whom: exactly what that person sees in the portal, nothing that is held or withdrawn.
SELECT c.number, p.id AS party_id, p.name, p.role, p.id_no, i.at, i.title, i.body, i.clause FROM disclosed.item i
JOIN court.party p ON p.court = i.court AND p.id = i.viewer JOIN court.cases c ON c.court = i.court AND c.id = i.case_id
WHERE i.court = $1 AND c.closed_on IS NULL AND (p.left_at IS NULL OR p.left_at > sqlc.arg(now)::timestamptz) AND (p.mandate_until IS NULL OR p.mandate_until > sqlc.arg(now)::timestamptz)
ORDER BY c.number, p.role, p.id, i.at DESC LIMIT 200000;
