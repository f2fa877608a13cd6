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

-- name: UpsertDisclosedTip :exec
INSERT INTO disclosed.tip (court, receipt_hmac, ticket, stage, result, messages, received_at, reward, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
ON CONFLICT (court, receipt_hmac) DO UPDATE SET stage = EXCLUDED.stage, result = EXCLUDED.result, messages = EXCLUDED.messages, reward = EXCLUDED.reward, version = disclosed.tip.version + 1;
