-- name: CaseByID :one
SELECT c.*, COALESCE(j.name, '')::text AS judge_name, COALESCE(j.phone, '')::text AS judge_phone, COALESCE(a.name, '')::text AS assistant_name,
  COALESCE(k.name, '')::text AS clerk_name
FROM court.cases c LEFT JOIN court.staff j ON j.court = c.court AND j.id = c.judge
LEFT JOIN court.staff a ON a.court = c.court AND a.id = c.assistant
LEFT JOIN court.staff k ON k.court = c.court AND k.id = c.clerk
WHERE c.court = $1 AND c.id = $2;

-- name: LockCase :exec
SELECT FROM court.cases WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: CaseByNumber :one
SELECT id FROM court.cases WHERE court = $1 AND number = $2;

-- name: CaseBySourceKey :one
SELECT id, source_hash FROM court.cases WHERE court = $1 AND source_key = $2;

-- name: InsertCase :exec
INSERT INTO court.cases (court, id, number, year, type, serial, cause, filed_on, stage, team, judge, assistant, clerk, basis,
  amount_applied, amount_realised, amount_waived, closed_on, closure_mode, secrecy, source_key, source_hash, imported, rule_version, created_by, created_at, changed_at, non_litigation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $26, $27);

-- name: UpdateImportedCase :exec
UPDATE court.cases SET cause = $3, filed_on = $4, stage = $5, team = $6, judge = $7, assistant = $8, clerk = $9, basis = $10, amount_applied = $11,
  amount_realised = $12, amount_waived = $13, closed_on = $14, closure_mode = $15, secrecy = $16, source_hash = $17, changed_at = $18, non_litigation = $19
WHERE court = $1 AND id = $2;

-- name: SetCaseStage :exec
UPDATE court.cases SET stage = $3, changed_at = $4 WHERE court = $1 AND id = $2;

-- name: SetHandlers :exec
UPDATE court.cases SET judge = sqlc.arg(judge), clerk = COALESCE(sqlc.narg(clerk), clerk), team = CASE WHEN sqlc.arg(team)::text = '' THEN team ELSE sqlc.arg(team)::text END,
  changed_at = sqlc.arg(now)::timestamptz WHERE court = $1 AND id = $2;

-- name: HandDeadlinesOver :exec
-- Running clocks go with the case to its new judge and team.
UPDATE court.deadline SET owner = CASE WHEN owner = sqlc.arg(old)::uuid THEN sqlc.arg(new)::uuid ELSE owner END,
  team = CASE WHEN team = sqlc.arg(old_team)::text THEN sqlc.arg(new_team)::text ELSE team END
WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND state IN ('open', 'paused');

-- name: HandMattersOver :exec
-- Open runs that the old team has go to the new one, free to be taken; what somebody of another team holds stays there.
UPDATE court.matter SET team = sqlc.arg(new_team)::text, holder = NULL
WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND state = 'open' AND team = sqlc.arg(old_team)::text AND team <> sqlc.arg(new_team)::text;

-- name: CloseCase :execrows
UPDATE court.cases SET stage = 'closed', closed_on = $3, closure_mode = $4, amount_realised = $5, amount_waived = $6, changed_at = $7
WHERE court = $1 AND id = $2 AND closed_on IS NULL;

-- name: AddRealised :execrows
UPDATE court.cases SET amount_realised = amount_realised + sqlc.arg(amount)::bigint, changed_at = sqlc.arg(now)::timestamptz
WHERE court = $1 AND id = $2 AND (amount_applied = 0 OR amount_realised + amount_waived + sqlc.arg(amount)::bigint <= amount_applied);

-- name: PartiesOfCase :many
SELECT * FROM court.party WHERE court = $1 AND case_id = $2 ORDER BY role, created_at, source_key;

-- name: PartyByID :one
SELECT * FROM court.party WHERE court = $1 AND id = $2;

-- name: PartyBySourceKey :one
SELECT id FROM court.party WHERE court = $1 AND source_key = $2;

-- name: UpsertParty :exec
INSERT INTO court.party (court, id, case_id, role, kind, name, name_index, id_no, id_index, mobile, mobile_index, address, represents, mandate_until, minor_until, unreachable, left_at, source_key, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
ON CONFLICT (court, source_key) DO UPDATE SET role = EXCLUDED.role, kind = EXCLUDED.kind, name = EXCLUDED.name, name_index = EXCLUDED.name_index,
  id_no = EXCLUDED.id_no, id_index = EXCLUDED.id_index, mobile = EXCLUDED.mobile, mobile_index = EXCLUDED.mobile_index, address = EXCLUDED.address,
  represents = EXCLUDED.represents, mandate_until = EXCLUDED.mandate_until, minor_until = EXCLUDED.minor_until, unreachable = EXCLUDED.unreachable, left_at = EXCLUDED.left_at;

-- name: CasesOfDebtor :many
SELECT c.id, c.number, c.stage, c.team, c.judge, p.name AS debtor FROM court.party p JOIN court.cases c ON c.court = p.court AND c.id = p.case_id
WHERE p.court = $1 AND p.role = 'debtor' AND (p.name_index = sqlc.arg(name_index)::bytea) ORDER BY c.closed_on NULLS FIRST, c.filed_on DESC LIMIT 20;
