-- name: InsertDisclosure :execrows
INSERT INTO court.disclosure (court, id, event_id, code, case_id, tip_id, audience, party_id, state, why, basis, clause, channels, not_before, item_id, message_id, decided_at, told_at, rule_version, released_by, service, service_event)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (court, event_id, audience, party_id) DO NOTHING;

-- name: HeldOnCase :many
SELECT * FROM court.disclosure WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND state = 'held' ORDER BY decided_at, id FOR UPDATE;

-- name: HeldDue :many
SELECT * FROM court.disclosure WHERE court = $1 AND state = 'held' AND not_before <= sqlc.arg(now)::timestamptz ORDER BY not_before LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED;

-- name: DisclosureForUpdate :one
SELECT * FROM court.disclosure WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: DecideDisclosure :execrows
UPDATE court.disclosure SET state = sqlc.arg(state), why = sqlc.arg(why), basis = sqlc.arg(basis), not_before = sqlc.arg(not_before), channels = sqlc.arg(channels),
  item_id = sqlc.arg(item_id), message_id = sqlc.arg(message_id), told_at = sqlc.arg(told_at), released_by = COALESCE(sqlc.narg(released_by), released_by),
  service = sqlc.arg(service), service_event = sqlc.narg(service_event)
WHERE court = $1 AND id = $2 AND state = sqlc.arg(old_state)::text;

-- name: DisclosuresOfCase :many
SELECT d.*, COALESCE(p.name, '')::text AS party_name, COALESCE(p.role, '')::text AS party_role, COALESCE(s.name, '')::text AS released_by_name,
  COALESCE((SELECT string_agg(x.state || ' ' || to_char(x.at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), '; ' ORDER BY x.at) FROM court.delivery x WHERE x.court = d.court AND x.message_id = d.message_id), '')::text AS deliveries,
  COALESCE((SELECT r.at FROM court.item_read r WHERE r.court = d.court AND r.item_id = d.id AND r.viewer = d.party_id), 'epoch')::timestamptz AS read_at
FROM court.disclosure d LEFT JOIN court.party p ON p.court = d.court AND p.id = d.party_id
LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.released_by
WHERE d.court = $1 AND d.case_id = sqlc.arg(case_id)::uuid ORDER BY d.decided_at DESC, d.event_id, d.audience, d.id LIMIT 500;

-- name: AwaitingRelease :many
SELECT d.*, COALESCE(p.name, '')::text AS party_name, COALESCE(c.number, '')::text AS case_number, COALESCE(t.ticket, '')::text AS ticket, c.judge, COALESCE(c.team, '')::text AS team
FROM court.disclosure d LEFT JOIN court.party p ON p.court = d.court AND p.id = d.party_id
LEFT JOIN court.cases c ON c.court = d.court AND c.id = d.case_id LEFT JOIN court.tip t ON t.court = d.court AND t.id = d.tip_id
WHERE d.court = $1 AND d.state = 'awaiting_release' ORDER BY d.decided_at, d.id LIMIT 200;

