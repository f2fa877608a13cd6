-- name: RecordingsOfItem :many
SELECT r.id, r.title, r.mime, r.until FROM disclosed.recording r WHERE r.court = $1 AND r.viewer = $2 AND r.item_id = $3 AND r.until > sqlc.arg(now)::timestamptz ORDER BY r.id;

-- name: Recording :one
SELECT r.mime, r.content FROM disclosed.recording r WHERE r.court = $1 AND r.viewer = $2 AND r.id = $3 AND r.until > sqlc.arg(now)::timestamptz;
