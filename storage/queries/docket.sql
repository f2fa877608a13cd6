-- name: InsertDocket :execrows
INSERT INTO court.docket (court, id, code, case_id, matter_id, tip_id, party_id, occurred_at, effect_at, recorded_at, actor, actor_kind, clause, rule_version, source_key, facts_hash, imported, lot_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (court, source_key) DO NOTHING;

-- name: InsertFacts :exec
INSERT INTO court.docket_facts (court, event_id, body) VALUES ($1, $2, $3);

-- name: DocketBySourceKey :one
SELECT id, facts_hash FROM court.docket WHERE court = $1 AND source_key = $2;

-- name: DocketByID :one
SELECT d.*, f.body, COALESCE(s.name, '')::text AS actor_name FROM court.docket d
LEFT JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.id
LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.actor
WHERE d.court = $1 AND d.id = $2;

-- name: DocketOfCase :many
SELECT d.*, f.body, COALESCE(s.name, '')::text AS actor_name FROM court.docket d
LEFT JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.id
LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.actor
WHERE d.court = $1 AND d.case_id = sqlc.arg(case_id)::uuid ORDER BY d.occurred_at DESC, d.id DESC LIMIT 500;

-- name: FactsOfCase :many
-- The sealed facts of some kinds of events on a case.
SELECT d.id, d.code, f.body FROM court.docket d JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.id
WHERE d.court = $1 AND d.case_id = sqlc.arg(case_id)::uuid AND d.code = ANY(sqlc.arg(codes)::text[]) AND d.id <> sqlc.arg(without)::uuid AND d.matter_id IS DISTINCT FROM sqlc.arg(without)::uuid;

-- name: DocketOfTip :many
SELECT d.*, f.body, COALESCE(s.name, '')::text AS actor_name FROM court.docket d
LEFT JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.id
LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.actor
WHERE d.court = $1 AND d.tip_id = sqlc.arg(tip_id)::uuid ORDER BY d.occurred_at DESC, d.id DESC LIMIT 500;

-- name: EventsOnCase :many
SELECT id, code, party_id, occurred_at, effect_at FROM court.docket WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid ORDER BY occurred_at, id;
