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

-- One statement counts the client's tips, gives the receipt out and stores the tip, or does none of the last two.
-- name: SubmitTip :one
WITH tried AS (
  INSERT INTO edge.rate (court, key, count, until) VALUES (sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(received_at)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(received_at)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
mine AS (
  INSERT INTO edge.receipt (court, receipt_hmac, ticket, at)
  SELECT sqlc.arg(court)::text, sqlc.arg(receipt_hmac)::bytea, sqlc.arg(ticket)::text, sqlc.arg(received_at)::timestamptz
  FROM tried WHERE tried.tries <= sqlc.arg(most)::int
  ON CONFLICT (court, receipt_hmac) DO NOTHING RETURNING court),
stored AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
  SELECT mine.court, sqlc.arg(id)::uuid, 'tip', sqlc.arg(received_at)::timestamptz, sqlc.arg(meta)::jsonb, sqlc.arg(sealed)::bytea FROM mine),
behind AS (
  INSERT INTO edge.subject (court, id, openid_index, kind, at, receipt_hmac)
  SELECT mine.court, sqlc.arg(id)::uuid, sqlc.arg(openid_index)::bytea, 'tip', sqlc.arg(received_at)::timestamptz, sqlc.arg(receipt_hmac)::bytea FROM mine
  WHERE sqlc.arg(openid_index)::bytea IS NOT NULL)
SELECT tried.tries, tried.over, EXISTS (SELECT FROM mine) AS stored FROM tried;

-- name: Submit :exec
INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: Receipt :one
SELECT ticket, at FROM edge.receipt WHERE court = $1 AND receipt_hmac = ANY(sqlc.arg(hmacs)::bytea[]);

-- A right and a wrong receipt run the same statement; only a wrong one is counted.
-- name: TipStatus :one
WITH found AS (
  SELECT t.ticket, t.stage, t.result, t.messages, t.received_at, t.reward FROM disclosed.tip t
  WHERE t.court = sqlc.arg(court) AND t.receipt_hmac = ANY(sqlc.arg(hmacs)::bytea[])
  UNION ALL
  SELECT r.ticket, 'received', NULL, '[]', r.at, NULL FROM edge.receipt r
  WHERE r.court = sqlc.arg(court) AND r.receipt_hmac = ANY(sqlc.arg(hmacs)::bytea[])
    AND NOT EXISTS (SELECT FROM disclosed.tip t WHERE t.court = r.court AND t.receipt_hmac = r.receipt_hmac)
  LIMIT 1),
tried AS (
  INSERT INTO edge.rate (court, key, count, until)
  VALUES (sqlc.arg(court), sqlc.arg(client), (NOT EXISTS (SELECT FROM found))::int, sqlc.arg(until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.count ELSE edge.rate.count + EXCLUDED.count END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over)
SELECT tried.tries, tried.over, COALESCE(f.ticket, '')::text AS ticket, COALESCE(f.stage, '')::text AS stage, COALESCE(f.result, '')::text AS result,
  COALESCE(f.messages, '[]')::jsonb AS messages, COALESCE(f.received_at, 'epoch')::timestamptz AS received_at, COALESCE(f.reward, 'null')::jsonb AS reward
FROM tried LEFT JOIN found f ON true;

-- name: MessagesByCheckCode :many
-- Only what has really gone out answers, and only as long as people keep a message. A login code is sent without its check code.
SELECT d.route AS channel, o.template_name, o.clause, o.created_at, d.state FROM disclosed.outgoing o
JOIN edge.delivery d ON d.court = o.court AND d.message_id = o.id
WHERE o.court = $1 AND o.check_code = $2 AND o.created_at > sqlc.arg(since)::timestamptz AND d.state <> 'queued'
UNION ALL
SELECT d.route, m.template_name, m.clause, m.created_at, d.state FROM edge.message m
JOIN edge.delivery d ON d.court = m.court AND d.message_id = m.id
WHERE m.court = $1 AND m.check_code = $2 AND m.template <> 'login_code' AND m.created_at > sqlc.arg(since)::timestamptz AND d.state <> 'queued'
ORDER BY created_at DESC LIMIT 3;

-- name: CourtProfiles :many
SELECT court, profile, version FROM disclosed.court ORDER BY court;

-- name: CourtProfile :one
SELECT court, profile, version FROM disclosed.court WHERE court = $1;

-- name: Clause :one
SELECT id, article, text, version FROM disclosed.clause WHERE court = $1 AND id = $2;

-- name: InsertTray :exec
INSERT INTO edge.tray (court, id, channel, address, text, check_code, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: Tray :many
SELECT id, channel, address, text, check_code, at FROM edge.tray WHERE court = $1 ORDER BY at DESC, id DESC LIMIT 100;
