-- Figures of boards, grouped in the database. Spans are days of Shanghai; the span's end is not in it. What is still running counts whatever the span.

-- name: CountCases :many
SELECT (CASE sqlc.arg(by)::text WHEN 'team' THEN c.team WHEN 'person' THEN COALESCE(c.judge::text, '') WHEN 'type' THEN c.type WHEN 'step' THEN c.stage
    WHEN 'month' THEN to_char(c.day, 'YYYY-MM') WHEN 'day' THEN to_char(c.day, 'YYYY-MM-DD') ELSE '' END)::text AS grp,
  (count(*) FILTER (WHERE c.what = 'filed' AND c.day >= sqlc.arg(from_day)::date AND c.day < sqlc.arg(until_day)::date))::bigint AS filed,
  (count(*) FILTER (WHERE c.what = 'closed'))::bigint AS closed,
  (count(*) FILTER (WHERE c.what = 'filed' AND c.closed_on IS NULL))::bigint AS pending,
  (count(*) FILTER (WHERE c.what = 'closed' AND c.closure_mode = 'termination_of_current_procedure'))::bigint AS terminated,
  (count(*) FILTER (WHERE c.what = 'closed' AND c.closure_mode = 'fully_performed'))::bigint AS performed,
  COALESCE(sum(c.amount_applied) FILTER (WHERE c.what = 'closed'), 0)::bigint AS applied,
  COALESCE(sum(c.amount_realised) FILTER (WHERE c.what = 'closed'), 0)::bigint AS realised
FROM (
  SELECT f.*, w.what, CASE WHEN w.what = 'filed' THEN f.filed_on ELSE f.closed_on END AS day
  FROM court.cases f CROSS JOIN unnest(ARRAY['filed', 'closed']) AS w(what)
  WHERE f.court = $1
    AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND f.team <> '' AND f.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (f.judge, f.assistant, f.clerk))
) c
WHERE c.day >= sqlc.arg(from_day)::date AND c.day < sqlc.arg(until_day)::date OR c.what = 'filed' AND c.closed_on IS NULL
GROUP BY 1 ORDER BY 1 LIMIT 2000;

