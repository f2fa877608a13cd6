-- What a party does: logging in, looking into a case, sending forms, binding WeChat.

-- A hit and a miss run the same statement: only the message is not there for a miss, and only the courier sees that.
-- The client and the person who was named are both counted; over either limit nothing begins.
-- name: StartLogin :one
WITH client AS (
  INSERT INTO edge.rate (court, key, count, until) VALUES (sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(client_until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
named AS (
  INSERT INTO edge.rate (court, key, count, until) VALUES (sqlc.arg(court), sqlc.arg(named), 1, sqlc.arg(named_until))
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
allowed AS (
  SELECT FROM client, named WHERE client.tries <= sqlc.arg(client_most)::int AND named.tries <= sqlc.arg(named_most)::int),
found AS (
  SELECT v.id, v.person, v.code, v.mobile FROM disclosed.viewer v
  WHERE v.court = sqlc.arg(court) AND v.person = ANY(sqlc.arg(persons)::bytea[]) AND v.code = ANY(sqlc.arg(query_codes)::bytea[])
    AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz)
  ORDER BY v.mobile IS NULL, v.id LIMIT 1),
begun AS (
  INSERT INTO edge.login (court, id, person, viewer, query_code, code, openid_index, at, until)
  SELECT sqlc.arg(court)::text, sqlc.arg(id)::uuid, f.person, f.id, COALESCE(f.code, (sqlc.arg(query_codes)::bytea[])[1]), sqlc.arg(code)::bytea,
    sqlc.narg(openid_index)::bytea, sqlc.arg(now)::timestamptz, sqlc.arg(until)::timestamptz
  FROM allowed LEFT JOIN found f ON true),
told AS (
  INSERT INTO edge.message (court, id, channels, address, address_aad, template, template_name, provider_ids, params, text, check_code, clause, urgent, created_at, until)
  SELECT sqlc.arg(court)::text, sqlc.arg(message)::uuid, '{sms}', f.mobile, 'viewer.mobile:' || f.id, sqlc.arg(template)::text, sqlc.arg(template_name)::text,
    sqlc.arg(provider_ids)::jsonb, sqlc.arg(params)::jsonb, sqlc.arg(text)::text, sqlc.arg(check_code)::text, sqlc.arg(clause)::text, true,
    sqlc.arg(now)::timestamptz, sqlc.arg(until)::timestamptz
  FROM allowed, found f WHERE f.mobile IS NOT NULL)
SELECT client.tries AS client_tries, client.over AS client_over, named.tries AS named_tries, named.over AS named_over FROM client, named;

-- One try at the six digits, and the session when they are right. A wrong code and nobody's code count alike; the old session of this browser ends.
-- name: FinishLogin :one
WITH tried AS (
  UPDATE edge.login l SET tries = l.tries + 1,
    used_at = CASE WHEN l.code = ANY(sqlc.arg(codes)::bytea[]) AND l.person IS NOT NULL THEN sqlc.arg(now)::timestamptz END
  WHERE l.court = sqlc.arg(court) AND l.id = sqlc.arg(id) AND l.openid_index IS NULL AND l.used_at IS NULL
    AND l.until > sqlc.arg(now)::timestamptz AND l.tries < sqlc.arg(most)::int
  RETURNING l.person, l.query_code, l.tries, l.used_at),
alive AS (
  SELECT t.person, t.query_code FROM tried t WHERE t.used_at IS NOT NULL AND EXISTS (
    SELECT FROM disclosed.viewer v WHERE v.court = sqlc.arg(court) AND v.person = t.person AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz))),
begun AS (
  INSERT INTO edge.session (court, token, person, code, started_at, seen_at, until, kiosk)
  SELECT sqlc.arg(court)::text, sqlc.arg(token)::bytea, a.person, a.query_code, sqlc.arg(now)::timestamptz, sqlc.arg(now)::timestamptz, sqlc.arg(until)::timestamptz, sqlc.arg(kiosk)::boolean
  FROM alive a),
ended AS (
  DELETE FROM edge.session s USING alive WHERE s.court = sqlc.arg(court) AND s.token = sqlc.arg(old_token)::bytea)
SELECT tried.tries, (tried.used_at IS NOT NULL)::boolean AS matched, EXISTS (SELECT FROM alive) AS alive FROM tried;

-- The case page: who is signed in, his cases and what he may know of one of them, in one statement. Rows that may not be
-- known are not there, so nothing is counted or skipped here (G4). part: 1 session with a case, if any is left, 2 item, 3 clock.
-- What PostgreSQL spends here is mostly setting up nodes: session and cases are one, and what was read is asked once, not by item.
-- name: CaseOf :many
WITH mine AS MATERIALIZED (
  SELECT s.person, s.kiosk, s.seen_at, s.until, v.id, v.case_id, v.case_no, v.role, v.stands_for FROM edge.session s
  LEFT JOIN disclosed.viewer v ON v.court = sqlc.arg(court) AND v.person = s.person AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz)
  WHERE s.court = sqlc.arg(court) AND s.token = sqlc.arg(token) AND s.until > sqlc.arg(now)::timestamptz
    AND s.seen_at > CASE WHEN s.kiosk THEN sqlc.arg(kiosk_since)::timestamptz ELSE sqlc.arg(since)::timestamptz END
    AND (s.code IS NULL OR EXISTS (SELECT FROM disclosed.viewer v WHERE v.court = s.court AND v.person = s.person AND v.code = s.code)))
SELECT 1 AS part, COALESCE(m.id, '00000000-0000-0000-0000-000000000000')::uuid AS id, COALESCE(m.id, '00000000-0000-0000-0000-000000000000')::uuid AS viewer,
  COALESCE(m.case_no, '')::text AS a, COALESCE(m.role, '')::text AS b, COALESCE(m.stands_for, '')::text AS c, ''::text AS d, m.seen_at AS at, m.until AS warn_at,
  m.until AS due_at, m.kiosk AS flag, 'null'::json AS body, m.person AS person FROM mine m
UNION ALL
SELECT 2, i.id, i.viewer, i.code, i.title, i.clause, '', i.at, 'epoch', 'epoch',
  i.id = ANY(ARRAY(SELECT r.item_id FROM edge.read r WHERE r.court = sqlc.arg(court) AND r.viewer = sqlc.arg(viewer)::uuid)), i.body, ''
FROM disclosed.item i WHERE i.court = sqlc.arg(court) AND i.viewer = sqlc.arg(viewer)::uuid AND EXISTS (SELECT FROM mine WHERE mine.id = sqlc.arg(viewer)::uuid)
UNION ALL
SELECT 3, c.id, m.id, c.rule, c.name, c.clause, c.owner, c.started_at, c.warn_at, c.due_at, c.state = 'open', c.explanation, ''
FROM mine m, disclosed.clock c WHERE c.court = sqlc.arg(court) AND c.case_id = m.case_id AND m.stands_for = ANY(c.roles)
  AND m.id = sqlc.arg(viewer)::uuid AND (c.state = 'open' OR c.rule = sqlc.arg(payout)::text);

-- The same for every case of a person whom a bound channel names.
-- name: CasesOf :many
WITH mine AS (
  SELECT v.id, v.case_id, v.case_no, v.role, v.stands_for FROM disclosed.viewer v
  WHERE v.court = sqlc.arg(court) AND v.person = sqlc.arg(person) AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz))
