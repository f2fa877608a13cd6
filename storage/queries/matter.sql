-- name: InsertMatter :execrows
INSERT INTO court.matter (court, id, process, rule_version, case_id, tip_id, urgent, state, step, team, holder, opened_at, opened_by, opened_event, step_at, form, notes, party_id, lot_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $13, $11, $14, $15, $16, $17) ON CONFLICT DO NOTHING;

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
  step_at = sqlc.arg(step_at), closed_at = sqlc.arg(closed_at), form = sqlc.arg(form), notes = sqlc.arg(notes)
WHERE court = $1 AND id = $2 AND state = 'open' AND step = sqlc.arg(old_step)::text AND awaiting = sqlc.arg(old_awaiting)::text;

-- name: InsertMatterStep :exec
INSERT INTO court.matter_step (court, id, matter_id, step, act, actor, actor_kind, at, to_team, to_staff, notes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: MatterSteps :many
SELECT t.*, COALESCE(s.name, '')::text AS actor_name, COALESCE(r.name, '')::text AS to_name FROM court.matter_step t
LEFT JOIN court.staff s ON s.court = t.court AND s.id = t.actor LEFT JOIN court.staff r ON r.court = t.court AND r.id = t.to_staff
WHERE t.court = $1 AND t.matter_id = $2 ORDER BY t.at, t.id;
