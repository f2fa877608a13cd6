-- Public notices. The lists of persons (kept) are answered by name or case number only, never listed here. Nothing is shown after its day.
-- name: Notices :many
SELECT n.id, n.code, n.title, n.body, n.clause, n.published_at, n.until FROM disclosed.notice n
WHERE n.court = sqlc.arg(court) AND n.code <> ALL(sqlc.arg(kept)::text[]) AND (sqlc.arg(code)::text = '' OR n.code = sqlc.arg(code)::text)
  AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date) AND (n.published_at, n.id) < (sqlc.arg(before)::timestamptz, sqlc.arg(before_id)::uuid)
ORDER BY n.published_at DESC, n.id DESC LIMIT sqlc.arg(most)::int;

-- name: NoticeCodes :many
SELECT DISTINCT n.code FROM disclosed.notice n WHERE n.court = sqlc.arg(court) AND n.code <> ALL(sqlc.arg(kept)::text[]) AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date) ORDER BY n.code;

-- name: Notice :one
SELECT n.id, n.code, n.title, n.body, n.clause, n.published_at, n.until FROM disclosed.notice n
WHERE n.court = sqlc.arg(court) AND n.id = sqlc.arg(id) AND n.code <> ALL(sqlc.arg(kept)::text[]) AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date);

-- name: ListedByName :many
SELECT n.id, n.code, n.title, n.body, n.clause, n.published_at, n.until FROM disclosed.notice n
WHERE n.court = sqlc.arg(court) AND n.name_index = ANY(sqlc.arg(names)::bytea[]) AND n.code = sqlc.arg(code) AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date)
ORDER BY n.published_at DESC, n.id DESC LIMIT 20;

-- name: ListedByCase :many
SELECT n.id, n.code, n.title, n.body, n.clause, n.published_at, n.until FROM disclosed.notice n
WHERE n.court = sqlc.arg(court) AND n.code = sqlc.arg(code) AND n.grams @@ sqlc.arg(query)::text::tsquery
  AND n.body->'fields' @> jsonb_build_array(jsonb_build_object('id', 'case_no', 'value', sqlc.arg(case_no)::text)) AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date)
ORDER BY n.published_at DESC, n.id DESC LIMIT 20;

-- name: Listed :many
SELECT n.id, n.code, n.title, n.body, n.clause, n.published_at, n.until FROM disclosed.notice n
WHERE n.court = sqlc.arg(court) AND n.code = sqlc.arg(code) AND (n.until IS NULL OR n.until >= sqlc.arg(today)::date)
ORDER BY n.published_at DESC, n.id DESC LIMIT sqlc.arg(most)::int;

-- A new captcha sweeps those that have run out.
-- name: PutCaptcha :exec
WITH over AS (DELETE FROM edge.captcha c WHERE c.court = sqlc.arg(court) AND c.until < sqlc.arg(now)::timestamptz)
INSERT INTO edge.captcha (court, id, digits, until) VALUES (sqlc.arg(court), sqlc.arg(id), sqlc.arg(digits), sqlc.arg(until));

-- name: Captcha :one
SELECT c.digits FROM edge.captcha c WHERE c.court = $1 AND c.id = $2 AND c.until > sqlc.arg(now)::timestamptz;

-- A captcha answers once, right or wrong; the client is counted in the same statement.
-- name: UseCaptcha :one
WITH tried AS (
  INSERT INTO edge.rate (court, key, count, until) VALUES (sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
used AS (DELETE FROM edge.captcha c WHERE c.court = sqlc.arg(court) AND c.id = sqlc.arg(id) AND c.until > sqlc.arg(now)::timestamptz RETURNING c.digits = sqlc.arg(digits)::bytea AS matched)
SELECT tried.tries, tried.over, EXISTS (SELECT FROM used) AS known, COALESCE((SELECT u.matched FROM used u), false)::boolean AS matched FROM tried;
