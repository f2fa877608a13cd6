-- name: InsertRecording :exec
INSERT INTO court.recording (court, id, case_id, title, name, mime, size, sha256, content, taken_at, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: RecordingsOfCase :many
SELECT r.id, r.title, r.name, r.mime, r.size, r.taken_at, r.added_at, COALESCE(s.name, '')::text AS added_by_name FROM court.recording r LEFT JOIN court.staff s ON s.court = r.court AND s.id = r.added_by
WHERE r.court = $1 AND r.case_id = $2 ORDER BY r.taken_at DESC, r.id;

-- name: RecordingByID :one
SELECT * FROM court.recording WHERE court = $1 AND id = $2;

-- name: DiscloseRecording :exec
INSERT INTO disclosed.recording (court, id, viewer, item_id, title, mime, content, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: WithdrawRecording :exec
DELETE FROM disclosed.recording WHERE court = $1 AND item_id = $2;
