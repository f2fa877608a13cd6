-- Lots: what is put to judicial auction. Changes carry what was seen, so that a lost race is seen too.

-- name: InsertLot :exec
INSERT INTO court.lot (court, id, case_id, title, kind, district, address, description, platform_url, contact, state, round, rule_version, created_by, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', 0, $11, $12, sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz);

-- name: LotByID :one
SELECT * FROM court.lot WHERE court = $1 AND id = $2;

-- name: LotForUpdate :one
SELECT * FROM court.lot WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: EditLot :execrows
UPDATE court.lot SET title = $4, kind = $5, district = $6, address = $7, description = $8, platform_url = $9, contact = $10,
  changed_at = GREATEST(sqlc.arg(at)::timestamptz, changed_at + interval '1 microsecond')
WHERE court = $1 AND id = $2 AND changed_at = $3;

-- name: MoveLot :execrows
UPDATE court.lot SET state = sqlc.arg(new_state)::text, round = sqlc.arg(new_round)::int, changed_at = GREATEST(sqlc.arg(at)::timestamptz, changed_at + interval '1 microsecond')
WHERE court = $1 AND id = $2 AND state = sqlc.arg(old_state)::text AND round = sqlc.arg(old_round)::int;

-- name: DeskLots :many
SELECT l.id, l.title, l.kind, l.district, l.state, l.round, l.changed_at, c.number AS case_number, COALESCE(j.name, '')::text AS judge_name,
  (r.lot_id IS NOT NULL)::bool AS planned, COALESCE(r.starting_price, 0)::bigint AS starting_price, COALESCE(r.starts_at, 'epoch')::timestamptz AS starts_at,
  COALESCE(r.ends_at, 'epoch')::timestamptz AS ends_at, COALESCE(r.result_price, 0)::bigint AS result_price,
  (SELECT count(*) FROM court.lot_question q WHERE q.court = l.court AND q.lot_id = l.id AND q.answered_at IS NULL)::int AS questions
FROM court.lot l JOIN court.cases c ON c.court = l.court AND c.id = l.case_id
LEFT JOIN court.staff j ON j.court = c.court AND j.id = c.judge
LEFT JOIN court.lot_round r ON r.court = l.court AND r.lot_id = l.id AND r.round = l.round
WHERE l.court = $1
  AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (sqlc.arg(state)::text = '' OR l.state = sqlc.arg(state)::text)
  AND (sqlc.arg(kind)::text = '' OR l.kind = sqlc.arg(kind)::text)
  AND (sqlc.arg(number)::text = '' OR c.number = sqlc.arg(number)::text)
  AND (sqlc.arg(words)::text = '' OR position(lower(sqlc.arg(words)::text) in lower(l.title)) > 0)
ORDER BY (l.state IN ('sold', 'withdrawn')), l.changed_at DESC, l.id DESC LIMIT sqlc.arg(most)::int OFFSET sqlc.arg(skip)::int;

-- name: LotFacts :many
SELECT f.*, COALESCE(s.name, '')::text AS changed_by_name FROM court.lot_fact f LEFT JOIN court.staff s ON s.court = f.court AND s.id = f.changed_by
WHERE f.court = $1 AND f.lot_id = $2 ORDER BY f.fact;

-- name: UpsertLotFact :exec
INSERT INTO court.lot_fact (court, lot_id, fact, value, is_unknown, source, known_on, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (court, lot_id, fact) DO UPDATE SET value = EXCLUDED.value, is_unknown = EXCLUDED.is_unknown, source = EXCLUDED.source, known_on = EXCLUDED.known_on,
  changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at;

-- name: LotRounds :many
SELECT r.*, COALESCE(s.name, '')::text AS approved_by_name FROM court.lot_round r LEFT JOIN court.staff s ON s.court = r.court AND s.id = r.approved_by
WHERE r.court = $1 AND r.lot_id = $2 ORDER BY r.round;

-- name: UpsertLotRound :exec
INSERT INTO court.lot_round (court, lot_id, round, reference_price, starting_price, deposit, increment, starts_at, ends_at, balance_days) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (court, lot_id, round) DO UPDATE SET reference_price = EXCLUDED.reference_price, starting_price = EXCLUDED.starting_price, deposit = EXCLUDED.deposit,
  increment = EXCLUDED.increment, starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at, balance_days = EXCLUDED.balance_days, approved_by = NULL, approved_at = NULL;

-- name: ApproveLotRound :execrows
UPDATE court.lot_round SET approved_by = $4, approved_at = $5 WHERE court = $1 AND lot_id = $2 AND round = $3 AND approved_at IS NULL;

-- name: AnnounceLotRound :execrows
UPDATE court.lot_round SET announced_at = $4 WHERE court = $1 AND lot_id = $2 AND round = $3 AND announced_at IS NULL;

-- name: EndLotRound :execrows
UPDATE court.lot_round SET result = $4, result_price = $5, result_at = $6 WHERE court = $1 AND lot_id = $2 AND round = $3 AND (result IS NULL OR result = 'stopped');

-- name: ResumeLotRound :execrows
UPDATE court.lot_round SET result = NULL, result_price = NULL, result_at = NULL, starts_at = $4, ends_at = $5 WHERE court = $1 AND lot_id = $2 AND round = $3 AND result = 'stopped';

-- name: LotPlanners :many
SELECT actor, recorded_at FROM court.docket WHERE court = $1 AND lot_id = sqlc.arg(lot_id)::uuid AND code = 'auction_planned' AND starts_with(source_key, sqlc.arg(prefix)::text) ORDER BY recorded_at DESC, id DESC;

-- name: LotPrenotices :many
SELECT n.*, COALESCE(s.name, '')::text AS recorded_by_name FROM court.lot_prenotice n LEFT JOIN court.staff s ON s.court = n.court AND s.id = n.recorded_by
WHERE n.court = $1 AND n.lot_id = $2 AND n.round = $3;

-- name: UpsertLotPrenotice :exec
INSERT INTO court.lot_prenotice (court, lot_id, round, party_id, method, at, ripe_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (court, lot_id, round, party_id) DO UPDATE SET method = EXCLUDED.method, at = EXCLUDED.at, ripe_at = EXCLUDED.ripe_at, recorded_by = EXCLUDED.recorded_by;

-- name: ClearLotPrenotices :exec
DELETE FROM court.lot_prenotice WHERE court = $1 AND lot_id = $2 AND round = $3;

-- name: MessagesOfEvent :many
SELECT d.message_id::uuid AS message_id, o.not_before FROM court.disclosure d JOIN disclosed.outgoing o ON o.court = d.court AND o.id = d.message_id
WHERE d.court = $1 AND d.event_id = $2 AND d.message_id IS NOT NULL;

-- name: LotPrenoticeFailures :many
SELECT e.party_id::uuid AS party_id
FROM (SELECT DISTINCT ON (d.party_id) d.court, d.id, d.party_id FROM court.docket d
  WHERE d.court = $1 AND d.lot_id = sqlc.arg(lot_id)::uuid AND d.code = 'auction_prenotice' AND d.party_id IS NOT NULL ORDER BY d.party_id, d.recorded_at DESC, d.id DESC) e
JOIN court.disclosure m ON m.court = e.court AND m.event_id = e.id AND m.message_id IS NOT NULL
GROUP BY e.party_id
HAVING bool_and(EXISTS (SELECT FROM court.delivery x WHERE x.court = m.court AND x.message_id = m.message_id AND x.state = 'failed')
  AND NOT EXISTS (SELECT FROM court.delivery x WHERE x.court = m.court AND x.message_id = m.message_id AND x.state = 'delivered'));

-- name: InsertLotQuestion :exec
INSERT INTO court.lot_question (court, id, lot_id, question, asked_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: LotQuestions :many
SELECT q.*, COALESCE(s.name, '')::text AS answered_by_name FROM court.lot_question q LEFT JOIN court.staff s ON s.court = q.court AND s.id = q.answered_by
WHERE q.court = $1 AND q.lot_id = $2 ORDER BY (q.answered_at IS NOT NULL), q.asked_at DESC, q.id LIMIT 300;

-- name: AnswerLotQuestion :execrows
UPDATE court.lot_question SET answer = $4, shown = $5, refused = $6, answered_at = $7, answered_by = $8 WHERE court = $1 AND lot_id = $2 AND id = $3 AND answered_at IS NULL;

-- name: LotPictures :many
SELECT id, position, caption, mime, octet_length(content)::int AS size FROM court.lot_picture WHERE court = $1 AND lot_id = $2 ORDER BY position, id;

-- name: LotPicture :one
SELECT mime, content FROM court.lot_picture WHERE court = $1 AND lot_id = $2 AND id = $3;

-- name: InsertLotPicture :exec
INSERT INTO court.lot_picture (court, id, lot_id, position, caption, content, mime)
SELECT $1, $2, $3, COALESCE(max(position), 0) + 1, sqlc.arg(caption)::text, sqlc.arg(content)::bytea, sqlc.arg(mime)::text FROM court.lot_picture WHERE court = $1 AND lot_id = $3;

-- name: DeleteLotPicture :execrows
DELETE FROM court.lot_picture WHERE court = $1 AND lot_id = $2 AND id = $3;

-- name: InsertViewingSlot :exec
INSERT INTO court.viewing_slot (court, id, lot_id, starts_at, place, contact, capacity) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: SlotByID :one
SELECT * FROM court.viewing_slot WHERE court = $1 AND id = $2;

-- name: SlotForUpdate :one
SELECT * FROM court.viewing_slot WHERE court = $1 AND id = $2 FOR UPDATE;

-- name: ViewingSlots :many
SELECT s.*, (SELECT count(*) FROM court.viewing v WHERE v.court = s.court AND v.slot_id = s.id AND v.cancelled_at IS NULL)::int AS booked
FROM court.viewing_slot s WHERE s.court = $1 AND s.lot_id = $2 ORDER BY s.starts_at DESC, s.id LIMIT 200;

-- name: CancelViewingSlot :execrows
UPDATE court.viewing_slot SET cancelled_at = $3 WHERE court = $1 AND id = $2 AND cancelled_at IS NULL;

-- name: InsertViewing :exec
INSERT INTO court.viewing (court, id, slot_id, person, booked_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: CancelViewing :execrows
UPDATE court.viewing SET cancelled_at = $3 WHERE court = $1 AND id = $2 AND cancelled_at IS NULL;

-- name: ViewingsOfSlot :many
SELECT * FROM court.viewing WHERE court = $1 AND slot_id = $2 AND cancelled_at IS NULL ORDER BY booked_at, id;

-- name: ViewingByID :one
SELECT v.id, v.person, v.cancelled_at, s.starts_at, s.place, s.contact, s.cancelled_at AS slot_cancelled_at, l.id AS lot_id, l.title, l.kind
FROM court.viewing v JOIN court.viewing_slot s ON s.court = v.court AND s.id = v.slot_id JOIN court.lot l ON l.court = s.court AND l.id = s.lot_id
WHERE v.court = $1 AND v.id = $2;

-- name: ViewingsToRemind :many
SELECT v.id, v.slot_id, l.id AS lot_id, l.case_id FROM court.viewing v JOIN court.viewing_slot s ON s.court = v.court AND s.id = v.slot_id
JOIN court.lot l ON l.court = s.court AND l.id = s.lot_id
WHERE v.court = $1 AND v.cancelled_at IS NULL AND v.reminded_at IS NULL AND s.cancelled_at IS NULL
  AND s.starts_at > sqlc.arg(now)::timestamptz AND s.starts_at <= sqlc.arg(before)::timestamptz
  AND v.booked_at < s.starts_at - (sqlc.arg(before)::timestamptz - sqlc.arg(now)::timestamptz)
ORDER BY s.starts_at, v.id LIMIT 200 FOR UPDATE OF v SKIP LOCKED;

-- name: MarkReminded :exec
UPDATE court.viewing SET reminded_at = $3 WHERE court = $1 AND id = $2;

-- name: DisclosedLot :one
SELECT state, round, version FROM disclosed.lot WHERE court = $1 AND id = $2;

-- name: UpsertDisclosedLot :exec
INSERT INTO disclosed.lot (court, id, kind, district, state, round, starting_price, starts_at, ends_at, title, body, clause, grams, published_at, changed_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, sqlc.arg(grams)::text::tsvector, $13, $14, 1)
ON CONFLICT (court, id) DO UPDATE SET kind = EXCLUDED.kind, district = EXCLUDED.district, state = EXCLUDED.state, round = EXCLUDED.round, starting_price = EXCLUDED.starting_price,
  starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at, title = EXCLUDED.title, body = EXCLUDED.body, clause = EXCLUDED.clause, grams = EXCLUDED.grams,
  changed_at = EXCLUDED.changed_at, version = disclosed.lot.version + 1;

-- name: DeleteDisclosedLot :exec
DELETE FROM disclosed.lot WHERE court = $1 AND id = $2;

-- name: PublishLotPictures :exec
INSERT INTO disclosed.picture (court, id, lot_id, mime, content)
SELECT p.court, p.id, p.lot_id, p.mime, p.content FROM court.lot_picture p WHERE p.court = $1 AND p.lot_id = $2 ON CONFLICT DO NOTHING;

-- name: UnpublishLotPictures :exec
DELETE FROM disclosed.picture d WHERE d.court = $1 AND d.lot_id = $2
  AND (sqlc.arg(everything)::bool OR NOT EXISTS (SELECT FROM court.lot_picture p WHERE p.court = d.court AND p.id = d.id));

-- name: PublishViewingSlots :exec
INSERT INTO disclosed.slot (court, id, lot_id, starts_at, place, contact, capacity)
SELECT s.court, s.id, s.lot_id, s.starts_at, s.place, s.contact, s.capacity FROM court.viewing_slot s
WHERE s.court = $1 AND s.lot_id = $2 AND s.cancelled_at IS NULL AND s.starts_at > sqlc.arg(now)::timestamptz ON CONFLICT DO NOTHING;

-- name: UnpublishViewingSlots :exec
DELETE FROM disclosed.slot d WHERE d.court = $1 AND d.lot_id = $2
  AND (sqlc.arg(everything)::bool OR d.starts_at <= sqlc.arg(now)::timestamptz OR NOT EXISTS (SELECT FROM court.viewing_slot s WHERE s.court = d.court AND s.id = d.id AND s.cancelled_at IS NULL));
