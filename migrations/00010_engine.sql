-- +goose Up
-- Whole processes: tracks beside each other, runs that the calendar opens, numbers, refusals, returns, reopening.
ALTER TABLE court.matter ADD COLUMN parent uuid, ADD COLUMN serial text NOT NULL DEFAULT '', ADD COLUMN source_key text, ADD COLUMN returns int NOT NULL DEFAULT 0;
ALTER TABLE court.matter DROP CONSTRAINT matter_state_check, ADD CONSTRAINT matter_state_check CHECK (state IN ('open','done','refused','withdrawn'));
COMMENT ON COLUMN court.matter.parent IS 'The run whose step waits for this one and those beside it.';
COMMENT ON COLUMN court.matter.serial IS 'The number of the run in its register, e.g. DB-2026-0001; empty where the process has none.';
COMMENT ON COLUMN court.matter.source_key IS 'What opened it, known again when it comes twice: a calendar day, a form sent twice.';
COMMENT ON COLUMN court.matter.returns IS 'How often it was returned with reasons.';
CREATE UNIQUE INDEX matter_by_source ON court.matter (court, source_key) WHERE source_key IS NOT NULL;
CREATE UNIQUE INDEX matter_by_serial ON court.matter (court, serial) WHERE serial <> '';
CREATE INDEX matter_by_parent ON court.matter (court, parent) WHERE parent IS NOT NULL;
CREATE INDEX matter_by_process ON court.matter (court, process, opened_at DESC);
ALTER TABLE court.matter_step DROP CONSTRAINT matter_step_act_check, ADD CONSTRAINT matter_step_act_check
  CHECK (act IN ('opened','taken','done','handed_over','received','returned','skipped','withdrawn','reassigned','agreed','refused','reopened','commented','joined'));

-- The last number given in a register and year.
CREATE TABLE court.serial (
  court  text NOT NULL REFERENCES court.court,
  prefix text NOT NULL,
  year   int NOT NULL,
  last   int NOT NULL,
  PRIMARY KEY (court, prefix, year)
);
COMMENT ON TABLE court.serial IS 'The last number given in a register and year. Retention: forever.';
ALTER TABLE court.serial ENABLE ROW LEVEL SECURITY;
ALTER TABLE court.serial FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON court.serial USING (court = current_setting('mingzhi.court', true)) WITH CHECK (court = current_setting('mingzhi.court', true));
GRANT SELECT, INSERT, UPDATE ON court.serial TO mingzhi_court;

-- Processes that the calendar opens again and again on a case: when next, until when.
CREATE TABLE court.recurrence (
  court    text NOT NULL REFERENCES court.court,
  process  text NOT NULL,
  case_id  uuid NOT NULL,
  since    timestamptz NOT NULL,
  next_at  timestamptz NOT NULL,
  until_at timestamptz,
  PRIMARY KEY (court, process, case_id)
);
COMMENT ON TABLE court.recurrence IS 'Processes that the calendar opens again and again on a case (S-4.4.2: every six months for five years). Retention: until it ends.';
CREATE INDEX recurrence_by_next ON court.recurrence (court, next_at);
ALTER TABLE court.recurrence ENABLE ROW LEVEL SECURITY;
ALTER TABLE court.recurrence FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON court.recurrence USING (court = current_setting('mingzhi.court', true)) WITH CHECK (court = current_setting('mingzhi.court', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON court.recurrence TO mingzhi_court;

-- A clock that stands still between two events, or was given more time; how long it is, for counting again.
ALTER TABLE court.deadline ADD COLUMN length jsonb, ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]', ADD COLUMN extended_by uuid;
ALTER TABLE court.deadline DROP CONSTRAINT deadline_state_check, ADD CONSTRAINT deadline_state_check CHECK (state IN ('open','paused','met','late','cancelled'));
ALTER TABLE court.deadline DROP CONSTRAINT deadline_check1, ADD CONSTRAINT deadline_running CHECK ((state IN ('open','paused')) = (closed_at IS NULL));
COMMENT ON COLUMN court.deadline.length IS 'The rule it is counted by (calendar.Rule); absent for a day that a document fixed.';
COMMENT ON COLUMN court.deadline.pauses IS 'Spans in which it stood still, from and to as legal days; the last may be without end.';
COMMENT ON COLUMN court.deadline.extended_by IS 'The matter whose approval gave it more time.';

-- +goose Down
UPDATE court.deadline SET state = 'cancelled', closed_at = now() WHERE state = 'paused';
ALTER TABLE court.deadline DROP CONSTRAINT deadline_running, ADD CONSTRAINT deadline_check1 CHECK ((state = 'open') = (closed_at IS NULL));
ALTER TABLE court.deadline DROP CONSTRAINT deadline_state_check, ADD CONSTRAINT deadline_state_check CHECK (state IN ('open','met','late','cancelled'));
ALTER TABLE court.deadline DROP COLUMN length, DROP COLUMN pauses, DROP COLUMN extended_by;
DROP TABLE court.serial, court.recurrence;
DELETE FROM court.matter_step WHERE act IN ('agreed','refused','reopened','commented','joined');
ALTER TABLE court.matter_step DROP CONSTRAINT matter_step_act_check, ADD CONSTRAINT matter_step_act_check
  CHECK (act IN ('opened','taken','done','handed_over','received','returned','skipped','withdrawn','reassigned'));
DROP INDEX court.matter_by_source, court.matter_by_serial, court.matter_by_parent, court.matter_by_process;
UPDATE court.matter SET state = 'done' WHERE state = 'refused';
ALTER TABLE court.matter DROP CONSTRAINT matter_state_check, ADD CONSTRAINT matter_state_check CHECK (state IN ('open','done','withdrawn'));
ALTER TABLE court.matter DROP COLUMN parent, DROP COLUMN serial, DROP COLUMN source_key, DROP COLUMN returns;