-- name: CountDeadlines :many
SELECT (CASE sqlc.arg(by)::text WHEN 'team' THEN COALESCE(NULLIF(d.team, ''), c.team, '') WHEN 'person' THEN COALESCE(d.owner::text, '') WHEN 'type' THEN COALESCE(c.type, '')
    WHEN 'rule' THEN d.rule WHEN 'month' THEN to_char(COALESCE(d.closed_at, d.due_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
    WHEN 'day' THEN to_char(COALESCE(d.closed_at, d.due_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') ELSE '' END)::text AS grp,
  (count(*) FILTER (WHERE d.state = 'paused' OR d.state = 'open' AND d.due_at >= sqlc.arg(now)::timestamptz))::bigint AS running,
  (count(*) FILTER (WHERE d.state = 'open' AND d.due_at >= sqlc.arg(now)::timestamptz AND d.warn_at <= sqlc.arg(now)::timestamptz))::bigint AS soon,
  (count(*) FILTER (WHERE d.state = 'open' AND d.due_at < sqlc.arg(now)::timestamptz))::bigint AS overdue,
  (count(*) FILTER (WHERE d.state = 'met'))::bigint AS met,
  (count(*) FILTER (WHERE d.state = 'late'))::bigint AS late
FROM court.deadline d LEFT JOIN court.cases c ON c.court = d.court AND c.id = d.case_id
WHERE d.court = $1 AND d.state <> 'cancelled' AND (cardinality(sqlc.arg(these)::text[]) = 0 OR d.rule = ANY(sqlc.arg(these)::text[]))
  AND split_part(d.rule, '.', 1) <> ALL(sqlc.arg(hidden)::text[])
  AND (d.closed_at IS NULL OR (d.closed_at >= sqlc.arg(from_at)::timestamptz AND d.closed_at < sqlc.arg(until_at)::timestamptz))
  AND (sqlc.arg(everywhere)::bool OR d.owner = sqlc.arg(me)::uuid OR (d.team <> '' AND d.team = sqlc.arg(team)::text)
    OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (d.tip_id IS NULL OR sqlc.arg(tips)::bool OR d.owner = sqlc.arg(me)::uuid OR (d.team <> '' AND d.team = sqlc.arg(team)::text))
GROUP BY 1 ORDER BY 1 LIMIT 2000;

-- name: CountEvents :many
SELECT (CASE sqlc.arg(by)::text WHEN 'team' THEN COALESCE(c.team, '') WHEN 'person' THEN COALESCE(e.actor::text, '') WHEN 'type' THEN COALESCE(c.type, '') WHEN 'rule' THEN e.code
    WHEN 'month' THEN to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') WHEN 'day' THEN to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') ELSE '' END)::text AS grp,
  count(*)::bigint AS total, count(DISTINCT e.case_id)::bigint AS cases
FROM court.docket e LEFT JOIN court.cases c ON c.court = e.court AND c.id = e.case_id
WHERE e.court = $1 AND (cardinality(sqlc.arg(these)::text[]) = 0 OR e.code = ANY(sqlc.arg(these)::text[]))
  AND split_part(e.code, '.', 1) <> ALL(sqlc.arg(hidden)::text[])
  AND e.occurred_at >= sqlc.arg(from_at)::timestamptz AND e.occurred_at < sqlc.arg(until_at)::timestamptz
  AND (sqlc.arg(everywhere)::bool OR e.actor = sqlc.arg(me)::uuid OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (e.tip_id IS NULL OR sqlc.arg(tips)::bool)
GROUP BY 1 ORDER BY 1 LIMIT 2000;

-- name: EventFacts :many
-- The sealed facts of events whose money is added up, with the group each belongs to.
SELECT (CASE sqlc.arg(by)::text WHEN 'team' THEN COALESCE(c.team, '') WHEN 'person' THEN COALESCE(e.actor::text, '') WHEN 'type' THEN COALESCE(c.type, '') WHEN 'rule' THEN e.code
    WHEN 'month' THEN to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') WHEN 'day' THEN to_char(e.occurred_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') ELSE '' END)::text AS grp,
  e.id, e.case_id, f.body
FROM court.docket e JOIN court.docket_facts f ON f.court = e.court AND f.event_id = e.id LEFT JOIN court.cases c ON c.court = e.court AND c.id = e.case_id
WHERE e.court = $1 AND e.code = ANY(sqlc.arg(these)::text[]) AND split_part(e.code, '.', 1) <> ALL(sqlc.arg(hidden)::text[])
  AND e.occurred_at >= sqlc.arg(from_at)::timestamptz AND e.occurred_at < sqlc.arg(until_at)::timestamptz
  AND (sqlc.arg(everywhere)::bool OR e.actor = sqlc.arg(me)::uuid OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (e.tip_id IS NULL OR sqlc.arg(tips)::bool);

-- name: CountMatters :many
SELECT (CASE sqlc.arg(by)::text WHEN 'team' THEN COALESCE(NULLIF(m.team, ''), c.team, '') WHEN 'person' THEN COALESCE(m.holder::text, m.opened_by::text, '') WHEN 'type' THEN COALESCE(c.type, '')
    WHEN 'rule' THEN m.process WHEN 'step' THEN CASE WHEN m.state = 'open' THEN m.process || '.' || m.step ELSE '' END
    WHEN 'month' THEN to_char(m.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') WHEN 'day' THEN to_char(m.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')
    WHEN 'field' THEN COALESCE(m.form ->> sqlc.arg(field)::text, '') ELSE '' END)::text AS grp,
  (count(*) FILTER (WHERE m.what = 'opened' AND m.at >= sqlc.arg(from_at)::timestamptz AND m.at < sqlc.arg(until_at)::timestamptz))::bigint AS opened,
  (count(*) FILTER (WHERE m.what = 'opened' AND m.state = 'open'))::bigint AS running,
  (count(*) FILTER (WHERE m.what = 'closed' AND m.state = 'done'))::bigint AS done,
  (count(*) FILTER (WHERE m.what = 'closed' AND m.state = 'refused'))::bigint AS refused,
  (count(*) FILTER (WHERE m.what = 'opened' AND m.returns > 0))::bigint AS returned,
  (count(*) FILTER (WHERE m.what = 'closed' AND m.state <> 'withdrawn' AND NOT m.late))::bigint AS in_time,
  (count(*) FILTER (WHERE m.what = 'closed' AND m.state <> 'withdrawn' AND m.late OR m.what = 'opened' AND m.state = 'open' AND m.due_at < sqlc.arg(now)::timestamptz))::bigint AS late,
  (count(*) FILTER (WHERE m.what = 'closed' AND m.state <> 'withdrawn' OR m.what = 'opened' AND m.state = 'open'))::bigint AS total,
  COALESCE(sum((m.form ->> sqlc.arg(sum)::text)::numeric) FILTER (WHERE m.what = 'closed' AND m.state = 'done' AND m.form ->> sqlc.arg(sum)::text ~ '^[0-9]+$'), 0)::bigint AS added
FROM (
  SELECT f.*, w.what, CASE WHEN w.what = 'opened' THEN f.opened_at ELSE f.closed_at END AS at
  FROM court.matter f CROSS JOIN unnest(ARRAY['opened', 'closed']) AS w(what)
  WHERE f.court = $1 AND (cardinality(sqlc.arg(these)::text[]) = 0 OR f.process = ANY(sqlc.arg(these)::text[])) AND f.process <> ALL(sqlc.arg(hidden)::text[])
) m LEFT JOIN court.cases c ON c.court = m.court AND c.id = m.case_id
WHERE (m.at >= sqlc.arg(from_at)::timestamptz AND m.at < sqlc.arg(until_at)::timestamptz OR m.what = 'opened' AND m.state = 'open')
  AND (sqlc.arg(everywhere)::bool OR m.holder = sqlc.arg(me)::uuid OR m.opened_by = sqlc.arg(me)::uuid OR (m.team <> '' AND m.team = sqlc.arg(team)::text)
    OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
  AND (m.tip_id IS NULL OR sqlc.arg(tips)::bool OR m.holder = sqlc.arg(me)::uuid OR (m.team <> '' AND m.team = sqlc.arg(team)::text))
GROUP BY 1 ORDER BY 1 LIMIT 2000;

-- name: BoardMark :one
-- Changes whenever something happened that a figure may show: figures are kept until then.
SELECT COALESCE((SELECT e.id::text FROM court.docket e WHERE e.court = $1 ORDER BY e.id DESC LIMIT 1), '')::text AS event,
  COALESCE((SELECT s.id::text FROM court.matter_step s WHERE s.court = $1 ORDER BY s.id DESC LIMIT 1), '')::text AS act;
