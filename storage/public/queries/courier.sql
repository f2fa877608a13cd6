-- name: ClaimBatch :many
-- Urgent messages go first, however many others wait. What was withdrawn, or is gone, leaves the queue unsent.
WITH first AS (
  SELECT d.message_id, d.own FROM edge.delivery d WHERE d.court = sqlc.arg(court) AND d.state = 'queued' AND d.urgent AND d.next_at <= sqlc.arg(now)::timestamptz
  ORDER BY d.next_at LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED),
rest AS (
  SELECT d.message_id, d.own FROM edge.delivery d WHERE d.court = sqlc.arg(court) AND d.state = 'queued' AND NOT d.urgent AND d.next_at <= sqlc.arg(now)::timestamptz
  ORDER BY d.next_at LIMIT sqlc.arg(most)::int - (SELECT count(*) FROM first) FOR UPDATE SKIP LOCKED),
due AS MATERIALIZED (
  SELECT x.message_id, x.own, COALESCE(o.withdrawn OR o.subject IS NOT NULL AND EXISTS (
      SELECT FROM disclosed.viewer v WHERE v.court = sqlc.arg(court) AND v.id = o.subject AND v.until <= sqlc.arg(now)::timestamptz),
    m.until <= sqlc.arg(now)::timestamptz, m.id IS NULL) AS gone, COALESCE(o.channels, m.channels)::text[] AS channels,
    COALESCE(o.address, m.address) AS address, COALESCE(m.address_aad, '')::text AS address_aad, COALESCE(o.template, m.template, '')::text AS template,
    COALESCE(o.provider_ids, m.provider_ids) AS provider_ids, COALESCE(o.params, m.params) AS params, COALESCE(o.data, m.data) AS data,
    COALESCE(o.url, m.url, '')::text AS url, COALESCE(o.text, m.text, '')::text AS text, COALESCE(o.check_code, m.check_code, '')::text AS check_code,
    o.subject, m.openid_index AS own_openid
  FROM (SELECT f.message_id, f.own FROM first f UNION ALL SELECT r.message_id, r.own FROM rest r) x
  LEFT JOIN disclosed.outgoing o ON o.court = sqlc.arg(court) AND o.id = x.message_id AND NOT x.own
  LEFT JOIN edge.message m ON m.court = sqlc.arg(court) AND m.id = x.message_id AND x.own),
person AS (
  SELECT due.message_id, v.person FROM due JOIN disclosed.viewer v ON v.court = sqlc.arg(court) AND v.id = due.subject WHERE 'wechat' = ANY(due.channels)),
reach AS (
  SELECT due.message_id,
    COALESCE(due.own_openid,
      (SELECT s.openid_index FROM edge.subject s WHERE s.court = sqlc.arg(court) AND s.id = due.subject),
      (SELECT w.openid_index FROM edge.wechat w, person p WHERE p.message_id = due.message_id AND w.court = sqlc.arg(court) AND w.person = p.person AND w.subscribed
         AND (w.code IS NULL OR EXISTS (SELECT FROM disclosed.viewer v WHERE v.court = w.court AND v.person = w.person AND sha256(v.person || v.code) = w.code)) ORDER BY w.bound_at DESC LIMIT 1)) AS openid_index,
    (SELECT e.channels FROM edge.preference e, person p WHERE p.message_id = due.message_id AND e.court = sqlc.arg(court) AND e.person = p.person) AS preferred
  FROM due WHERE 'wechat' = ANY(due.channels)),
gone AS (DELETE FROM edge.delivery d USING due WHERE due.gone AND d.court = sqlc.arg(court) AND d.message_id = due.message_id)
UPDATE edge.delivery q SET tries = q.tries + 1, next_at = sqlc.arg(lease_until)::timestamptz
FROM due LEFT JOIN reach ON reach.message_id = due.message_id
  LEFT JOIN edge.wechat w ON w.court = sqlc.arg(court) AND w.openid_index = reach.openid_index AND w.subscribed
WHERE NOT due.gone AND q.court = sqlc.arg(court) AND q.message_id = due.message_id
RETURNING q.message_id, q.own, q.tries, q.given_up, due.channels, COALESCE(reach.preferred, '{}')::text[] AS preferred, due.address, due.address_aad,
  w.openid, w.openid_index, due.template, due.provider_ids, due.params, due.data, due.url, due.text, due.check_code;