SELECT 1 AS part, mine.id AS id, mine.id AS viewer, mine.case_no::text AS a, mine.role::text AS b, mine.stands_for::text AS c, ''::text AS d, 'epoch'::timestamptz AS at,
  'epoch'::timestamptz AS warn_at, 'epoch'::timestamptz AS due_at, false AS flag, 'null'::json AS body, ''::bytea AS person FROM mine
UNION ALL
SELECT 2, i.id, i.viewer, i.code, i.title, i.clause, '', i.at, 'epoch', 'epoch',
  EXISTS (SELECT FROM edge.read r WHERE r.court = i.court AND r.viewer = i.viewer AND r.item_id = i.id), i.body, ''
FROM mine, disclosed.item i WHERE i.court = sqlc.arg(court) AND i.viewer = mine.id
UNION ALL
SELECT 3, c.id, mine.id, c.rule, c.name, c.clause, c.owner, c.started_at, c.warn_at, c.due_at, c.state = 'open', c.explanation, ''
FROM mine, disclosed.clock c WHERE c.court = sqlc.arg(court) AND c.case_id = mine.case_id AND mine.stands_for = ANY(c.roles)
  AND (c.state = 'open' OR c.rule = sqlc.arg(payout)::text);

-- name: TouchSession :exec
UPDATE edge.session SET seen_at = sqlc.arg(now)::timestamptz WHERE court = $1 AND token = $2;

