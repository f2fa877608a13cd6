-- name: InsertDeadline :exec
INSERT INTO court.deadline (court, id, rule, name, clause, case_id, matter_id, tip_id, started_by, started_at, warn_at, due_at, state, explanation, owner_role, owner, team, escalate_role, rule_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $15, $16, $17, $18);

-- name: CloseDeadlinesOfCase :exec
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.arg(event)
WHERE court = $1 AND state = 'open' AND rule = ANY(sqlc.arg(rules)::text[]) AND case_id = sqlc.arg(case_id)::uuid AND matter_id IS NULL;

-- name: CloseDeadlinesOfTip :exec
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.arg(event)
WHERE court = $1 AND state = 'open' AND rule = ANY(sqlc.arg(rules)::text[]) AND tip_id = sqlc.arg(tip_id)::uuid AND matter_id IS NULL;

-- name: CloseMatterDeadlines :exec
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz
WHERE court = $1 AND state = 'open' AND matter_id = sqlc.arg(matter_id)::uuid AND rule = sqlc.arg(rule)::text;

-- name: CancelMatterDeadlines :exec
UPDATE court.deadline SET state = 'cancelled', closed_at = sqlc.arg(at)::timestamptz WHERE court = $1 AND state = 'open' AND matter_id = sqlc.arg(matter_id)::uuid;

-- name: CancelCaseDeadlines :exec
UPDATE court.deadline SET state = 'cancelled', closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.narg(event)
WHERE court = $1 AND state = 'open' AND case_id = sqlc.arg(case_id)::uuid AND matter_id IS NULL;

-- name: DeadlinesOfCase :many
SELECT * FROM court.deadline WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid ORDER BY (state = 'open') DESC, due_at, id;

-- name: DeadlinesOfMatter :many
SELECT * FROM court.deadline WHERE court = $1 AND matter_id = sqlc.arg(matter_id)::uuid ORDER BY started_at, id;

-- name: DeadlineByID :one
SELECT * FROM court.deadline WHERE court = $1 AND id = $2;

-- name: DeadlinesToWarn :many
UPDATE court.deadline t SET warned_at = sqlc.arg(now)::timestamptz WHERE t.court = $1 AND t.id IN (
  SELECT d.id FROM court.deadline d WHERE d.court = $1 AND d.state = 'open' AND d.warned_at IS NULL AND d.warn_at <= sqlc.arg(now)::timestamptz
  ORDER BY d.warn_at LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED)
RETURNING t.*;

-- name: DeadlinesToEscalate :many
UPDATE court.deadline t SET overdue_at = sqlc.arg(now)::timestamptz WHERE t.court = $1 AND t.id IN (
  SELECT d.id FROM court.deadline d WHERE d.court = $1 AND d.state = 'open' AND d.overdue_at IS NULL AND d.due_at < sqlc.arg(now)::timestamptz
  ORDER BY d.due_at LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED)
RETURNING t.*;

-- name: SetDeadlineOwner :exec
UPDATE court.deadline SET owner = $3, team = $4 WHERE court = $1 AND matter_id = $2 AND state = 'open';

-- name: RecomputableDeadlines :many
SELECT * FROM court.deadline WHERE court = $1 AND state = 'open' AND (explanation->>'provisional')::boolean IS TRUE;

-- name: MoveDeadline :exec
UPDATE court.deadline SET warn_at = $3, due_at = $4, explanation = $5 WHERE court = $1 AND id = $2 AND state = 'open';
