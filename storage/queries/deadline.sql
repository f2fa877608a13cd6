-- name: InsertDeadline :exec
INSERT INTO court.deadline (court, id, rule, name, clause, case_id, matter_id, tip_id, started_by, started_at, warn_at, due_at, state, explanation, owner_role, owner, team, escalate_role, rule_version, length)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $15, $16, $17, $18, $19);

-- name: CloseDeadlinesOfCase :exec
-- Late is what is done after the due day; while a clock stands still its old due day means nothing, unless it had passed before.
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at AND (state = 'open' OR overdue_at IS NOT NULL) THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.arg(event)
WHERE court = $1 AND state IN ('open', 'paused') AND rule = ANY(sqlc.arg(rules)::text[]) AND case_id = sqlc.arg(case_id)::uuid AND matter_id IS NULL;

-- name: CloseDeadline :exec
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at AND (state = 'open' OR overdue_at IS NOT NULL) THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.arg(event)
WHERE court = $1 AND id = $2 AND state IN ('open', 'paused');

-- name: CloseDeadlinesOfTip :exec
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at AND (state = 'open' OR overdue_at IS NOT NULL) THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.arg(event)
WHERE court = $1 AND state IN ('open', 'paused') AND rule = ANY(sqlc.arg(rules)::text[]) AND tip_id = sqlc.arg(tip_id)::uuid AND matter_id IS NULL;

-- name: CloseMatterDeadlines :exec
-- All clocks of a step: PROCESS.STEP and PROCESS.STEP.ID.
UPDATE court.deadline SET state = CASE WHEN sqlc.arg(at)::timestamptz > due_at AND (state = 'open' OR overdue_at IS NOT NULL) THEN 'late' ELSE 'met' END, closed_at = sqlc.arg(at)::timestamptz
WHERE court = $1 AND state IN ('open', 'paused') AND matter_id = sqlc.arg(matter_id)::uuid AND (rule = sqlc.arg(rule)::text OR starts_with(rule, sqlc.arg(rule)::text || '.'));

-- name: ReopenMatterDeadlines :execrows
-- A step that is taken up again after a return goes on with the clocks it had, those of its last round.
UPDATE court.deadline t SET state = CASE WHEN jsonb_path_exists(t.pauses, '$[*] ? (@.to == "")') THEN 'paused' ELSE 'open' END, closed_at = NULL, closed_by = NULL WHERE t.court = $1 AND t.state IN ('met', 'late', 'cancelled') AND t.id IN (
  SELECT DISTINCT ON (d.rule) d.id FROM court.deadline d WHERE d.court = $1 AND d.matter_id = sqlc.arg(matter_id)::uuid
    AND (d.rule = sqlc.arg(rule)::text OR starts_with(d.rule, sqlc.arg(rule)::text || '.')) ORDER BY d.rule, d.started_at DESC, d.id DESC);

-- name: PauseDeadlines :many
UPDATE court.deadline SET state = 'paused', pauses = pauses || sqlc.arg(pause)::jsonb
WHERE court = $1 AND state IN ('open', 'paused') AND case_id = sqlc.arg(case_id)::uuid AND rule = ANY(sqlc.arg(rules)::text[]) RETURNING *;

-- name: PauseDeadline :one
UPDATE court.deadline SET state = 'paused', pauses = pauses || sqlc.arg(pause)::jsonb WHERE court = $1 AND id = $2 RETURNING *;

-- name: ExplainDeadline :exec
UPDATE court.deadline SET explanation = $3 WHERE court = $1 AND id = $2;

-- name: PausedDeadlines :many
SELECT * FROM court.deadline WHERE court = $1 AND state = 'paused' AND case_id = sqlc.arg(case_id)::uuid AND rule = ANY(sqlc.arg(rules)::text[]) FOR UPDATE;

-- name: KeepPauses :exec
UPDATE court.deadline SET pauses = $3 WHERE court = $1 AND id = $2;

-- name: ResumeDeadline :exec
UPDATE court.deadline SET state = 'open', pauses = $3, warn_at = $4, due_at = $5, explanation = $6,
  warned_at = CASE WHEN $4 > sqlc.arg(now)::timestamptz THEN NULL ELSE warned_at END WHERE court = $1 AND id = $2;

-- name: ExtendDeadline :execrows
UPDATE court.deadline SET warn_at = $3, due_at = $4, explanation = $5, extended_by = $6, warned_at = NULL, overdue_at = NULL, length = NULL
WHERE court = $1 AND id = $2 AND state = 'open' AND due_at < $4;

-- name: OpenDeadlinesOfCase :many
SELECT id, name, clause, due_at FROM court.deadline WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND state = 'open' ORDER BY due_at, id LIMIT 100;

-- name: CancelMatterDeadlines :exec
UPDATE court.deadline SET state = 'cancelled', closed_at = sqlc.arg(at)::timestamptz WHERE court = $1 AND state IN ('open', 'paused') AND matter_id = sqlc.arg(matter_id)::uuid;

-- name: CancelCaseDeadlines :exec
UPDATE court.deadline SET state = 'cancelled', closed_at = sqlc.arg(at)::timestamptz, closed_by = sqlc.narg(event)
WHERE court = $1 AND state IN ('open', 'paused') AND case_id = sqlc.arg(case_id)::uuid AND matter_id IS NULL;

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
UPDATE court.deadline SET owner = $3, team = $4 WHERE court = $1 AND matter_id = $2 AND state IN ('open', 'paused');

-- name: RecomputableDeadlines :many
SELECT * FROM court.deadline WHERE court = $1 AND state = 'open' AND (explanation->>'provisional')::boolean IS TRUE;

-- name: MoveDeadline :exec
UPDATE court.deadline SET warn_at = $3, due_at = $4, explanation = $5 WHERE court = $1 AND id = $2 AND state = 'open';
