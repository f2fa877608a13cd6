-- +goose Up
CREATE TABLE court.court (
  id         text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{1,30}$'),
  name       text NOT NULL,
  code       text NOT NULL,
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE court.court IS 'The courts this installation serves; the tenant key of every other row. Retention: permanent.';

CREATE TABLE court.rulebook (
  court        text NOT NULL REFERENCES court.court,
  version      int  NOT NULL CHECK (version > 0),
  hash         text NOT NULL,
  body         bytea NOT NULL,
  published_at timestamptz NOT NULL,
  published_by uuid,
  PRIMARY KEY (court, version)
);
COMMENT ON TABLE court.rulebook IS 'Published versions of a court''s rulebook; the highest is in force, every row keeps the version it was decided under. Retention: permanent.';

CREATE TABLE court.calendar_day (
  day        date PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('off', 'work')),
  name       text NOT NULL,
  source     text NOT NULL,
  changed_at timestamptz NOT NULL
);
COMMENT ON TABLE court.calendar_day IS 'National holidays and make-up working days (调休), one calendar for all courts. Retention: permanent.';

CREATE TABLE court.staff (
  court         text NOT NULL REFERENCES court.court,
  id            uuid NOT NULL,
  login         text NOT NULL,
  name          text NOT NULL,
  password_hash text NOT NULL,
  totp_secret   bytea,
  totp_last     bigint NOT NULL DEFAULT 0,
  roles         text[] NOT NULL,
  team          text NOT NULL DEFAULT '',
  phone         text NOT NULL DEFAULT '',
  mobile        bytea,
  active        boolean NOT NULL DEFAULT true,
  failures      int NOT NULL DEFAULT 0,
  locked_until  timestamptz,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  UNIQUE (court, login)
);
COMMENT ON TABLE court.staff IS 'People who work at the desk. totp_secret and mobile are sealed. Retention: employment + 3 years.';
COMMENT ON COLUMN court.staff.totp_last IS 'Last accepted 30-second step, so that a code is used once.';

CREATE TABLE court.staff_session (
  court      text NOT NULL,
  token_hash bytea NOT NULL,
  id         uuid NOT NULL,
  staff      uuid NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  ip         text NOT NULL,
  agent      text NOT NULL,
  PRIMARY KEY (court, token_hash),
  UNIQUE (court, id),
  FOREIGN KEY (court, staff) REFERENCES court.staff (court, id)
);
COMMENT ON TABLE court.staff_session IS 'Signed-in sessions of staff; only a hash of the cookie is kept. Retention: 6 months.';

CREATE TABLE court.cases (
  court           text NOT NULL REFERENCES court.court,
  id              uuid NOT NULL,
  number          text NOT NULL,
  year            int NOT NULL,
  type            text NOT NULL,
  serial          int NOT NULL,
  cause           text NOT NULL DEFAULT '',
  filed_on        date NOT NULL,
  stage           text NOT NULL CHECK (stage IN ('filed','notified','inquiry','control','disposal','distribution','suspended','closing','closed','resumed')),
  team            text NOT NULL DEFAULT '',
  judge           uuid,
  assistant       uuid,
  clerk           uuid,
  basis           text NOT NULL DEFAULT '',
  amount_applied  bigint NOT NULL DEFAULT 0 CHECK (amount_applied >= 0),
  amount_realised bigint NOT NULL DEFAULT 0 CHECK (amount_realised >= 0),
  amount_waived   bigint NOT NULL DEFAULT 0 CHECK (amount_waived >= 0),
  closed_on       date,
  closure_mode    text CHECK (closure_mode IN ('fully_performed','termination_of_current_procedure','termination_of_enforcement','case_cancelled','non_enforcement','dismissal')),
  secrecy         text[] NOT NULL DEFAULT '{}',
  non_litigation  boolean NOT NULL DEFAULT false,
  source_key      text NOT NULL,
  source_hash     bytea,
  imported        boolean NOT NULL DEFAULT false,
  rule_version    int NOT NULL,
  created_by      uuid,
  created_at      timestamptz NOT NULL,
  changed_at      timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  UNIQUE (court, number),
  UNIQUE (court, source_key),
  CHECK ((closed_on IS NULL) = (closure_mode IS NULL)),
  CHECK (amount_realised + amount_waived <= amount_applied OR amount_applied = 0)
);
COMMENT ON TABLE court.cases IS 'Enforcement cases. Amounts are fen. Retention: case file.';
CREATE INDEX cases_by_judge ON court.cases (court, judge) WHERE closed_on IS NULL;
CREATE INDEX cases_by_filing ON court.cases (court, filed_on DESC, id);

