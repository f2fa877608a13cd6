-- name: InsertAudit :exec
INSERT INTO court.audit (court, id, at, actor, actor_kind, session, action, object_kind, object_id, case_id, result, reason, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: PendingAudit :many
SELECT a.* FROM court.audit_pending p JOIN court.audit a ON a.court = p.court AND a.id = p.audit_id WHERE p.court = $1 ORDER BY p.audit_id LIMIT sqlc.arg(most)::int;

-- name: ClearPendingAudit :exec
DELETE FROM court.audit_pending WHERE court = $1 AND audit_id = ANY(sqlc.arg(ids)::uuid[]);

-- name: AuditHead :one
SELECT seq, head FROM court.audit_chain WHERE court = $1 ORDER BY seq DESC LIMIT 1;

-- name: InsertAuditChain :exec
INSERT INTO court.audit_chain (court, seq, audit_id, head) VALUES ($1, $2, $3, $4);

-- name: AuditChain :many
SELECT h.court, h.seq, h.audit_id, h.head, a.id AS row_id, a.at, a.actor, a.actor_kind, a.session, a.action, a.object_kind, a.object_id, a.case_id, a.result, a.reason, a.detail
FROM court.audit_chain h LEFT JOIN court.audit a ON a.court = h.court AND a.id = h.audit_id WHERE h.court = $1 AND h.seq > sqlc.arg(after)::bigint ORDER BY h.seq LIMIT sqlc.arg(most)::int;

-- name: UnchainedAudit :one
SELECT count(*) FROM court.audit a WHERE a.court = $1 AND NOT EXISTS (SELECT 1 FROM court.audit_chain h WHERE h.court = a.court AND h.audit_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM court.audit_pending p WHERE p.court = a.court AND p.audit_id = a.id);

-- name: InsertAlert :exec
INSERT INTO court.alert (court, id, rule, role, staff, text, sound, case_id, matter_id, tip_id, raised_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: AlertsAfter :many
SELECT * FROM court.alert WHERE court = $1 AND id > $2 ORDER BY id LIMIT 100;

-- name: LatestAlert :one
SELECT id FROM court.alert WHERE court = $1 ORDER BY id DESC LIMIT 1;
