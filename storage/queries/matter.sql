-- name: InsertMatter :execrows
INSERT INTO court.matter (court, id, process, rule_version, case_id, tip_id, urgent, state, step, team, holder, opened_at, opened_by, opened_event, step_at, form, notes, party_id, lot_id,
  parent, serial, source_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $13, $11, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING;

-- name: MatterBySource :one
SELECT id FROM court.matter WHERE court = $1 AND source_key = sqlc.arg(source_key)::text;

-- name: NextSerial :one
INSERT INTO court.serial (court, prefix, year, last) VALUES ($1, $2, $3, 1) ON CONFLICT (court, prefix, year) DO UPDATE SET last = court.serial.last + 1 RETURNING last;

-- name: Tracks :many
SELECT id, process, state, step, team, closed_at FROM court.matter WHERE court = $1 AND parent = sqlc.arg(parent)::uuid ORDER BY opened_at, id;

-- name: OpenTracks :one
SELECT count(*) FROM court.matter WHERE court = $1 AND parent = sqlc.arg(parent)::uuid AND state = 'open' AND id <> sqlc.arg(id)::uuid;

-- name: ReopenMatter :execrows
UPDATE court.matter SET state = 'open', closed_at = NULL, step = $3, step_at = $4, holder = NULL, awaiting = '' WHERE court = $1 AND id = $2 AND state <> 'open';

-- name: DidOther :one
-- Whether this person opened the run, or did a step of it other than the one named.
SELECT (EXISTS (SELECT FROM court.matter m WHERE m.court = $1 AND m.id = sqlc.arg(matter_id)::uuid AND m.opened_by = sqlc.arg(staff)::uuid)
  OR EXISTS (SELECT FROM court.matter_step t WHERE t.court = $1 AND t.matter_id = sqlc.arg(matter_id)::uuid AND t.actor = sqlc.arg(staff)::uuid
    AND t.step <> sqlc.arg(step)::text AND t.act IN ('done', 'handed_over', 'agreed')))::bool AS did;

-- name: LastDoer :one
-- Who did a step of a run last.
SELECT u.id, u.name, u.roles, u.team, u.active FROM court.matter_step t JOIN court.staff u ON u.court = t.court AND u.id = t.actor
WHERE t.court = $1 AND t.matter_id = $2 AND t.step = $3 AND t.act IN ('done', 'handed_over', 'agreed') ORDER BY t.at DESC, t.id DESC LIMIT 1;

-- name: GaveOver :one
-- Who handed a run over last.
SELECT actor FROM court.matter_step WHERE court = $1 AND matter_id = $2 AND act = 'handed_over' ORDER BY at DESC, id DESC LIMIT 1;

-- name: PastOfCase :many
-- What stands on a case, and about whom: how often each event, and when last. What is under way is left out: an event, or the step that a
-- reopened run had done before.
SELECT code, party_id, count(*) AS times, max(occurred_at)::timestamptz AS last FROM court.docket
WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND id <> sqlc.arg(without)::uuid
  AND (code <> sqlc.arg(act)::text OR matter_id IS DISTINCT FROM sqlc.arg(without)::uuid) GROUP BY code, party_id;

-- name: OpenRuns :many
SELECT process, count(*) AS runs FROM court.matter WHERE court = $1 AND state = 'open' AND (sqlc.narg(case_id)::uuid IS NULL OR case_id = sqlc.narg(case_id)::uuid)
  AND id <> sqlc.arg(without)::uuid GROUP BY process;

-- name: OpenItems :many
-- Runs of these processes that are still open, on the case or in the court.
SELECT m.id, m.process, m.serial, m.step, COALESCE(c.number, '')::text AS case_number, COALESCE(t.ticket, '')::text AS ticket, m.opened_at FROM court.matter m
LEFT JOIN court.cases c ON c.court = m.court AND c.id = m.case_id LEFT JOIN court.tip t ON t.court = m.court AND t.id = m.tip_id
WHERE m.court = $1 AND m.state = 'open' AND m.process = ANY(sqlc.arg(processes)::text[]) AND (sqlc.narg(case_id)::uuid IS NULL OR m.case_id = sqlc.narg(case_id)::uuid)
ORDER BY m.opened_at, m.id LIMIT 200;

-- name: Recur :exec
INSERT INTO court.recurrence (court, process, case_id, since, next_at, until_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (court, process, case_id) DO UPDATE SET since = EXCLUDED.since, next_at = EXCLUDED.next_at, until_at = EXCLUDED.until_at;

-- name: StopRecurring :exec
DELETE FROM court.recurrence WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND process = ANY(sqlc.arg(processes)::text[]);

-- name: DueRecurrences :many
SELECT * FROM court.recurrence WHERE court = $1 AND next_at <= sqlc.arg(now)::timestamptz ORDER BY next_at LIMIT 200;

-- name: DueRecurrence :one
-- One that is still due, for whoever comes first.
SELECT * FROM court.recurrence WHERE court = $1 AND process = $2 AND case_id = $3 AND next_at <= sqlc.arg(now)::timestamptz FOR UPDATE SKIP LOCKED;

-- name: MoveRecurrence :exec
UPDATE court.recurrence SET next_at = $4 WHERE court = $1 AND process = $2 AND case_id = $3;

-- name: MatterForUpdate :one
SELECT * FROM court.matter WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: MatterByID :one
SELECT * FROM court.matter WHERE court = $1 AND id = $2;

-- name: MatterOfTip :one
SELECT * FROM court.matter WHERE court = $1 AND tip_id = sqlc.arg(tip_id)::uuid ORDER BY opened_at LIMIT 1;

-- name: MattersOfCase :many
SELECT m.*, COALESCE(s.name, '')::text AS holder_name FROM court.matter m LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder
WHERE m.court = $1 AND m.case_id = sqlc.arg(case_id)::uuid ORDER BY m.opened_at DESC LIMIT 200;

-- name: MoveMatter :execrows
UPDATE court.matter SET state = sqlc.arg(state), step = sqlc.arg(step), awaiting = sqlc.arg(awaiting), team = sqlc.arg(team), holder = sqlc.arg(holder), case_id = sqlc.arg(case_id),
  step_at = sqlc.arg(step_at), closed_at = sqlc.arg(closed_at), form = sqlc.arg(form), notes = sqlc.arg(notes), returns = sqlc.arg(returns)
WHERE court = $1 AND id = $2 AND state = 'open' AND step = sqlc.arg(old_step)::text AND awaiting = sqlc.arg(old_awaiting)::text;

-- name: InsertMatterStep :exec
INSERT INTO court.matter_step (court, id, matter_id, step, act, actor, actor_kind, at, to_team, to_staff, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: MatterSteps :many
SELECT t.*, COALESCE(s.name, '')::text AS actor_name, COALESCE(r.name, '')::text AS to_name FROM court.matter_step t
LEFT JOIN court.staff s ON s.court = t.court AND s.id = t.actor LEFT JOIN court.staff r ON r.court = t.court AND r.id = t.to_staff
WHERE t.court = $1 AND t.matter_id = $2 ORDER BY t.at, t.id;