-- name: UpsertItem :exec
INSERT INTO disclosed.item (court, id, viewer, case_id, code, title, body, clause, at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
ON CONFLICT (court, id) DO UPDATE SET title = EXCLUDED.title, body = EXCLUDED.body, version = disclosed.item.version + 1;

-- name: DeleteItem :execrows
DELETE FROM disclosed.item WHERE court = $1 AND id = $2;

-- name: InsertTombstone :exec
INSERT INTO disclosed.tombstone (court, id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: InsertOutgoing :exec
INSERT INTO disclosed.outgoing (court, id, channels, address, subject, template, template_version, template_name, provider_ids, params, data, url, text, check_code, clause, urgent, created_at, not_before)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: PublishCourt :exec
INSERT INTO disclosed.court (court, profile, version, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (court) DO UPDATE SET profile = EXCLUDED.profile, version = EXCLUDED.version, changed_at = EXCLUDED.changed_at;

-- name: PublishClause :exec
INSERT INTO disclosed.clause (court, id, article, text, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (court, id) DO UPDATE SET article = EXCLUDED.article, text = EXCLUDED.text, version = EXCLUDED.version;

-- name: UnpublishClauses :exec
DELETE FROM disclosed.clause WHERE court = $1 AND version < $2;

-- name: WithdrawOutgoing :execrows
UPDATE disclosed.outgoing SET withdrawn = true WHERE court = $1 AND id = $2;

-- name: ToldOfTip :many
SELECT x.code, x.told_at, d.id AS event_id, d.occurred_at, f.body FROM court.disclosure x
JOIN court.docket d ON d.court = x.court AND d.id = x.event_id LEFT JOIN court.docket_facts f ON f.court = d.court AND f.event_id = d.id
WHERE x.court = $1 AND x.tip_id = sqlc.arg(tip_id)::uuid AND x.party_id IS NULL AND x.audience <> 'public' AND x.state = 'told' ORDER BY x.told_at, x.id;

-- name: TipMessageByID :one
SELECT * FROM court.tip_message WHERE court = $1 AND id = $2;

-- name: DisclosuresOfTip :many
SELECT d.*, COALESCE(s.name, '')::text AS released_by_name,
  COALESCE((SELECT string_agg(x.state || ' ' || to_char(x.at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), '; ' ORDER BY x.at) FROM court.delivery x WHERE x.court = d.court AND x.message_id = d.message_id), '')::text AS deliveries
FROM court.disclosure d LEFT JOIN court.staff s ON s.court = d.court AND s.id = d.released_by
WHERE d.court = $1 AND d.tip_id = sqlc.arg(tip_id)::uuid ORDER BY d.decided_at DESC, d.id LIMIT 200;

-- name: DisclosureOfMessage :one
SELECT case_id, party_id FROM court.disclosure WHERE court = $1 AND message_id = $2 LIMIT 1;

-- name: UnservedOnCase :many
SELECT id, event_id, party_id FROM court.disclosure WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND service = 'pending';

-- name: NoteService :exec
UPDATE court.disclosure SET service = 'recorded', service_event = $3 WHERE court = $1 AND id = $2 AND service = 'pending';

-- name: ViewerExists :one
SELECT EXISTS (SELECT FROM disclosed.viewer WHERE court = $1 AND id = $2);

-- name: UpsertViewer :exec
INSERT INTO disclosed.viewer (court, id, case_id, case_no, role, stands_for, person, code, mobile, until, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (court, id) DO UPDATE SET case_no = EXCLUDED.case_no, role = EXCLUDED.role, stands_for = EXCLUDED.stands_for, person = EXCLUDED.person,
  code = EXCLUDED.code, mobile = EXCLUDED.mobile, until = EXCLUDED.until, changed_at = EXCLUDED.changed_at;

-- name: ValidQueryCode :one
SELECT id, code FROM court.query_code WHERE court = $1 AND party_id = $2 AND revoked_at IS NULL;

-- name: InsertQueryCode :exec
INSERT INTO court.query_code (court, id, party_id, code, issued_at, issued_by) VALUES ($1, $2, $3, $4, $5, $6);

-- name: RevokeQueryCodes :exec
UPDATE court.query_code SET revoked_at = $3 WHERE court = $1 AND party_id = $2 AND revoked_at IS NULL;

-- name: UpsertNotice :exec
INSERT INTO disclosed.notice (court, id, code, title, body, clause, name_index, grams, published_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, sqlc.arg(grams)::text::tsvector, $8, $9)
ON CONFLICT (court, id) DO UPDATE SET title = EXCLUDED.title, body = EXCLUDED.body, grams = EXCLUDED.grams, until = EXCLUDED.until;

-- name: DeleteNotice :execrows
DELETE FROM disclosed.notice WHERE court = $1 AND id = $2;

-- name: PublicNoticesOf :many
SELECT d.item_id::uuid FROM court.disclosure d JOIN court.docket e ON e.court = d.court AND e.id = d.event_id
WHERE d.court = $1 AND d.case_id = sqlc.arg(case_id)::uuid AND d.audience = 'public' AND d.item_id IS NOT NULL AND d.code = ANY(sqlc.arg(codes)::text[])
  AND (sqlc.narg(party_id)::uuid IS NULL OR e.party_id = sqlc.narg(party_id)::uuid);

-- name: UpsertClock :exec
INSERT INTO disclosed.clock (court, id, case_id, rule, roles, name, owner, clause, started_at, warn_at, due_at, state, closed_at, explanation)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (court, id) DO UPDATE SET roles = EXCLUDED.roles, name = EXCLUDED.name, owner = EXCLUDED.owner, warn_at = EXCLUDED.warn_at, due_at = EXCLUDED.due_at,
  state = EXCLUDED.state, closed_at = EXCLUDED.closed_at, explanation = EXCLUDED.explanation;

-- name: DeleteClock :exec
DELETE FROM disclosed.clock WHERE court = $1 AND id = $2;

-- name: CasesToSell :many
-- Cases of the first enforcement team for the demonstration's lots: both sides there and reachable.
SELECT c.id FROM court.cases c WHERE c.court = $1 AND c.closed_on IS NULL AND c.secrecy = '{}' AND c.team = 'enforcement_1'
  AND NOT EXISTS (SELECT FROM court.party p WHERE p.court = c.court AND p.case_id = c.id AND p.role IN ('applicant', 'debtor') AND (p.mobile IS NULL OR p.unreachable OR p.left_at IS NOT NULL OR p.minor_until IS NOT NULL))
  AND EXISTS (SELECT FROM court.party p WHERE p.court = c.court AND p.case_id = c.id AND p.role = 'debtor')
ORDER BY c.filed_on, c.id LIMIT 4;

-- name: EndViewer :exec
UPDATE disclosed.viewer SET until = sqlc.arg(until), changed_at = sqlc.arg(until) WHERE court = $1 AND id = $2;

-- name: PublicToldOf :many
SELECT * FROM court.disclosure WHERE court = $1 AND case_id = sqlc.arg(case_id)::uuid AND audience = 'public' AND state = 'told' AND item_id IS NOT NULL FOR UPDATE;

-- name: EndWaitingNotices :exec
UPDATE court.disclosure d SET state = 'withheld', why = '公告已经撤下', decided_at = sqlc.arg(at)::timestamptz FROM court.docket e
WHERE e.court = d.court AND e.id = d.event_id AND d.court = sqlc.arg(court) AND d.case_id = sqlc.arg(case_id)::uuid AND d.audience = 'public'
  AND d.state IN ('held', 'awaiting_release') AND d.code = ANY(sqlc.arg(codes)::text[]) AND (sqlc.narg(party_id)::uuid IS NULL OR e.party_id = sqlc.narg(party_id)::uuid);
