-- Announced lots, as everybody may read them. A card brings of the body only what it shows.
-- name: Lots :many
SELECT l.id, l.kind, l.district, l.state, l.round, l.starting_price, l.starts_at, l.ends_at, l.title, l.published_at, l.changed_at,
  COALESCE((l.body->'rounds'->-1->>'deposit')::bigint, 0)::bigint AS deposit, COALESCE((l.body->'rounds'->-1->>'result_price')::bigint, 0)::bigint AS result_price,
  COALESCE(l.body->'pictures'->0->>'id', '')::text AS picture,
  COALESCE((SELECT min(s.starts_at) FROM disclosed.slot s WHERE s.court = l.court AND s.lot_id = l.id AND s.starts_at > sqlc.arg(now)::timestamptz), 'epoch')::timestamptz AS viewing
FROM disclosed.lot l
WHERE l.court = sqlc.arg(court) AND l.state = ANY(sqlc.arg(states)::text[]) AND (sqlc.arg(kind)::text = '' OR l.kind = sqlc.arg(kind)::text)
  AND (sqlc.arg(district)::text = '' OR l.district = sqlc.arg(district)::text) AND (sqlc.arg(round)::int = 0 OR l.round = sqlc.arg(round)::int)
  AND l.starting_price BETWEEN sqlc.arg(price_from)::bigint AND sqlc.arg(price_to)::bigint
  AND l.starts_at >= sqlc.arg(starts_from)::timestamptz AND l.starts_at < sqlc.arg(starts_to)::timestamptz
  AND l.ends_at > sqlc.arg(ends_after)::timestamptz AND l.ends_at <= sqlc.arg(ends_until)::timestamptz
  AND (l.published_at, l.id) < (sqlc.arg(before)::timestamptz, sqlc.arg(before_id)::uuid)
ORDER BY l.published_at DESC, l.id DESC LIMIT sqlc.arg(most)::int;

-- The same among the lots that hold the words. grams are overlapping pieces of two characters: a word of two is found.
-- name: SearchLots :many
SELECT l.id, l.kind, l.district, l.state, l.round, l.starting_price, l.starts_at, l.ends_at, l.title, l.published_at, l.changed_at,
  COALESCE((l.body->'rounds'->-1->>'deposit')::bigint, 0)::bigint AS deposit, COALESCE((l.body->'rounds'->-1->>'result_price')::bigint, 0)::bigint AS result_price,
  COALESCE(l.body->'pictures'->0->>'id', '')::text AS picture,
  COALESCE((SELECT min(s.starts_at) FROM disclosed.slot s WHERE s.court = l.court AND s.lot_id = l.id AND s.starts_at > sqlc.arg(now)::timestamptz), 'epoch')::timestamptz AS viewing
FROM disclosed.lot l
WHERE l.court = sqlc.arg(court) AND l.grams @@ sqlc.arg(query)::text::tsquery AND l.state = ANY(sqlc.arg(states)::text[])
  AND (sqlc.arg(kind)::text = '' OR l.kind = sqlc.arg(kind)::text)
  AND (sqlc.arg(district)::text = '' OR l.district = sqlc.arg(district)::text) AND (sqlc.arg(round)::int = 0 OR l.round = sqlc.arg(round)::int)
  AND l.starting_price BETWEEN sqlc.arg(price_from)::bigint AND sqlc.arg(price_to)::bigint
  AND l.starts_at >= sqlc.arg(starts_from)::timestamptz AND l.starts_at < sqlc.arg(starts_to)::timestamptz
  AND l.ends_at > sqlc.arg(ends_after)::timestamptz AND l.ends_at <= sqlc.arg(ends_until)::timestamptz
  AND (l.published_at, l.id) < (sqlc.arg(before)::timestamptz, sqlc.arg(before_id)::uuid)
ORDER BY l.published_at DESC, l.id DESC LIMIT sqlc.arg(most)::int;

