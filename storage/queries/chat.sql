-- name: TouchChat :exec
INSERT INTO court.chat (court, id, opened_at, last_at, closed_at, case_id, party_id) VALUES ($1, $2, sqlc.arg(at), sqlc.arg(at), sqlc.narg(closed_at), sqlc.narg(case_id), sqlc.narg(party_id))
ON CONFLICT (court, id) DO UPDATE SET last_at = greatest(court.chat.last_at, EXCLUDED.last_at), closed_at = COALESCE(EXCLUDED.closed_at, court.chat.closed_at),
  case_id = COALESCE(court.chat.case_id, EXCLUDED.case_id), party_id = COALESCE(court.chat.party_id, EXCLUDED.party_id);

-- name: InsertChatMessage :exec
INSERT INTO court.chat_message (court, id, chat_id, outward, body, at, actor, message_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: Chats :many
SELECT c.*, COALESCE(s.name, '')::text AS holder_name, COALESCE(k.number, '')::text AS case_number, COALESCE(p.name, '')::text AS party_name,
  (SELECT count(*) FROM court.chat_message m WHERE m.court = c.court AND m.chat_id = c.id AND NOT m.outward
     AND m.at > COALESCE((SELECT max(o.at) FROM court.chat_message o WHERE o.court = c.court AND o.chat_id = c.id AND o.outward), 'epoch'))::int AS waiting
FROM court.chat c LEFT JOIN court.staff s ON s.court = c.court AND s.id = c.holder LEFT JOIN court.cases k ON k.court = c.court AND k.id = c.case_id
LEFT JOIN court.party p ON p.court = c.court AND p.id = c.party_id
WHERE c.court = $1 AND (c.closed_at IS NULL) = sqlc.arg(open)::bool ORDER BY c.last_at DESC LIMIT 200;

-- name: ChatByID :one
SELECT * FROM court.chat WHERE court = $1 AND id = $2;

-- name: ChatForUpdate :one
SELECT * FROM court.chat WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: ChatMessages :many
SELECT m.*, COALESCE(s.name, '')::text AS actor_name FROM court.chat_message m LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.actor
WHERE m.court = $1 AND m.chat_id = $2 ORDER BY m.at, m.id LIMIT 500;

-- name: HoldChat :execrows
UPDATE court.chat SET holder = sqlc.arg(holder) WHERE court = $1 AND id = $2 AND (holder IS NULL OR holder = sqlc.arg(holder)) AND closed_at IS NULL;

-- name: CloseChat :execrows
UPDATE court.chat SET closed_at = sqlc.arg(at) WHERE court = $1 AND id = $2 AND closed_at IS NULL;

-- name: ChatMessageByID :one
SELECT * FROM court.chat_message WHERE court = $1 AND id = $2;

-- name: SetChatMessageSent :exec
UPDATE court.chat_message SET message_id = $3 WHERE court = $1 AND id = $2;