-- name: EndSession :exec
DELETE FROM edge.session WHERE court = $1 AND token = $2 AND (kiosk OR NOT sqlc.arg(only_kiosk)::boolean);

-- The first reading of an item is told to the court once, whoever else looks at the same moment.
-- name: NoteReads :exec
WITH fresh AS (
  INSERT INTO edge.read (court, item_id, viewer, at)
  SELECT sqlc.arg(court)::text, unnest(sqlc.arg(items)::uuid[]), sqlc.arg(viewer)::uuid, sqlc.arg(now)::timestamptz
  ON CONFLICT DO NOTHING RETURNING item_id)
INSERT INTO inbox.submission (court, id, kind, received_at, meta)
SELECT sqlc.arg(court)::text, sqlc.arg(id)::uuid, 'read', sqlc.arg(now)::timestamptz,
  jsonb_build_object('viewer', sqlc.arg(viewer)::uuid, 'items', (SELECT jsonb_agg(f.item_id) FROM fresh f), 'at', sqlc.arg(now)::timestamptz)
WHERE EXISTS (SELECT FROM fresh);

-- Counts the sender (but not a repeat), gives the ticket out and stores the form, or does none of the last two. A party's right to the
-- case and to this form is asked again in the same statement.
-- name: SubmitApplication :one
WITH may AS (
  SELECT WHERE sqlc.narg(person)::bytea IS NULL OR EXISTS (
    SELECT FROM disclosed.viewer v WHERE v.court = sqlc.arg(court) AND v.id = sqlc.arg(viewer)::uuid AND v.person = sqlc.narg(person)::bytea
      AND v.stands_for = ANY(sqlc.arg(roles)::text[]) AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz))),
given AS (SELECT r.ticket, r.at FROM edge.receipt r WHERE r.court = sqlc.arg(court) AND r.receipt_hmac = sqlc.arg(mark)),
client AS (
  INSERT INTO edge.rate (court, key, count, until) SELECT sqlc.arg(court), sqlc.arg(client), 1, sqlc.arg(client_until) FROM may WHERE NOT EXISTS (SELECT FROM given)
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
sender AS (
  INSERT INTO edge.rate (court, key, count, until) SELECT sqlc.arg(court), sqlc.arg(sender), 1, sqlc.arg(sender_until) FROM client WHERE client.tries <= sqlc.arg(client_most)::int
  ON CONFLICT (court, key) DO UPDATE SET
    count = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN 1 ELSE edge.rate.count + 1 END,
    until = CASE WHEN edge.rate.until <= sqlc.arg(now)::timestamptz THEN EXCLUDED.until ELSE edge.rate.until END
  RETURNING edge.rate.count AS tries, edge.rate.until AS over),
mine AS (
  INSERT INTO edge.receipt (court, receipt_hmac, ticket, at)
  SELECT sqlc.arg(court)::text, sqlc.arg(mark)::bytea, sqlc.arg(ticket)::text, sqlc.arg(now)::timestamptz
  FROM sender WHERE sender.tries <= sqlc.arg(sender_most)::int
  ON CONFLICT (court, receipt_hmac) DO NOTHING RETURNING court),
stored AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed)
  SELECT mine.court, sqlc.arg(id)::uuid, 'application', sqlc.arg(now)::timestamptz, sqlc.arg(meta)::jsonb, sqlc.arg(sealed)::bytea FROM mine)