-- name: FinishBatch :one
-- One statement a batch: the try, what it led to and, when it led to something, the receipt. A yes counts whoever brings
-- it; a no counts only from the courier that still holds the lease (next_at). No outcome means not tried: it is given back.
WITH r AS (
  SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(states)::text[]) AS state, unnest(sqlc.arg(next_at)::timestamptz[]) AS next_at,
         unnest(sqlc.arg(provider_ids)::text[]) AS provider_id, unnest(sqlc.arg(attempts)::uuid[]) AS attempt,
         unnest(sqlc.arg(ats)::timestamptz[]) AS at, unnest(sqlc.arg(providers)::text[]) AS provider, unnest(sqlc.arg(outcomes)::text[]) AS outcome, unnest(sqlc.arg(details)::text[]) AS detail,
         unnest(sqlc.arg(routes)::text[]) AS route, unnest(sqlc.arg(given_up)::text[]) AS given_up, unnest(sqlc.arg(anew)::bool[]) AS anew,
         unnest(sqlc.arg(receipts)::uuid[]) AS receipt, unnest(sqlc.arg(metas)::text[]) AS meta),
done AS (
  UPDATE edge.delivery d SET state = r.state, next_at = r.next_at, provider_id = r.provider_id,
    tries = CASE WHEN r.anew THEN 0 WHEN r.outcome = '' THEN d.tries - 1 ELSE d.tries END,
    route = CASE WHEN r.route = '' THEN d.route ELSE r.route END, given_up = string_to_array(r.given_up, ',')
  FROM r WHERE d.court = sqlc.arg(court) AND d.message_id = r.id AND d.state = 'queued'
    AND (r.state IN ('sent', 'delivered') OR d.next_at = sqlc.arg(lease)::timestamptz)
  RETURNING r.receipt, r.at, r.meta),
tried AS (
  INSERT INTO edge.attempt (court, id, message_id, at, provider, outcome, detail)
  SELECT sqlc.arg(court), r.attempt, r.id, r.at, r.provider, r.outcome, r.detail FROM r WHERE r.outcome <> ''),
told AS (
  INSERT INTO inbox.submission (court, id, kind, received_at, meta)
  SELECT sqlc.arg(court), done.receipt, 'delivery', done.at, done.meta::jsonb FROM done WHERE done.meta <> '')
SELECT count(*) FROM done;

-- name: NoteReport :many
-- A provider's report only moves a message forward (queued, sent, failed, delivered): late and repeated ones change nothing.
-- What WeChat could not bring to the person goes on by SMS, where the rule allows it and there is a number.
WITH said AS (
  SELECT d.message_id, d.own, sqlc.arg(state)::text = 'failed' AND d.route = 'wechat' AND COALESCE(o.address, m.address) IS NOT NULL
      AND 'sms' = ANY(COALESCE(o.channels, m.channels)) AND NOT 'sms' = ANY(d.given_up) AS other
  FROM edge.delivery d LEFT JOIN disclosed.outgoing o ON o.court = d.court AND o.id = d.message_id LEFT JOIN edge.message m ON m.court = d.court AND m.id = d.message_id
  WHERE d.court = sqlc.arg(court)
    AND (d.message_id = sqlc.arg(message_id)::uuid OR (sqlc.arg(provider_id)::text <> '' AND d.provider_id = sqlc.arg(provider_id)::text))
    AND array_position(ARRAY['queued', 'sent', 'failed', 'delivered'], d.state) < array_position(ARRAY['queued', 'sent', 'failed', 'delivered'], sqlc.arg(state)::text))
UPDATE edge.delivery d SET state = CASE WHEN said.other THEN 'queued' ELSE sqlc.arg(state)::text END,
  next_at = CASE WHEN said.other THEN sqlc.arg(now)::timestamptz ELSE d.next_at END, tries = CASE WHEN said.other THEN 0 ELSE d.tries END,
  given_up = CASE WHEN said.other THEN d.given_up || 'wechat'::text ELSE d.given_up END, provider_id = CASE WHEN said.other THEN '' ELSE d.provider_id END
FROM said WHERE d.court = sqlc.arg(court) AND d.message_id = said.message_id
RETURNING d.message_id, d.route, d.state, d.own;

-- name: KnownReport :one
SELECT EXISTS (SELECT FROM edge.delivery d WHERE d.court = sqlc.arg(court)
  AND (d.message_id = sqlc.arg(message_id)::uuid OR (sqlc.arg(provider_id)::text <> '' AND d.provider_id = sqlc.arg(provider_id)::text)));
