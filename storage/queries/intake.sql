-- name: InboxToAdmit :many
SELECT s.id, s.seq, s.kind, s.received_at, s.meta, s.sealed FROM inbox.submission s
WHERE s.court = $1 AND s.seq > sqlc.arg(after)::bigint
  AND NOT EXISTS (SELECT 1 FROM court.admission a WHERE a.court = s.court AND a.inbox_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM court.poison p WHERE p.court = s.court AND p.inbox_id = s.id AND p.last_at + least(p.tries * p.tries, 60) * interval '1 minute' > sqlc.arg(now)::timestamptz)
ORDER BY s.seq LIMIT sqlc.arg(most)::int;

-- name: InboxHorizon :one
SELECT COALESCE(min(s.seq), 0)::bigint AS oldest, COALESCE((SELECT max(x.seq) FROM inbox.submission x WHERE x.court = $1), 0)::bigint AS newest
FROM inbox.submission s WHERE s.court = $1 AND NOT EXISTS (SELECT 1 FROM court.admission a WHERE a.court = s.court AND a.inbox_id = s.id);

-- name: Admit :execrows
INSERT INTO court.admission (court, inbox_id, kind, admitted_at, outcome, object_id) VALUES ($1, $2, $3, $4, 'admitted', $5) ON CONFLICT DO NOTHING;

-- name: SetAside :execrows
INSERT INTO court.admission (court, inbox_id, kind, admitted_at, outcome) VALUES ($1, $2, $3, $4, 'poisoned') ON CONFLICT DO NOTHING;

-- name: NotePoison :one
INSERT INTO court.poison (court, inbox_id, tries, problem, first_at, last_at) VALUES ($1, $2, 1, $3, $4, $4)
ON CONFLICT (court, inbox_id) DO UPDATE SET tries = court.poison.tries + 1, problem = EXCLUDED.problem, last_at = EXCLUDED.last_at RETURNING tries;

-- name: ForgetPoison :exec
DELETE FROM court.poison WHERE court = $1 AND inbox_id = $2;

-- name: ListPoison :many
SELECT p.*, s.kind, s.received_at FROM court.poison p LEFT JOIN inbox.submission s ON s.court = p.court AND s.id = p.inbox_id WHERE p.court = $1 ORDER BY p.last_at DESC LIMIT 200;

-- name: InsertImportRun :exec
INSERT INTO court.import_run (court, id, file_name, file_hash, actor, at, rows, created, changed, unchanged) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ListImportRuns :many
SELECT r.*, COALESCE(s.name, '')::text AS actor_name FROM court.import_run r LEFT JOIN court.staff s ON s.court = r.court AND s.id = r.actor WHERE r.court = $1 ORDER BY r.at DESC LIMIT 50;

-- name: NoteDelivery :execrows
INSERT INTO court.delivery (court, message_id, state, channel, at, detail) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: InsertApplicationFile :exec
INSERT INTO court.application_file (court, id, matter_id, name, mime, size, sha256, store_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: ApplicationFiles :many
SELECT * FROM court.application_file WHERE court = $1 AND matter_id = $2 ORDER BY id;

-- name: InsertItemRead :exec
INSERT INTO court.item_read (court, item_id, viewer, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;