-- Each district once, one step of the index each.
-- name: LotDistricts :many
WITH RECURSIVE step AS (
  (SELECT l.district FROM disclosed.lot l WHERE l.court = sqlc.arg(court) ORDER BY l.district LIMIT 1)
  UNION ALL
  SELECT (SELECT l.district FROM disclosed.lot l WHERE l.court = sqlc.arg(court) AND l.district > step.district ORDER BY l.district LIMIT 1) FROM step WHERE step.district IS NOT NULL)
SELECT step.district::text FROM step WHERE step.district IS NOT NULL AND step.district <> '';

-- One lot with its viewing times and the seats that are left.
-- name: Lot :one
SELECT l.id, l.kind, l.district, l.state, l.round, l.starting_price, l.starts_at, l.ends_at, l.title, l.body, l.clause, l.published_at, l.changed_at, l.version,
  COALESCE((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'at', s.starts_at, 'place', s.place, 'contact', s.contact,
      'left', GREATEST(s.capacity - (SELECT count(*) FROM edge.booking b WHERE b.court = s.court AND b.slot_id = s.id AND b.cancelled_at IS NULL), 0)) ORDER BY s.starts_at, s.id)
    FROM disclosed.slot s WHERE s.court = l.court AND s.lot_id = l.id AND s.starts_at > sqlc.arg(now)::timestamptz), '[]')::jsonb AS slots
FROM disclosed.lot l WHERE l.court = sqlc.arg(court) AND l.id = sqlc.arg(id);

-- name: Picture :one
SELECT p.mime, p.content FROM disclosed.picture p WHERE p.court = $1 AND p.id = $2;

-- name: SubmitQuestion :one
WITH lot AS (SELECT FROM disclosed.lot l WHERE l.court = sqlc.arg(court) AND l.id = sqlc.arg(lot)::uuid AND l.state IN ('announced', 'stopped')),
tried AS (
  INSERT INTO edge.rate (court, key, count, until) SELECT sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(until) FROM lot
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
stored AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
  SELECT sqlc.arg(court)::text, sqlc.arg(id)::uuid, 'question', sqlc.arg(now)::timestamptz, sqlc.arg(meta)::jsonb, sqlc.arg(sealed)::bytea
  FROM tried WHERE tried.tries <= sqlc.arg(most)::int ON CONFLICT DO NOTHING)
SELECT EXISTS (SELECT FROM lot) AS open, COALESCE((SELECT t.tries FROM tried t), 0)::int AS tries, COALESCE((SELECT t.over FROM tried t), 'epoch')::timestamptz AS over;

-- A seat, its counting and the sealed row in one statement. The slot's lock was taken by the statement before, so that this one's
-- snapshot shows every seat taken before it. The same form sent twice has the same code, and takes one seat.
-- name: BookSeat :one
WITH slot AS (
  SELECT s.id, s.capacity FROM disclosed.slot s JOIN disclosed.lot l ON l.court = s.court AND l.id = s.lot_id
  WHERE s.court = sqlc.arg(court) AND s.id = sqlc.arg(slot)::uuid AND s.lot_id = sqlc.arg(lot)::uuid AND s.starts_at > sqlc.arg(now)::timestamptz AND l.state = 'announced'),
