-- What the search box finds, within what the reader may see. Equality and ranges only: row-level security keeps other operators from the indexes.

-- name: FindCases :many
SELECT c.id, c.number, c.cause, c.stage, c.team, COALESCE(j.name, '')::text AS judge_name,
  COALESCE((SELECT string_agg(p.name, '、' ORDER BY p.created_at, p.id) FROM court.party p WHERE p.court = c.court AND p.case_id = c.id AND p.role = 'debtor' AND p.left_at IS NULL), '')::text AS debtors
FROM court.cases c LEFT JOIN court.staff j ON j.court = c.court AND j.id = c.judge
WHERE c.court = $1 AND c.id = ANY(sqlc.arg(ids)::uuid[])
  AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
ORDER BY c.filed_on DESC, c.id DESC LIMIT sqlc.arg(most)::int;

-- name: CasesByText :many
-- The cases a typed text means, the newest first: the number whoever may see it; of those the reader sees, the serial of a number, or a person whose name is
-- it or begins with it. Who sees is asked before anything is cut off.
WITH seen AS NOT MATERIALIZED (
  SELECT c.id, c.number, c.serial, c.year, c.filed_on FROM court.cases c WHERE c.court = $1
    AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
)
SELECT k.id FROM (
  SELECT c.id FROM court.cases c WHERE c.court = $1 AND c.number = sqlc.arg(number)::text
  UNION
  SELECT b.id FROM (SELECT c.id FROM seen c WHERE sqlc.arg(serial)::int > 0 AND c.serial = sqlc.arg(serial)::int ORDER BY c.year DESC, c.id DESC LIMIT 200) b
  UNION
  SELECT c.id FROM court.party p JOIN seen c ON c.id = p.case_id WHERE p.court = $1 AND p.name_index = ANY(sqlc.arg(names)::bytea[])
  UNION
  SELECT n.case_id FROM (SELECT p.case_id FROM court.party p JOIN seen c ON c.id = p.case_id WHERE p.court = $1 AND sqlc.arg(name)::text <> ''
    AND p.name COLLATE "C" >= sqlc.arg(name)::text AND p.name COLLATE "C" < sqlc.arg(name_end)::text ORDER BY p.name COLLATE "C" LIMIT 200) n
) k JOIN court.cases x ON x.court = $1 AND x.id = k.id ORDER BY x.filed_on DESC, x.id DESC LIMIT 500;

-- name: FindMatters :many
-- Runs whose number is typed, and what is open on these cases; within the same rule as the registers.
SELECT m.id, m.serial, m.process, m.state, m.step, COALESCE(s.name, '')::text AS holder_name, COALESCE(c.number, '')::text AS case_number
FROM (
  SELECT a.id FROM court.matter a WHERE a.court = $1 AND a.serial <> '' AND a.serial COLLATE "C" >= sqlc.arg(serial)::text AND a.serial COLLATE "C" < sqlc.arg(serial_end)::text
  UNION
  SELECT b.id FROM court.matter b WHERE b.court = $1 AND b.case_id = ANY(sqlc.arg(cases)::uuid[]) AND b.state = 'open'
) k JOIN court.matter m ON m.court = $1 AND m.id = k.id
LEFT JOIN court.staff s ON s.court = m.court AND s.id = m.holder LEFT JOIN court.cases c ON c.court = m.court AND c.id = m.case_id
WHERE m.holder = sqlc.arg(me)::uuid OR m.opened_by = sqlc.arg(me)::uuid OR (m.process = ANY(sqlc.arg(sees)::text[]) AND (
  (m.team <> '' AND m.team = sqlc.arg(team)::text)
  OR (m.tip_id IS NOT NULL AND sqlc.arg(sees_tips)::bool)
  OR (m.tip_id IS NULL AND (sqlc.arg(everywhere)::bool
    OR (m.team = '' AND m.case_id IS NULL AND m.process = ANY(sqlc.arg(takes_part)::text[]))
    OR (sqlc.arg(sees_cases)::bool AND (sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk) OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text)))))))
ORDER BY m.opened_at DESC, m.id DESC LIMIT sqlc.arg(most)::int;

-- name: FindTips :many
-- Tips with a number in this range that the reader may open: the duty room's, or whoever holds the tip's matter or is of the team that has it.
SELECT t.id, t.ticket, t.stage FROM court.tip t
LEFT JOIN LATERAL (SELECT x.holder, x.team, x.process FROM court.matter x WHERE x.court = t.court AND x.tip_id = t.id ORDER BY x.opened_at LIMIT 1) m ON true
WHERE t.court = $1 AND t.ticket >= sqlc.arg(first)::text AND t.ticket <= sqlc.arg(last)::text
  AND (sqlc.arg(everyones)::bool OR m.holder = sqlc.arg(me)::uuid OR (m.team <> '' AND m.team = sqlc.arg(team)::text AND m.process = ANY(sqlc.arg(sees)::text[])))
ORDER BY t.ticket DESC LIMIT sqlc.arg(most)::int;

-- name: FindLots :many
SELECT l.id, l.title, l.state, l.district, c.number AS case_number FROM court.lot l JOIN court.cases c ON c.court = l.court AND c.id = l.case_id
WHERE l.court = $1 AND (l.title ILIKE sqlc.arg(title)::text OR l.case_id = ANY(sqlc.arg(cases)::uuid[]))
  AND (sqlc.arg(everywhere)::bool OR (sqlc.arg(whole_team)::bool AND c.team <> '' AND c.team = sqlc.arg(team)::text) OR sqlc.arg(me)::uuid IN (c.judge, c.assistant, c.clerk))
ORDER BY l.changed_at DESC, l.id LIMIT sqlc.arg(most)::int;