CREATE TABLE court.party (
  court         text NOT NULL,
  id            uuid NOT NULL,
  case_id       uuid NOT NULL,
  role          text NOT NULL CHECK (role IN ('applicant','debtor','responsible_person','agent','legal_guardian','interested_party','third_party_claimant','assisting_entity','participating_creditor','secured_creditor','co_owner','tenant','preemptive_holder','bidder','buyer','preservation_applicant','preservation_respondent','garnishee','petitioner','relief_applicant')),
  kind          text NOT NULL CHECK (kind IN ('natural','company')),
  name          text NOT NULL,
  name_index    bytea NOT NULL,
  id_no         bytea,
  id_index      bytea,
  mobile        bytea,
  mobile_index  bytea,
  address       bytea,
  represents    uuid,
  mandate_until timestamptz,
  minor_until   date,
  unreachable   boolean NOT NULL DEFAULT false,
  left_at       timestamptz,
  source_key    text NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  UNIQUE (court, source_key),
  FOREIGN KEY (court, case_id) REFERENCES court.cases (court, id)
);
COMMENT ON TABLE court.party IS 'Persons of a case in a role. id_no, mobile, address are sealed (party.COLUMN:ID), *_index are blind. Retention: case file.';
COMMENT ON COLUMN court.party.represents IS 'The principal of an agent or the ward of a guardian.';
CREATE INDEX party_by_case ON court.party (court, case_id);
CREATE INDEX party_by_name ON court.party (court, name_index);
CREATE INDEX party_by_id ON court.party (court, id_index) WHERE id_index IS NOT NULL;

CREATE TABLE court.docket (
  court        text NOT NULL REFERENCES court.court,
  id           uuid NOT NULL,
  code         text NOT NULL,
  case_id      uuid,
  matter_id    uuid,
  tip_id       uuid,
  party_id     uuid,
  occurred_at  timestamptz NOT NULL,
  effect_at    timestamptz,
  recorded_at  timestamptz NOT NULL,
  actor        uuid,
  actor_kind   text NOT NULL CHECK (actor_kind IN ('staff','system','public','import')),
  clause       text NOT NULL DEFAULT '',
  rule_version int NOT NULL,
  source_key   text NOT NULL,
  facts_hash   bytea NOT NULL,
  imported     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (court, id),
  UNIQUE (court, source_key)
);
COMMENT ON TABLE court.docket IS 'The spine: every act that means something, recorded once, append-only. Retention: case file.';
COMMENT ON COLUMN court.docket.effect_at IS 'When it takes effect towards the outside; null means at once (G2).';
CREATE INDEX docket_by_case ON court.docket (court, case_id, occurred_at) WHERE case_id IS NOT NULL;
CREATE INDEX docket_by_tip ON court.docket (court, tip_id, occurred_at) WHERE tip_id IS NOT NULL;

CREATE TABLE court.docket_facts (
  court     text NOT NULL,
  event_id  uuid NOT NULL,
  body      bytea,
  erased_at timestamptz,
  PRIMARY KEY (court, event_id),
  FOREIGN KEY (court, event_id) REFERENCES court.docket (court, id),
  CHECK ((body IS NULL) = (erased_at IS NOT NULL))
);
COMMENT ON TABLE court.docket_facts IS 'The facts of an event, sealed (docket_facts.body:EVENT); may be erased while the docket keeps their hash. Retention: case file, or until erasure is ordered.';

