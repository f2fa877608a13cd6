-- name: CountTry :one
INSERT INTO edge.rate (court, key, count, until) VALUES ($1, $2, 1, $3)
ON CONFLICT (court, key) DO UPDATE SET
  count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
  until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
RETURNING count, until;

-- name: Tries :one
SELECT COALESCE((SELECT r.count FROM edge.rate r WHERE r.court = $1 AND r.key = $2 AND r.until > sqlc.arg(now)::timestamptz), 0)::int;

-- name: ForgetTries :exec
DELETE FROM edge.rate WHERE court = $1 AND key = $2;

-- name: SubmitTip :execrows
WITH mine AS (
  INSERT INTO edge.receipt (court, receipt_hmac, ticket, at) VALUES (sqlc.arg(court), sqlc.arg(receipt_hmac), sqlc.arg(ticket), sqlc.arg(received_at))
  ON CONFLICT (court, receipt_hmac) DO NOTHING RETURNING court)
INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
SELECT mine.court, sqlc.arg(id)::uuid, 'tip', sqlc.arg(received_at)::timestamptz, sqlc.arg(meta)::jsonb, sqlc.arg(sealed)::bytea FROM mine;

-- name: Submit :exec
INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed) VALUES ($1, $2, $3, $4, $5, $6);

-- name: Receipt :one
SELECT ticket, at FROM edge.receipt WHERE court = $1 AND receipt_hmac = $2;

-- name: TipStatus :one
SELECT ticket, stage, result, messages, received_at FROM disclosed.tip WHERE court = $1 AND receipt_hmac = $2;

-- name: MessagesByCheckCode :many
SELECT o.channel, o.template, o.template_version, o.template_name, o.clause, o.created_at, d.state FROM disclosed.outgoing o
LEFT JOIN edge.delivery d ON d.court = o.court AND d.message_id = o.id
WHERE o.court = $1 AND o.check_code = $2 ORDER BY o.created_at DESC LIMIT 3;

-- name: Courts :many
SELECT court, profile, tip_key, version FROM disclosed.court ORDER BY court;

-- name: Court :one
SELECT court, profile, tip_key, version FROM disclosed.court WHERE court = $1;

-- name: Clause :one
SELECT id, article, text, version FROM disclosed.clause WHERE court = $1 AND id = $2;

-- name: Lease :many
UPDATE edge.delivery SET tries = edge.delivery.tries + 1, next_at = sqlc.arg(lease_until)::timestamptz
FROM (SELECT d.message_id FROM edge.delivery d WHERE d.court = $1 AND d.state = 'queued' AND d.next_at <= sqlc.arg(now)::timestamptz
      ORDER BY d.next_at LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED) due, disclosed.outgoing o
WHERE edge.delivery.court = $1 AND edge.delivery.message_id = due.message_id AND o.court = $1 AND o.id = due.message_id AND NOT o.withdrawn
RETURNING edge.delivery.message_id, edge.delivery.tries, o.channel, o.address, o.template, o.provider_ids, o.params, o.text, o.check_code, o.urgent, o.created_at;

-- name: Delivered :exec
UPDATE edge.delivery SET state = 'delivered' WHERE court = $1 AND message_id = $2 AND state IN ('queued', 'sent');

-- name: InsertTray :exec
INSERT INTO edge.tray (court, id, channel, address, text, check_code, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: Tray :many
SELECT id, channel, address, text, check_code, at FROM edge.tray WHERE court = $1 ORDER BY at DESC, id DESC LIMIT 100;
