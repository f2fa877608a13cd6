-- name: ClaimBatch :many
-- Urgent messages go first, however many others wait. What was withdrawn, or is gone, leaves the queue unsent.
WITH first AS (
  SELECT d.message_id FROM edge.delivery d WHERE d.court = sqlc.arg(court) AND d.state = 'queued' AND d.urgent AND d.next_at <= sqlc.arg(now)::timestamptz
  ORDER BY d.next_at LIMIT sqlc.arg(most)::int FOR UPDATE SKIP LOCKED),
rest AS (
  SELECT d.message_id FROM edge.delivery d WHERE d.court = sqlc.arg(court) AND d.state = 'queued' AND NOT d.urgent AND d.next_at <= sqlc.arg(now)::timestamptz
  ORDER BY d.next_at LIMIT sqlc.arg(most)::int - (SELECT count(*) FROM first) FOR UPDATE SKIP LOCKED),
due AS MATERIALIZED (
  SELECT x.message_id, COALESCE(o.withdrawn, true) AS gone, COALESCE(o.channel, '')::text AS channel, o.address,
    COALESCE(o.template, '')::text AS template, o.provider_ids, o.params, COALESCE(o.text, '')::text AS text, COALESCE(o.check_code, '')::text AS check_code
  FROM (SELECT message_id FROM first UNION ALL SELECT message_id FROM rest) x LEFT JOIN disclosed.outgoing o ON o.court = sqlc.arg(court) AND o.id = x.message_id),
gone AS (DELETE FROM edge.delivery d USING due WHERE due.gone AND d.court = sqlc.arg(court) AND d.message_id = due.message_id)
UPDATE edge.delivery q SET tries = q.tries + 1, next_at = sqlc.arg(lease_until)::timestamptz
FROM due WHERE NOT due.gone AND q.court = sqlc.arg(court) AND q.message_id = due.message_id
RETURNING q.message_id, q.tries, due.channel, due.address, due.template, due.provider_ids, due.params, due.text, due.check_code;

-- name: FinishBatch :one
-- One statement a batch: the try, what it led to and, when it led to something, the receipt. A yes counts whoever brings
-- it; a no counts only from the courier that still holds the lease (next_at). No outcome means not tried: it is given back.
WITH r AS (
  SELECT unnest(sqlc.arg(ids)::uuid[]) AS id, unnest(sqlc.arg(states)::text[]) AS state, unnest(sqlc.arg(next_at)::timestamptz[]) AS next_at,
         unnest(sqlc.arg(provider_ids)::text[]) AS provider_id, unnest(sqlc.arg(attempts)::uuid[]) AS attempt,
         unnest(sqlc.arg(ats)::timestamptz[]) AS at, unnest(sqlc.arg(providers)::text[]) AS provider, unnest(sqlc.arg(outcomes)::text[]) AS outcome, unnest(sqlc.arg(details)::text[]) AS detail,
         unnest(sqlc.arg(receipts)::uuid[]) AS receipt, unnest(sqlc.arg(metas)::text[]) AS meta),
done AS (
  UPDATE edge.delivery d SET state = r.state, next_at = r.next_at, provider_id = r.provider_id,
    tries = CASE WHEN r.outcome = '' THEN d.tries - 1 ELSE d.tries END
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
UPDATE edge.delivery d SET state = sqlc.arg(state)::text
FROM disclosed.outgoing o
WHERE d.court = sqlc.arg(court) AND o.court = sqlc.arg(court) AND o.id = d.message_id
  AND (d.message_id = sqlc.arg(message_id)::uuid OR (sqlc.arg(provider_id)::text <> '' AND d.provider_id = sqlc.arg(provider_id)::text))
  AND array_position(ARRAY['queued', 'sent', 'failed', 'delivered'], d.state) < array_position(ARRAY['queued', 'sent', 'failed', 'delivered'], sqlc.arg(state)::text)
RETURNING d.message_id, o.channel;

-- name: KnownReport :one
SELECT EXISTS (SELECT FROM edge.delivery d WHERE d.court = sqlc.arg(court)
  AND (d.message_id = sqlc.arg(message_id)::uuid OR (sqlc.arg(provider_id)::text <> '' AND d.provider_id = sqlc.arg(provider_id)::text)));