CREATE TABLE court.deadline (
  court         text NOT NULL REFERENCES court.court,
  id            uuid NOT NULL,
  rule          text NOT NULL,
  name          text NOT NULL,
  clause        text NOT NULL,
  case_id       uuid,
  matter_id     uuid,
  tip_id        uuid,
  started_by    uuid,
  started_at    timestamptz NOT NULL,
  warn_at       timestamptz NOT NULL,
  due_at        timestamptz NOT NULL,
  state         text NOT NULL CHECK (state IN ('open','met','late','cancelled')),
  closed_by     uuid,
  closed_at     timestamptz,
  warned_at     timestamptz,
  overdue_at    timestamptz,
  explanation   jsonb NOT NULL,
  owner_role    text NOT NULL,
  owner         uuid,
  team          text NOT NULL DEFAULT '',
  escalate_role text NOT NULL DEFAULT '',
  rule_version  int NOT NULL,
  PRIMARY KEY (court, id),
  CHECK (warn_at <= due_at),
  CHECK ((state = 'open') = (closed_at IS NULL))
);
COMMENT ON TABLE court.deadline IS 'Running and stopped clocks, each with the explanation of its days. Retention: case file.';
CREATE INDEX deadline_to_warn ON court.deadline (court, warn_at) WHERE state = 'open' AND warned_at IS NULL;
CREATE INDEX deadline_to_escalate ON court.deadline (court, due_at) WHERE state = 'open' AND overdue_at IS NULL;
CREATE INDEX deadline_by_case ON court.deadline (court, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX deadline_by_tip ON court.deadline (court, tip_id) WHERE tip_id IS NOT NULL;
CREATE INDEX deadline_by_matter ON court.deadline (court, matter_id) WHERE matter_id IS NOT NULL;
CREATE INDEX deadline_by_owner ON court.deadline (court, owner, due_at) WHERE state = 'open';

CREATE TABLE court.matter (
  court        text NOT NULL REFERENCES court.court,
  id           uuid NOT NULL,
  process      text NOT NULL,
  rule_version int NOT NULL,
  case_id      uuid,
  tip_id       uuid,
  urgent       boolean NOT NULL DEFAULT false,
  state        text NOT NULL CHECK (state IN ('open','done','withdrawn')),
  step         text NOT NULL,
  awaiting     text NOT NULL DEFAULT '',
  team         text NOT NULL DEFAULT '',
  holder       uuid,
  opened_at    timestamptz NOT NULL,
  opened_by    uuid,
  opened_event uuid,
  step_at      timestamptz NOT NULL,
  closed_at    timestamptz,
  form         jsonb NOT NULL DEFAULT '{}',
  notes        bytea,
  PRIMARY KEY (court, id),
  CHECK ((state = 'open') = (closed_at IS NULL))
);
COMMENT ON TABLE court.matter IS 'Runs of the rulebook''s processes. form holds declared values, notes the free text, sealed (matter.notes:ID). Retention: case file.';
COMMENT ON COLUMN court.matter.awaiting IS 'The role whose receipt the handed-over step waits for; empty when it waits for none.';
CREATE UNIQUE INDEX matter_once_per_event ON court.matter (court, process, opened_event) WHERE opened_event IS NOT NULL;
CREATE INDEX matter_open ON court.matter (court, team, step_at) WHERE state = 'open';
CREATE INDEX matter_by_case ON court.matter (court, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX matter_by_tip ON court.matter (court, tip_id) WHERE tip_id IS NOT NULL;

CREATE TABLE court.matter_step (
  court      text NOT NULL,
  id         uuid NOT NULL,
  matter_id  uuid NOT NULL,
  step       text NOT NULL,
  act        text NOT NULL CHECK (act IN ('opened','taken','done','handed_over','received','returned','skipped','withdrawn','reassigned')),
  actor      uuid,
  actor_kind text NOT NULL CHECK (actor_kind IN ('staff','system','public','import')),
  at         timestamptz NOT NULL,
  to_team    text NOT NULL DEFAULT '',
  to_staff   uuid,
  notes      bytea,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, matter_id) REFERENCES court.matter (court, id)
);
COMMENT ON TABLE court.matter_step IS 'What was done to a matter, one row an act, append-only. Retention: case file.';
CREATE INDEX matter_step_by_matter ON court.matter_step (court, matter_id, at);

CREATE TABLE court.tip (
  court           text NOT NULL REFERENCES court.court,
  id              uuid NOT NULL,
  ticket          text NOT NULL,
  receipt_hmac    bytea NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('person','asset')),
  urgent          boolean NOT NULL,
  received_at     timestamptz NOT NULL,
  case_id         uuid,
  applicant_lead  boolean NOT NULL DEFAULT false,
  stage           text NOT NULL CHECK (stage IN ('verifying','verified','unverifiable')),
  result          text CHECK (result IN ('adopted','not_adopted','insufficient')),
  warning_version text NOT NULL,
  content         bytea,
  erased_at       timestamptz,
  PRIMARY KEY (court, id),
  UNIQUE (court, ticket),
  UNIQUE (court, receipt_hmac)
);
COMMENT ON TABLE court.tip IS 'Admitted tips; content is sealed (tip.content:ID). Retention: until the case is archived, then as the court orders.';

CREATE TABLE court.tip_identity (
  court     text NOT NULL,
  tip_id    uuid NOT NULL,
  body      bytea,
  erased_at timestamptz,
  PRIMARY KEY (court, tip_id),
  FOREIGN KEY (court, tip_id) REFERENCES court.tip (court, id)
);
COMMENT ON TABLE court.tip_identity IS 'Who gave the tip, apart and sealed (tip_identity.body:TIP); opening it needs a reason and is audited (财产调查规定23). Retention: as the tip.';

