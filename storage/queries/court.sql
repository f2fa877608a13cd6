-- name: UpsertCourt :exec
INSERT INTO court.court (id, name, code, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, code = EXCLUDED.code;

-- name: ListCourts :many
SELECT id, name, code FROM court.court ORDER BY created_at, id;

-- name: RulebookVersion :one
SELECT COALESCE(max(version), 0)::int FROM court.rulebook WHERE court = $1;

-- name: Rulebook :one
SELECT version, hash, body FROM court.rulebook WHERE court = $1 ORDER BY version DESC LIMIT 1;

-- name: ListRulebooks :many
SELECT version, hash, published_at, published_by FROM court.rulebook WHERE court = $1 ORDER BY version DESC;

-- name: InsertRulebook :exec
INSERT INTO court.rulebook (court, version, hash, body, published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ListCalendarDays :many
SELECT day, kind, name, source FROM court.calendar_day ORDER BY day;

-- name: UpsertCalendarDay :exec
INSERT INTO court.calendar_day (day, kind, name, source, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day) DO UPDATE SET kind = EXCLUDED.kind, name = EXCLUDED.name, source = EXCLUDED.source, changed_at = EXCLUDED.changed_at;

-- name: DeleteCalendarDay :execrows
DELETE FROM court.calendar_day WHERE day = $1;

-- name: InForce :one
SELECT r.version, r.hash, COALESCE((SELECT d.version FROM disclosed.court d WHERE d.court = r.court), 0)::int AS disclosed
FROM court.rulebook r WHERE r.court = $1 ORDER BY r.version DESC LIMIT 1;
