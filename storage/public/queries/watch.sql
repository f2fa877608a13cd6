-- name: Watch :one
WITH lot AS (
  SELECT l.version, jsonb_build_object('state', l.state, 'round', l.round, 'price', l.starting_price, 'starts_at', l.starts_at) AS seen
  FROM disclosed.lot l WHERE l.court = sqlc.arg(court) AND l.id = sqlc.arg(lot)::uuid),
mine AS (
  INSERT INTO edge.watch (court, lot_id, watcher, openid_index, person, seen_version, seen, at)
  SELECT sqlc.arg(court)::text, sqlc.arg(lot)::uuid, sqlc.arg(watcher)::bytea, sqlc.narg(openid_index)::bytea, sqlc.narg(person)::bytea, lot.version, lot.seen, sqlc.arg(now)::timestamptz
  FROM lot WHERE (SELECT count(*) FROM edge.watch w WHERE w.court = sqlc.arg(court) AND w.watcher = sqlc.arg(watcher)) < sqlc.arg(most)::int
  ON CONFLICT (court, lot_id, watcher) DO UPDATE SET openid_index = EXCLUDED.openid_index, person = EXCLUDED.person RETURNING true)
SELECT EXISTS (SELECT FROM lot) AS known, EXISTS (SELECT FROM mine) AS watching;

-- name: Unwatch :exec
DELETE FROM edge.watch WHERE court = $1 AND lot_id = $2 AND watcher = $3;

-- name: Watches :one
SELECT EXISTS (SELECT FROM edge.watch w WHERE w.court = $1 AND w.lot_id = $2 AND w.watcher = $3);

-- name: WatchedLots :many
SELECT l.id, l.kind, l.district, l.state, l.round, l.starting_price, l.starts_at, l.ends_at, l.title, l.published_at, l.changed_at,
  COALESCE((l.body->'rounds'->-1->>'deposit')::bigint, 0)::bigint AS deposit, COALESCE((l.body->'rounds'->-1->>'result_price')::bigint, 0)::bigint AS result_price,
  COALESCE(l.body->'pictures'->0->>'id', '')::text AS picture,
  COALESCE((SELECT min(s.starts_at) FROM disclosed.slot s WHERE s.court = l.court AND s.lot_id = l.id AND s.starts_at > sqlc.arg(now)::timestamptz), 'epoch')::timestamptz AS viewing
FROM edge.watch w JOIN disclosed.lot l ON l.court = w.court AND l.id = w.lot_id
WHERE w.court = sqlc.arg(court) AND w.watcher = sqlc.arg(watcher) ORDER BY w.at DESC, l.id LIMIT 100;

-- Whom to tell: the lot has changed since. How he is reached stands beside it: a WeChat account of his, a mobile on file.
-- name: WatchesBehind :many
SELECT w.lot_id, w.watcher, w.seen, l.title, l.state, l.round, l.starting_price, l.starts_at, l.version, COALESCE((l.body->'rounds'->-1->>'result_price')::bigint, 0)::bigint AS result_price,
  COALESCE(w.openid_index, (SELECT u.openid_index FROM edge.wechat u WHERE u.court = w.court AND u.person = w.person AND u.subscribed ORDER BY u.bound_at DESC LIMIT 1)) AS openid_index,
  COALESCE(w.person, (SELECT u.person FROM edge.wechat u WHERE u.court = w.court AND u.openid_index = w.openid_index)) AS person
FROM edge.watch w JOIN disclosed.lot l ON l.court = w.court AND l.id = w.lot_id AND l.version > w.seen_version
WHERE w.court = sqlc.arg(court) ORDER BY l.changed_at, w.lot_id, w.watcher LIMIT sqlc.arg(most)::int FOR UPDATE OF w SKIP LOCKED;

-- name: MobilesOf :many
SELECT DISTINCT ON (v.person) v.person, v.id, v.mobile FROM disclosed.viewer v
WHERE v.court = sqlc.arg(court) AND v.person = ANY(sqlc.arg(persons)::bytea[]) AND v.mobile IS NOT NULL AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz)
ORDER BY v.person, v.changed_at DESC, v.id;

-- name: SeenWatches :exec
UPDATE edge.watch w SET seen_version = r.version, seen = r.seen::jsonb
FROM (SELECT unnest(sqlc.arg(lots)::uuid[]) AS lot, unnest(sqlc.arg(watchers)::bytea[]) AS watcher, unnest(sqlc.arg(versions)::int[]) AS version, unnest(sqlc.arg(seen)::text[]) AS seen) r
WHERE w.court = sqlc.arg(court) AND w.lot_id = r.lot AND w.watcher = r.watcher;

-- name: QueueOwn :exec
INSERT INTO edge.message (court, id, channels, address, address_aad, openid_index, template, template_name, provider_ids, params, data, url, text, check_code, clause, urgent, created_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, false, $16, $17);

-- What visitors left and nobody needs any more: captchas run out, bookings of half a year ago, watches of lots that are closed or gone.
-- name: ForgetVisitors :exec
WITH captchas AS (DELETE FROM edge.captcha c WHERE c.court = sqlc.arg(court) AND c.until < sqlc.arg(now)::timestamptz),
bookings AS (DELETE FROM edge.booking b WHERE b.court = sqlc.arg(court) AND b.at < sqlc.arg(half_year_ago)::timestamptz)
DELETE FROM edge.watch w WHERE w.court = sqlc.arg(court) AND w.at < sqlc.arg(day_ago)::timestamptz AND NOT EXISTS (
  SELECT FROM disclosed.lot l WHERE l.court = w.court AND l.id = w.lot_id AND (l.state NOT IN ('sold', 'withdrawn') OR l.changed_at > sqlc.arg(month_ago)::timestamptz));