SELECT EXISTS (SELECT FROM may) AS allowed, EXISTS (SELECT FROM mine) AS stored,
  COALESCE((SELECT g.ticket FROM given g), '')::text AS ticket, COALESCE((SELECT g.at FROM given g), 'epoch')::timestamptz AS given_at,
  COALESCE((SELECT c.tries FROM client c), 0)::int AS client_tries, COALESCE((SELECT c.over FROM client c), 'epoch')::timestamptz AS client_over,
  COALESCE((SELECT s.tries FROM sender s), 0)::int AS sender_tries, COALESCE((SELECT s.over FROM sender s), 'epoch')::timestamptz AS sender_over;

-- name: PutDraft :exec
INSERT INTO edge.draft (court, key, body, until) VALUES ($1, $2, $3, $4) ON CONFLICT (court, key) DO UPDATE SET body = EXCLUDED.body, until = EXCLUDED.until;

-- name: Draft :one
SELECT body FROM edge.draft WHERE court = $1 AND key = $2 AND until > sqlc.arg(now)::timestamptz;

-- name: DropDraft :exec
DELETE FROM edge.draft WHERE court = $1 AND key = $2;

-- What a person chose for messages, and the WeChat accounts bound to him.
-- name: PreferenceOf :one
SELECT COALESCE((SELECT p.channels FROM edge.preference p WHERE p.court = sqlc.arg(court) AND p.person = sqlc.arg(person)), '{}')::text[] AS channels,
  COALESCE((SELECT p.language FROM edge.preference p WHERE p.court = sqlc.arg(court) AND p.person = sqlc.arg(person)), '')::text AS language,
  COALESCE((SELECT array_agg(encode(w.openid_index, 'hex') ORDER BY w.bound_at) FROM edge.wechat w WHERE w.court = sqlc.arg(court) AND w.person = sqlc.arg(person)), '{}')::text[] AS accounts,
  COALESCE((SELECT array_agg(w.bound_at ORDER BY w.bound_at) FROM edge.wechat w WHERE w.court = sqlc.arg(court) AND w.person = sqlc.arg(person)), '{}')::timestamptz[] AS bound_at;

