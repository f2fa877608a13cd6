-- +goose Up
-- Reading at the size of a whole court: the earliest clock stands on the matter itself, lists follow an index.
ALTER TABLE court.matter ADD COLUMN due_at timestamptz NOT NULL DEFAULT '9999-12-31 00:00:00+00', ADD COLUMN late boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN court.matter.late IS 'A clock of it was stopped too late; kept by a trigger.';
COMMENT ON COLUMN court.matter.due_at IS 'When its earliest running clock is due, kept by a trigger; without one the end of time, for an urgent matter when it came to its step.';

-- +goose StatementBegin
CREATE FUNCTION court.matter_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE court.matter m SET due_at = COALESCE((SELECT min(d.due_at) FROM court.deadline d WHERE d.court = NEW.court AND d.matter_id = NEW.matter_id AND d.state = 'open'),
    CASE WHEN m.urgent THEN m.step_at ELSE '9999-12-31 00:00:00+00' END), late = m.late OR NEW.state = 'late'
  WHERE m.court = NEW.court AND m.id = NEW.matter_id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER matter_due AFTER INSERT OR UPDATE OF state, due_at ON court.deadline FOR EACH ROW WHEN (NEW.matter_id IS NOT NULL) EXECUTE FUNCTION court.matter_due();
UPDATE court.matter m SET due_at = d.due_at FROM (SELECT court, matter_id, min(due_at) AS due_at FROM court.deadline WHERE state = 'open' AND matter_id IS NOT NULL GROUP BY court, matter_id) d
  WHERE m.court = d.court AND m.id = d.matter_id;
UPDATE court.matter m SET late = true FROM court.deadline d WHERE d.court = m.court AND d.matter_id = m.id AND d.state = 'late';

DROP INDEX court.matter_by_process;
CREATE INDEX matter_by_process ON court.matter (court, process, opened_at DESC, id DESC);
CREATE INDEX matter_by_due ON court.matter (court, process, due_at, id) WHERE state = 'open';
CREATE INDEX matter_by_holder ON court.matter (court, holder, due_at, id) WHERE state = 'open';
CREATE INDEX matter_to_take ON court.matter (court, process, step, due_at, id) WHERE state = 'open' AND holder IS NULL AND awaiting = '';
CREATE INDEX matter_to_receive ON court.matter (court, awaiting, due_at, id) WHERE state = 'open' AND awaiting <> '';
CREATE INDEX matter_by_serial_begun ON court.matter (court, serial COLLATE "C") WHERE serial <> '';
CREATE INDEX deadline_to_watch ON court.deadline (court, owner_role, due_at, id) WHERE state = 'open' AND owner IS NULL AND matter_id IS NULL;
CREATE INDEX deadline_by_case_due ON court.deadline (court, case_id, due_at) WHERE state = 'open';
CREATE INDEX docket_by_code ON court.docket (court, code, occurred_at);
CREATE INDEX cases_by_serial ON court.cases (court, serial);
CREATE INDEX party_by_name_begun ON court.party (court, name COLLATE "C");

-- A filter somebody wants to see again.
CREATE TABLE court.saved_view (
  court   text NOT NULL REFERENCES court.court,
  id      uuid NOT NULL,
  staff   uuid NOT NULL,
  process text NOT NULL,
  name    text NOT NULL,
  query   text NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  UNIQUE (court, staff, process, name),
  FOREIGN KEY (court, staff) REFERENCES court.staff (court, id)
);
COMMENT ON TABLE court.saved_view IS 'A person''s own filters of a register, as the address keeps them. Retention: until deleted, or employment ends.';
ALTER TABLE court.saved_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE court.saved_view FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON court.saved_view USING (court = current_setting('mingzhi.court', true)) WITH CHECK (court = current_setting('mingzhi.court', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON court.saved_view TO mingzhi_court;

-- +goose Down
DROP TABLE court.saved_view;
DROP INDEX court.docket_by_code, court.party_by_name_begun, court.cases_by_serial, court.deadline_by_case_due, court.deadline_to_watch, court.matter_by_serial_begun, court.matter_to_receive,
  court.matter_to_take, court.matter_by_holder, court.matter_by_due, court.matter_by_process;
CREATE INDEX matter_by_process ON court.matter (court, process, opened_at DESC);
DROP TRIGGER matter_due ON court.deadline;
DROP FUNCTION court.matter_due();
ALTER TABLE court.matter DROP COLUMN due_at, DROP COLUMN late;