CREATE TABLE court.tip_message (
  court    text NOT NULL,
  id       uuid NOT NULL,
  tip_id   uuid NOT NULL,
  outward  boolean NOT NULL,
  body     bytea,
  at       timestamptz NOT NULL,
  actor    uuid,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, tip_id) REFERENCES court.tip (court, id)
);
COMMENT ON TABLE court.tip_message IS 'Questions to and answers from a tipster, sealed (tip_message.body:ID). Retention: as the tip.';
CREATE INDEX tip_message_by_tip ON court.tip_message (court, tip_id, at);

CREATE TABLE court.tip_file (
  court      text NOT NULL,
  id         uuid NOT NULL,
  tip_id     uuid NOT NULL,
  message_id uuid,
  name       text NOT NULL,
  mime       text NOT NULL,
  size       bigint NOT NULL,
  sha256     bytea NOT NULL,
  store_key  text NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, tip_id) REFERENCES court.tip (court, id)
);
COMMENT ON TABLE court.tip_file IS 'Pictures and papers of a tip; the file itself lies sealed in the court''s file store. Retention: as the tip.';
CREATE INDEX tip_file_by_tip ON court.tip_file (court, tip_id);

CREATE TABLE court.admission (
  court       text NOT NULL REFERENCES court.court,
  inbox_id    uuid NOT NULL,
  kind        text NOT NULL,
  admitted_at timestamptz NOT NULL,
  outcome     text NOT NULL CHECK (outcome IN ('admitted','poisoned')),
  object_id   uuid,
  PRIMARY KEY (court, inbox_id)
);
COMMENT ON TABLE court.admission IS 'Which inbox rows were admitted: the first insert wins. Retention: as the inbox.';

CREATE TABLE court.poison (
  court       text NOT NULL REFERENCES court.court,
  inbox_id    uuid NOT NULL,
  tries       int NOT NULL,
  problem     text NOT NULL,
  first_at    timestamptz NOT NULL,
  last_at     timestamptz NOT NULL,
  PRIMARY KEY (court, inbox_id)
);
COMMENT ON TABLE court.poison IS 'Inbox rows that could not be admitted, for a person to look at; retried with growing pauses, set aside after ten tries. Retention: 6 months.';

CREATE TABLE court.roster (
  court     text NOT NULL REFERENCES court.court,
  id        uuid NOT NULL,
  role      text NOT NULL,
  staff     uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at   timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, staff) REFERENCES court.staff (court, id),
  CHECK (starts_at < ends_at)
);
COMMENT ON TABLE court.roster IS 'Who is on duty, in which duty role, from when to when (S-3.1.0a, W-30). Retention: 3 years.';
CREATE INDEX roster_by_time ON court.roster (court, role, starts_at, ends_at);