-- name: SetPreference :exec
INSERT INTO edge.preference (court, person, channels, language, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (court, person) DO UPDATE SET channels = EXCLUDED.channels, language = EXCLUDED.language, changed_at = EXCLUDED.changed_at;

-- A query code binds one account (wechat_code_once). What is kept of it is a hash together with the person, so that two parties may have the same digits.
-- name: FinishBinding :one
WITH tried AS (
  UPDATE edge.login l SET tries = l.tries + 1,
    used_at = CASE WHEN l.code = ANY(sqlc.arg(codes)::bytea[]) AND l.person IS NOT NULL THEN sqlc.arg(now)::timestamptz END
  WHERE l.court = sqlc.arg(court) AND l.id = sqlc.arg(id) AND l.openid_index = sqlc.arg(openid_index)::bytea AND l.used_at IS NULL
    AND l.until > sqlc.arg(now)::timestamptz AND l.tries < sqlc.arg(most)::int
  RETURNING l.person, l.viewer, l.query_code, l.tries, l.used_at),
alive AS (
  SELECT v.id, v.person, t.query_code, v.mobile FROM tried t
  JOIN disclosed.viewer v ON v.court = sqlc.arg(court) AND v.id = t.viewer AND v.person = t.person AND v.code = t.query_code
  WHERE t.used_at IS NOT NULL AND (v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz)),
bound AS (
  INSERT INTO edge.wechat (court, openid_index, openid, person, code, subscribed, bound_at, changed_at)
  SELECT sqlc.arg(court)::text, sqlc.arg(openid_index)::bytea, sqlc.arg(openid)::bytea, a.person, sha256(a.person || a.query_code), true, sqlc.arg(now)::timestamptz, sqlc.arg(now)::timestamptz
  FROM alive a
  ON CONFLICT (court, openid_index) DO UPDATE SET openid = EXCLUDED.openid, person = EXCLUDED.person, code = EXCLUDED.code, subscribed = true,
    bound_at = EXCLUDED.bound_at, changed_at = EXCLUDED.changed_at),
told AS (
  INSERT INTO edge.message (court, id, channels, address, address_aad, openid_index, template, template_name, provider_ids, params, data, text, check_code, clause, urgent, created_at)
  SELECT sqlc.arg(court)::text, sqlc.arg(message)::uuid, '{sms,wechat}', a.mobile, CASE WHEN a.mobile IS NULL THEN '' ELSE 'viewer.mobile:' || a.id END,
    sqlc.arg(openid_index)::bytea, sqlc.arg(template)::text, sqlc.arg(template_name)::text, sqlc.arg(provider_ids)::jsonb, sqlc.arg(params)::jsonb, sqlc.narg(data)::jsonb,
    sqlc.arg(text)::text, sqlc.arg(check_code)::text, sqlc.arg(clause)::text, true, sqlc.arg(now)::timestamptz
  FROM alive a WHERE sqlc.arg(template)::text <> '')
SELECT tried.tries, (tried.used_at IS NOT NULL)::boolean AS matched, EXISTS (SELECT FROM alive) AS alive FROM tried;

-- Ends the binding of one account, of the given person where one is given; the code may then bind again.
-- name: Unbind :one
WITH was AS (
  SELECT w.person FROM edge.wechat w WHERE w.court = sqlc.arg(court) AND w.openid_index = sqlc.arg(openid_index) AND w.person IS NOT NULL
    AND (sqlc.narg(person)::bytea IS NULL OR w.person = sqlc.narg(person)::bytea) FOR UPDATE),
gone AS (
  UPDATE edge.wechat w SET person = NULL, code = NULL, bound_at = NULL, changed_at = sqlc.arg(now)::timestamptz
  FROM was WHERE w.court = sqlc.arg(court) AND w.openid_index = sqlc.arg(openid_index)),
reach AS (
  SELECT v.id, v.mobile FROM was JOIN disclosed.viewer v ON v.court = sqlc.arg(court) AND v.person = was.person
  WHERE v.until IS NULL OR v.until > sqlc.arg(now)::timestamptz ORDER BY v.mobile IS NULL, v.id LIMIT 1),
told AS (
  INSERT INTO edge.message (court, id, channels, address, address_aad, openid_index, template, template_name, provider_ids, params, data, text, check_code, clause, urgent, created_at)
  SELECT sqlc.arg(court)::text, sqlc.arg(message)::uuid, '{sms,wechat}', r.mobile, CASE WHEN r.mobile IS NULL THEN '' ELSE 'viewer.mobile:' || r.id END,
    sqlc.arg(openid_index)::bytea, sqlc.arg(template)::text, sqlc.arg(template_name)::text, sqlc.arg(provider_ids)::jsonb, sqlc.arg(params)::jsonb, sqlc.narg(data)::jsonb,
    sqlc.arg(text)::text, sqlc.arg(check_code)::text, sqlc.arg(clause)::text, true, sqlc.arg(now)::timestamptz
  FROM reach r WHERE sqlc.arg(template)::text <> '')
SELECT EXISTS (SELECT FROM was) AS bound;

-- A binding holds as long as the query code it was made with: the court that gives out a new one ends it.
-- name: WeChatUser :one
SELECT w.subscribed, w.bound_at, (CASE WHEN EXISTS (
    SELECT FROM disclosed.viewer v WHERE v.court = w.court AND v.person = w.person AND sha256(v.person || v.code) = w.code) THEN w.person ELSE '' END)::bytea AS person
FROM edge.wechat w WHERE w.court = $1 AND w.openid_index = $2;

-- name: SetSubscribed :exec
INSERT INTO edge.wechat (court, openid_index, openid, subscribed, changed_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (court, openid_index) DO UPDATE SET openid = EXCLUDED.openid, subscribed = EXCLUDED.subscribed, changed_at = EXCLUDED.changed_at;

-- What has run out is of no use to anybody any more.
-- name: ForgetParties :exec
WITH logins AS (DELETE FROM edge.login l WHERE l.court = sqlc.arg(court) AND l.until < sqlc.arg(day_ago)::timestamptz),
sessions AS (DELETE FROM edge.session s WHERE s.court = sqlc.arg(court) AND s.until <= sqlc.arg(now)::timestamptz)
DELETE FROM edge.draft d WHERE d.court = sqlc.arg(court) AND d.until <= sqlc.arg(now)::timestamptz;
