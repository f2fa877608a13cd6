-- A callback is one node's as long as that node may still be at work on it; a repeat gets what was answered.
-- name: ClaimCallback :one
WITH mine AS (
  INSERT INTO edge.callback (court, key, at) VALUES (sqlc.arg(court), sqlc.arg(key), sqlc.arg(now)::timestamptz)
  ON CONFLICT (court, key) DO UPDATE SET at = EXCLUDED.at WHERE edge.callback.reply IS NULL AND edge.callback.at <= sqlc.arg(stale)::timestamptz
  RETURNING true)
SELECT EXISTS (SELECT FROM mine) AS mine, (SELECT c.reply FROM edge.callback c WHERE c.court = sqlc.arg(court) AND c.key = sqlc.arg(key)) AS reply;

-- name: AnswerCallback :exec
UPDATE edge.callback SET reply = sqlc.arg(reply) WHERE court = $1 AND key = $2 AND reply IS NULL;

-- name: DropCallback :exec
DELETE FROM edge.callback WHERE court = $1 AND key = $2 AND reply IS NULL;

-- name: Dialogue :one
SELECT state, version FROM edge.dialogue WHERE court = $1 AND openid_index = $2;

-- The state and the answer are kept together or not at all; a state somebody else has changed meanwhile stays.
-- name: SaveDialogue :one
WITH kept AS (
  INSERT INTO edge.dialogue (court, openid_index, state, version, at)
  VALUES (sqlc.arg(court), sqlc.arg(openid_index), sqlc.arg(state), sqlc.arg(version)::int + 1, sqlc.arg(now)::timestamptz)
  ON CONFLICT (court, openid_index) DO UPDATE SET state = EXCLUDED.state, version = EXCLUDED.version, at = EXCLUDED.at
    WHERE edge.dialogue.version = sqlc.arg(version)::int
  RETURNING true),
answered AS (
  UPDATE edge.callback c SET reply = sqlc.arg(reply)
  WHERE c.court = sqlc.arg(court) AND c.key = sqlc.arg(key)::text AND c.reply IS NULL AND EXISTS (SELECT FROM kept))
SELECT EXISTS (SELECT FROM kept) AS kept;

-- name: OwnTips :many
SELECT s.id, s.receipt_hmac, r.ticket, r.at, COALESCE(t.stage, 'received')::text AS stage, COALESCE(t.result, '')::text AS result, COALESCE(t.messages, '[]')::jsonb AS messages
FROM edge.subject s JOIN edge.receipt r ON r.court = s.court AND r.receipt_hmac = s.receipt_hmac
LEFT JOIN disclosed.tip t ON t.court = s.court AND t.receipt_hmac = s.receipt_hmac
WHERE s.court = $1 AND s.openid_index = $2 AND s.kind = 'tip' ORDER BY s.at DESC, s.id DESC LIMIT 5;

-- Whom a conversation is with stands here alone; what was said goes to the court, once.
-- name: SubmitChat :exec
WITH subject AS (
  INSERT INTO edge.subject (court, id, openid_index, kind, at)
  VALUES (sqlc.arg(court), sqlc.arg(chat)::uuid, sqlc.arg(openid_index), 'chat', sqlc.arg(now)::timestamptz) ON CONFLICT DO NOTHING)
INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
VALUES (sqlc.arg(court), sqlc.arg(id), 'chat', sqlc.arg(now)::timestamptz, sqlc.arg(meta), sqlc.arg(sealed)) ON CONFLICT DO NOTHING;

-- name: QueueText :exec
INSERT INTO edge.message (court, id, channels, openid_index, template, template_name, params, text, check_code, created_at, until)
VALUES ($1, $2, '{wechat}', $3, $4, $5, '[]', $6, $7, $8, $9) ON CONFLICT DO NOTHING;

-- name: NewestLots :many
SELECT l.id, l.title, l.kind, l.district, l.round, l.starting_price, l.starts_at, l.ends_at FROM disclosed.lot l
WHERE l.court = $1 AND l.state = 'announced' ORDER BY l.published_at DESC, l.id DESC LIMIT sqlc.arg(most)::int;

-- name: Token :one
SELECT value FROM edge.token WHERE court = $1 AND key = $2 AND until > sqlc.arg(now)::timestamptz;

-- name: SetToken :exec
INSERT INTO edge.token (court, key, value, until) VALUES ($1, $2, $3, $4)
ON CONFLICT (court, key) DO UPDATE SET value = EXCLUDED.value, until = EXCLUDED.until;

-- What was answered may hold a receipt: it is kept only as long as WeChat may ask again.
-- name: ForgetBot :exec
WITH answers AS (
  UPDATE edge.callback c SET reply = '' WHERE c.court = sqlc.arg(court) AND c.reply <> '' AND c.at < sqlc.arg(answered)::timestamptz AND c.at >= sqlc.arg(day_ago)::timestamptz),
callbacks AS (DELETE FROM edge.callback c WHERE c.court = sqlc.arg(court) AND c.at < sqlc.arg(day_ago)::timestamptz),
tokens AS (DELETE FROM edge.token t WHERE t.court = sqlc.arg(court) AND t.until < sqlc.arg(now)::timestamptz)
DELETE FROM edge.dialogue d WHERE d.court = sqlc.arg(court) AND d.at < sqlc.arg(month_ago)::timestamptz;
