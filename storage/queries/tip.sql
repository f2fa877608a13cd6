-- name: InsertTip :exec
INSERT INTO court.tip (court, id, ticket, receipt_hmac, kind, urgent, received_at, stage, warning_version, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'verifying', $8, $9);

-- name: InsertTipIdentity :exec
INSERT INTO court.tip_identity (court, tip_id, body) VALUES ($1, $2, $3);

-- name: TipIdentity :one
SELECT body FROM court.tip_identity WHERE court = $1 AND tip_id = $2;

-- name: HasTipIdentity :one
SELECT EXISTS (SELECT 1 FROM court.tip_identity WHERE court = $1 AND tip_id = $2 AND body IS NOT NULL)::bool;

-- name: InsertTipFile :exec
INSERT INTO court.tip_file (court, id, tip_id, message_id, name, mime, size, sha256, store_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: TipFiles :many
SELECT * FROM court.tip_file WHERE court = $1 AND tip_id = $2 ORDER BY id;

-- name: TipFile :one
SELECT * FROM court.tip_file WHERE court = $1 AND id = $2;

-- name: InsertTipMessage :exec
INSERT INTO court.tip_message (court, id, tip_id, outward, body, at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: TipMessages :many
SELECT m.*, COALESCE(s.name, '')::text AS actor_name FROM court.tip_message m LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.actor
WHERE m.court = $1 AND m.tip_id = $2 ORDER BY m.at, m.id;

-- name: TipByID :one
SELECT * FROM court.tip WHERE court = $1 AND id = $2;

-- name: TipByReceipt :one
SELECT * FROM court.tip WHERE court = $1 AND receipt_hmac = $2;

-- name: SetTipCase :exec
UPDATE court.tip SET case_id = $3, applicant_lead = $4 WHERE court = $1 AND id = $2;

-- name: SetTipStage :exec
UPDATE court.tip SET stage = $3 WHERE court = $1 AND id = $2;

-- name: SetTipResult :exec
UPDATE court.tip SET result = $3 WHERE court = $1 AND id = $2;

-- name: TipsOnBoard :many
SELECT t.id, t.ticket, t.kind, t.urgent, t.received_at, t.stage, t.result, t.content, t.case_id, m.id AS matter_id, m.process, m.state AS matter_state, m.step, m.team, m.step_at, m.holder,
  COALESCE(s.name, '')::text AS holder_name, COALESCE(c.number, '')::text AS case_number,
  (d.id IS NOT NULL)::bool AS has_due, COALESCE(d.due_at, m.step_at)::timestamptz AS due_at, COALESCE(d.id, m.id)::uuid AS deadline_id
FROM court.tip t JOIN court.matter m ON m.court = t.court AND m.tip_id = t.id
LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder
LEFT JOIN court.cases c ON c.court = t.court AND c.id = t.case_id
LEFT JOIN LATERAL (SELECT x.id, x.due_at FROM court.deadline x WHERE x.court = m.court AND x.matter_id = m.id AND x.state = 'open' ORDER BY x.due_at LIMIT 1) d ON true
WHERE t.court = $1 AND (m.state = 'open' OR m.closed_at > sqlc.arg(since)::timestamptz)
ORDER BY t.urgent DESC, t.received_at DESC LIMIT 200;

-- name: UpsertDisclosedTip :exec
INSERT INTO disclosed.tip (court, receipt_hmac, ticket, stage, result, messages, received_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
ON CONFLICT (court, receipt_hmac) DO UPDATE SET stage = EXCLUDED.stage, result = EXCLUDED.result, messages = EXCLUDED.messages, version = disclosed.tip.version + 1;