CREATE TABLE court.alert (
  court     text NOT NULL REFERENCES court.court,
  id        uuid NOT NULL,
  rule      text NOT NULL,
  role      text NOT NULL,
  staff     uuid,
  text      text NOT NULL,
  sound     boolean NOT NULL,
  case_id   uuid,
  matter_id uuid,
  tip_id    uuid,
  raised_at timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE court.alert IS 'What rang at the desk for whom. Retention: 3 years.';
CREATE INDEX alert_by_time ON court.alert (court, raised_at DESC);

CREATE TABLE court.disclosure (
  court        text NOT NULL REFERENCES court.court,
  id           uuid NOT NULL,
  event_id     uuid NOT NULL,
  code         text NOT NULL,
  case_id      uuid,
  tip_id       uuid,
  audience     text NOT NULL,
  party_id     uuid,
  state        text NOT NULL CHECK (state IN ('told','held','awaiting_release','withheld','refused','withdrawn')),
  why          text NOT NULL,
  basis        text NOT NULL,
  clause       text NOT NULL,
  channels     text[] NOT NULL DEFAULT '{}',
  not_before   timestamptz,
  item_id      uuid,
  message_id   uuid,
  decided_at   timestamptz NOT NULL,
  told_at      timestamptz,
  released_by  uuid,
  service       text NOT NULL DEFAULT 'none' CHECK (service IN ('none', 'pending', 'recorded')),
  service_event uuid,
  rule_version int NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, event_id) REFERENCES court.docket (court, id),
  CHECK ((service = 'recorded') = (service_event IS NOT NULL))
);
COMMENT ON COLUMN court.disclosure.service IS 'A push is no service (G5): whether the document behind it has been served on this person; service_event is that service on the docket.';
COMMENT ON TABLE court.disclosure IS 'The decision for each person told and each not told, with its reason and clause. Retention: case file.';
CREATE UNIQUE INDEX disclosure_once ON court.disclosure (court, event_id, audience, party_id) NULLS NOT DISTINCT;
CREATE INDEX disclosure_by_case ON court.disclosure (court, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX disclosure_unserved ON court.disclosure (court, case_id) WHERE service = 'pending';
CREATE INDEX disclosure_by_message ON court.disclosure (court, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX disclosure_by_tip ON court.disclosure (court, tip_id) WHERE tip_id IS NOT NULL;
CREATE INDEX disclosure_held ON court.disclosure (court, not_before) WHERE state = 'held';
CREATE INDEX disclosure_awaiting ON court.disclosure (court, decided_at) WHERE state = 'awaiting_release';

CREATE TABLE court.delivery (
  court      text NOT NULL,
  message_id uuid NOT NULL,
  state      text NOT NULL CHECK (state IN ('sent','delivered','failed')),
  channel    text NOT NULL,
  at         timestamptz NOT NULL,
  detail     text NOT NULL DEFAULT '',
  PRIMARY KEY (court, message_id, state)
);
COMMENT ON TABLE court.delivery IS 'What became of a message, as reported through the inbox. Retention: case file.';

CREATE TABLE court.import_run (
  court     text NOT NULL REFERENCES court.court,
  id        uuid NOT NULL,
  file_name text NOT NULL,
  file_hash bytea NOT NULL,
  actor     uuid,
  at        timestamptz NOT NULL,
  rows      int NOT NULL,
  created   int NOT NULL,
  changed   int NOT NULL,
  unchanged int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE court.import_run IS 'Imports from the court''s case system. Retention: 3 years.';

CREATE TABLE court.audit (
  court       text NOT NULL REFERENCES court.court,
  id          uuid NOT NULL,
  at          timestamptz NOT NULL,
  actor       uuid,
  actor_kind  text NOT NULL CHECK (actor_kind IN ('staff','system','public','import')),
  session     uuid,
  action      text NOT NULL,
  object_kind text NOT NULL DEFAULT '',
  object_id   uuid,
  case_id     uuid,
  result      text NOT NULL CHECK (result IN ('done','refused')),
  reason      text NOT NULL DEFAULT '',
  detail      jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE court.audit IS 'Who did or read what, when, why, append-only; ids and hashes, no personal text. Retention: case file, at least 3 years.';
CREATE INDEX audit_by_time ON court.audit (court, at DESC);
CREATE INDEX audit_by_case ON court.audit (court, case_id, at DESC) WHERE case_id IS NOT NULL;

CREATE TABLE court.audit_pending (
  court    text NOT NULL,
  audit_id uuid NOT NULL,
  PRIMARY KEY (court, audit_id)
);
COMMENT ON TABLE court.audit_pending IS 'Audit rows committed and not yet chained. Retention: seconds.';

CREATE TABLE court.audit_chain (
  court    text NOT NULL,
  seq      bigint NOT NULL CHECK (seq > 0),
  audit_id uuid NOT NULL,
  head     bytea NOT NULL,
  PRIMARY KEY (court, seq),
  UNIQUE (court, audit_id)
);
COMMENT ON TABLE court.audit_chain IS 'head = SM3(previous head, the row''s content); the last head is kept outside the database daily. Retention: as the audit.';

-- +goose StatementBegin
CREATE FUNCTION court.audit_enqueue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO court.audit_pending (court, audit_id) VALUES (NEW.court, NEW.id);
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_enqueue AFTER INSERT ON court.audit FOR EACH ROW EXECUTE FUNCTION court.audit_enqueue();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON court.docket FOR EACH ROW EXECUTE FUNCTION court.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON court.audit FOR EACH ROW EXECUTE FUNCTION court.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON court.audit_chain FOR EACH ROW EXECUTE FUNCTION court.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON court.matter_step FOR EACH ROW EXECUTE FUNCTION court.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON court.rulebook FOR EACH ROW EXECUTE FUNCTION court.refuse_change();

-- +goose Down
DROP TABLE court.audit_chain, court.audit_pending, court.audit, court.import_run, court.delivery, court.disclosure, court.alert,
  court.roster, court.poison, court.admission, court.tip_file, court.tip_message, court.tip_identity, court.tip, court.matter_step,
  court.matter, court.deadline, court.docket_facts, court.docket, court.party, court.cases, court.staff_session, court.staff,
  court.calendar_day, court.rulebook, court.court;
