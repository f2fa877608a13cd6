-- name: InsertStaff :exec
INSERT INTO court.staff (court, id, login, name, password_hash, totp_secret, roles, team, phone, mobile, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: StaffByLogin :one
SELECT * FROM court.staff WHERE court = $1 AND login = $2;

-- name: StaffByID :one
SELECT * FROM court.staff WHERE court = $1 AND id = $2;

-- name: ListStaff :many
SELECT id, login, name, roles, team, phone, active, locked_until, (totp_secret IS NOT NULL)::bool AS has_totp FROM court.staff WHERE court = $1 ORDER BY team, name;

-- name: CountStaff :one
SELECT count(*) FROM court.staff WHERE court = $1;

-- name: NoteSignInFailure :one
UPDATE court.staff SET failures = failures + 1,
  locked_until = CASE WHEN failures + 1 >= sqlc.arg(most)::int THEN sqlc.arg(until)::timestamptz ELSE locked_until END
WHERE court = $1 AND id = $2 RETURNING failures, locked_until;

-- name: NoteSignIn :execrows
UPDATE court.staff SET failures = 0, locked_until = NULL, totp_last = sqlc.arg(step) WHERE court = $1 AND id = $2 AND totp_last < sqlc.arg(step);

-- name: SetStaffRoles :execrows
UPDATE court.staff SET roles = $3, team = $4, active = $5 WHERE court = $1 AND id = $2;

-- name: ResetStaff :exec
UPDATE court.staff SET password_hash = $3, totp_secret = $4, totp_last = 0, failures = 0, locked_until = NULL WHERE court = $1 AND id = $2;

-- name: UnlockStaff :execrows
UPDATE court.staff SET failures = 0, locked_until = NULL WHERE court = $1 AND id = $2;

-- name: InsertSession :exec
INSERT INTO court.staff_session (court, token_hash, id, staff, created_at, seen_at, expires_at, ip, agent) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8);

-- name: SessionByToken :one
SELECT s.id AS session_id, s.seen_at, s.expires_at, s.revoked_at, u.* FROM court.staff_session s
JOIN court.staff u ON u.court = s.court AND u.id = s.staff WHERE s.court = $1 AND s.token_hash = $2;

-- name: TouchSession :exec
UPDATE court.staff_session SET seen_at = $3 WHERE court = $1 AND id = $2;

-- name: RevokeSession :execrows
UPDATE court.staff_session SET revoked_at = $3 WHERE court = $1 AND id = $2 AND revoked_at IS NULL;

-- name: RevokeSessionsOf :execrows
UPDATE court.staff_session SET revoked_at = $3 WHERE court = $1 AND staff = $2 AND revoked_at IS NULL;

-- name: ListSessions :many
SELECT s.id, s.staff, u.name, u.login, s.created_at, s.seen_at, s.expires_at, s.ip, s.agent FROM court.staff_session s
JOIN court.staff u ON u.court = s.court AND u.id = s.staff
WHERE s.court = $1 AND s.revoked_at IS NULL AND s.expires_at > sqlc.arg(now)::timestamptz ORDER BY s.seen_at DESC LIMIT 200;

-- name: OnDuty :many
SELECT r.role, r.staff, r.starts_at, r.ends_at, u.name, u.phone, u.mobile FROM court.roster r
JOIN court.staff u ON u.court = r.court AND u.id = r.staff
WHERE r.court = $1 AND r.starts_at <= sqlc.arg(at)::timestamptz AND r.ends_at > sqlc.arg(at)::timestamptz AND u.active ORDER BY r.role, r.starts_at;

-- name: InsertRoster :exec
INSERT INTO court.roster (court, id, role, staff, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: StaffWithRole :many
SELECT id, name, mobile FROM court.staff WHERE court = $1 AND active AND sqlc.arg(role)::text = ANY(roles) ORDER BY login;