given AS (SELECT b.id, b.cancelled_at IS NULL AS held FROM edge.booking b WHERE b.court = sqlc.arg(court) AND b.code = sqlc.arg(code)),
taken AS (SELECT count(*) AS n FROM edge.booking b WHERE b.court = sqlc.arg(court) AND b.slot_id = sqlc.arg(slot)::uuid AND b.cancelled_at IS NULL),
client AS (
  INSERT INTO edge.rate (court, key, count, until) SELECT sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(client_until) FROM slot WHERE NOT EXISTS (SELECT FROM given)
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
named AS (
  INSERT INTO edge.rate (court, key, count, until) SELECT sqlc.arg(court), sqlc.arg(named), 1, sqlc.arg(named_until) FROM client WHERE client.tries <= sqlc.arg(client_most)::int
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
mine AS (
  INSERT INTO edge.booking (court, id, slot_id, code, openid_index, at)
  SELECT sqlc.arg(court)::text, sqlc.arg(id)::uuid, slot.id, sqlc.arg(code)::bytea, sqlc.narg(openid_index)::bytea, sqlc.arg(now)::timestamptz
  FROM slot, taken, named WHERE taken.n < slot.capacity AND named.tries <= sqlc.arg(named_most)::int
  RETURNING slot_id),
stored AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
  SELECT sqlc.arg(court)::text, sqlc.arg(inbox)::uuid, 'viewing', sqlc.arg(now)::timestamptz,
    jsonb_build_object('booking', sqlc.arg(id)::uuid, 'slot', mine.slot_id), sqlc.arg(sealed)::bytea FROM mine)
SELECT EXISTS (SELECT FROM slot) AS open, EXISTS (SELECT FROM mine) AS booked, COALESCE((SELECT g.id FROM given g), '00000000-0000-0000-0000-000000000000')::uuid AS given,
  COALESCE((SELECT g.held FROM given g), false)::boolean AS held, COALESCE((SELECT c.tries FROM client c), 0)::int AS client_tries,
  COALESCE((SELECT c.over FROM client c), 'epoch')::timestamptz AS client_over,
  COALESCE((SELECT n.tries FROM named n), 0)::int AS named_tries, COALESCE((SELECT n.over FROM named n), 'epoch')::timestamptz AS named_over;

-- A booking by its number; only a wrong number is counted. With cancel, the seat is free again and the court is told, once.
-- name: Booking :one
WITH found AS (
  SELECT b.id, b.slot_id, b.cancelled_at FROM edge.booking b WHERE b.court = sqlc.arg(court) AND b.code = ANY(sqlc.arg(codes)::bytea[])),
tried AS (
  INSERT INTO edge.rate (court, key, count, until) VALUES (sqlc.arg(court), sqlc.arg(client), (NOT EXISTS (SELECT FROM found))::int, sqlc.arg(until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.count ELSE edge.rate.count + EXCLUDED.count END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
freed AS (
  UPDATE edge.booking b SET cancelled_at = sqlc.arg(now)::timestamptz FROM found, tried
  WHERE b.court = sqlc.arg(court) AND b.id = found.id AND b.cancelled_at IS NULL AND sqlc.arg(cancel)::boolean AND tried.tries < sqlc.arg(most)::int
  RETURNING b.id, b.slot_id),
told AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
  SELECT sqlc.arg(court)::text, sqlc.arg(inbox)::uuid, 'viewing', sqlc.arg(now)::timestamptz,
    jsonb_build_object('booking', freed.id, 'slot', freed.slot_id, 'cancel', true), sqlc.arg(sealed)::bytea FROM freed)
SELECT tried.tries, tried.over, (found.id IS NOT NULL)::boolean AS found, (found.cancelled_at IS NOT NULL OR EXISTS (SELECT FROM freed))::boolean AS cancelled,
  EXISTS (SELECT FROM freed) AS freed, COALESCE(found.slot_id, '00000000-0000-0000-0000-000000000000')::uuid AS slot_id, COALESCE(s.starts_at, 'epoch')::timestamptz AS starts_at,
  COALESCE(s.place, '')::text AS place, COALESCE(s.contact, '')::text AS contact, COALESCE(l.title, '')::text AS title,
  COALESCE(l.id, '00000000-0000-0000-0000-000000000000')::uuid AS lot_id
FROM tried LEFT JOIN found ON true LEFT JOIN disclosed.slot s ON s.court = sqlc.arg(court) AND s.id = found.slot_id
LEFT JOIN disclosed.lot l ON l.court = s.court AND l.id = s.lot_id LIMIT 1;
