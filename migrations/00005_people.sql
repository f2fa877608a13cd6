-- +goose Up
-- What parties, bidders and WeChat users do with the house: look into their case, fill in forms, view lots, chat.

ALTER TABLE court.docket ADD COLUMN lot_id uuid;
CREATE INDEX docket_by_lot ON court.docket (court, lot_id, occurred_at) WHERE lot_id IS NOT NULL;
ALTER TABLE court.matter ADD COLUMN party_id uuid, ADD COLUMN lot_id uuid, ADD COLUMN chat_id uuid;
COMMENT ON COLUMN court.matter.party_id IS 'The party whose application it is; an agent''s application is the principal''s.';
CREATE INDEX matter_by_lot ON court.matter (court, lot_id) WHERE lot_id IS NOT NULL;
CREATE INDEX matter_by_party ON court.matter (court, party_id, process, opened_at) WHERE party_id IS NOT NULL;

CREATE TABLE court.query_code (
  court      text NOT NULL,
  id         uuid NOT NULL,
  party_id   uuid NOT NULL,
  code       bytea NOT NULL,
  issued_at  timestamptz NOT NULL,
  issued_by  uuid,
  revoked_at timestamptz,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, party_id) REFERENCES court.party (court, id)
);
COMMENT ON TABLE court.query_code IS 'The 查询码 printed on a party''s notice, sealed (query_code.code:ID); one is valid at a time (W-11b, S-4.7.2④). Retention: case file.';
CREATE UNIQUE INDEX query_code_valid ON court.query_code (court, party_id) WHERE revoked_at IS NULL;

CREATE TABLE court.item_read (
  court   text NOT NULL,
  item_id uuid NOT NULL,
  viewer  uuid NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (court, item_id, viewer)
);
COMMENT ON TABLE court.item_read IS 'Who had read what was disclosed, first time only; it answers who knew when something was disclosed wrongly (法释〔2018〕7号13). Retention: case file.';

CREATE TABLE court.application_file (
  court     text NOT NULL,
  id        uuid NOT NULL,
  matter_id uuid NOT NULL,
  name      text NOT NULL,
  mime      text NOT NULL,
  size      bigint NOT NULL,
  sha256    bytea NOT NULL,
  store_key text NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, matter_id) REFERENCES court.matter (court, id)
);
COMMENT ON TABLE court.application_file IS 'Files a party sent with a form; content sealed in the file store (court_file:KEY). Retention: case file.';

CREATE TABLE court.recording (
  court     text NOT NULL,
  id        uuid NOT NULL,
  case_id   uuid NOT NULL,
  title     text NOT NULL,
  name      text NOT NULL,
  mime      text NOT NULL,
  size      bigint NOT NULL,
  sha256    bytea NOT NULL,
  content   bytea NOT NULL,
  taken_at  timestamptz NOT NULL,
  added_by  uuid,
  added_at  timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, case_id) REFERENCES court.cases (court, id)
);
COMMENT ON TABLE court.recording IS 'Recordings of enforcement acts (W-11d, W-20b); content is sealed (recording.content:ID). Retention: set by the court.';

CREATE TABLE court.chat (
  court     text NOT NULL REFERENCES court.court,
  id        uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  last_at   timestamptz NOT NULL,
  closed_at timestamptz,
  case_id   uuid,
  party_id  uuid,
  holder    uuid,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE court.chat IS 'A WeChat user''s conversation with an officer (人工); whom it is with, only the public half knows, unless the person is bound. Retention: 3 years, or with the case.';
CREATE INDEX chat_open ON court.chat (court, last_at DESC) WHERE closed_at IS NULL;

CREATE TABLE court.chat_message (
  court    text NOT NULL,
  id       uuid NOT NULL,
  chat_id  uuid NOT NULL,
  outward  boolean NOT NULL,
  body     bytea NOT NULL,
  at       timestamptz NOT NULL,
  actor    uuid,
  message_id uuid,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, chat_id) REFERENCES court.chat (court, id)
);
COMMENT ON TABLE court.chat_message IS 'What was said, sealed (chat_message.body:ID). Retention: as the chat.';
CREATE INDEX chat_message_by_chat ON court.chat_message (court, chat_id, at);

CREATE TABLE court.lot (
  court        text NOT NULL REFERENCES court.court,
  id           uuid NOT NULL,
  case_id      uuid NOT NULL,
  title        text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('real_estate','vehicle','movable','equity','other_right')),
  district     text NOT NULL,
  address      text NOT NULL DEFAULT '',
  description  text NOT NULL DEFAULT '',
  platform_url text NOT NULL DEFAULT '',
  contact      text NOT NULL DEFAULT '',
  state        text NOT NULL CHECK (state IN ('draft','prenotice','approved','announced','stopped','sold','unsold','withdrawn')),
  round        int NOT NULL DEFAULT 0,
  rule_version int NOT NULL,
  created_by   uuid,
  created_at   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, case_id) REFERENCES court.cases (court, id)
);
COMMENT ON TABLE court.lot IS 'Property put to judicial auction (S-5.4, W-9). Retention: 10 years after the sale (网拍29).';
CREATE INDEX lot_by_state ON court.lot (court, state, changed_at DESC);
CREATE INDEX lot_by_case ON court.lot (court, case_id);

CREATE TABLE court.lot_fact (
  court      text NOT NULL,
  lot_id     uuid NOT NULL,
  fact       text NOT NULL,
  value      text NOT NULL DEFAULT '',
  is_unknown boolean NOT NULL,
  source     text NOT NULL,
  known_on   date NOT NULL,
  changed_by uuid,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (court, lot_id, fact),
  FOREIGN KEY (court, lot_id) REFERENCES court.lot (court, id),
  CHECK (is_unknown = (value = ''))
);
COMMENT ON TABLE court.lot_fact IS 'Survey facts of a lot, each with who established it and when; unknown is said aloud (网拍6, 14). Retention: as the lot.';

CREATE TABLE court.lot_round (
  court           text NOT NULL,
  lot_id          uuid NOT NULL,
  round           int NOT NULL CHECK (round BETWEEN 1 AND 3),
  reference_price bigint NOT NULL CHECK (reference_price > 0),
  starting_price  bigint NOT NULL CHECK (starting_price > 0),
  deposit         bigint NOT NULL CHECK (deposit > 0),
  increment       bigint NOT NULL CHECK (increment > 0),
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL,
  balance_days    int NOT NULL DEFAULT 10,
  approved_by     uuid,
  approved_at     timestamptz,
  announced_at    timestamptz,
  result          text CHECK (result IN ('sold','unsold','stopped','withdrawn')),
  result_price    bigint,
  result_at       timestamptz,
  PRIMARY KEY (court, lot_id, round),
  FOREIGN KEY (court, lot_id) REFERENCES court.lot (court, id),
  CHECK (starts_at < ends_at),
  CHECK ((result IS NULL) = (result_at IS NULL))
);
COMMENT ON TABLE court.lot_round IS 'Rounds of a lot: 1 first auction, 2 second, 3 sell-off (变卖). Prices are fen. Retention: as the lot.';

CREATE TABLE court.lot_prenotice (
  court      text NOT NULL,
  lot_id     uuid NOT NULL,
  round      int NOT NULL,
  party_id   uuid NOT NULL,
  method     text NOT NULL CHECK (method IN ('message','written','posted')),
  at         timestamptz NOT NULL,
  ripe_at    timestamptz NOT NULL,
  recorded_by uuid,
  PRIMARY KEY (court, lot_id, round, party_id),
  FOREIGN KEY (court, lot_id, round) REFERENCES court.lot_round (court, lot_id, round)
);
COMMENT ON TABLE court.lot_prenotice IS 'Who was told of the auction before its notice, how, and from when the notice may be published towards that person (网拍16). Retention: as the lot.';

CREATE TABLE court.lot_question (
  court       text NOT NULL,
  id          uuid NOT NULL,
  lot_id      uuid NOT NULL,
  question    bytea NOT NULL,
  asked_at    timestamptz NOT NULL,
  answer      text NOT NULL DEFAULT '',
  shown       text NOT NULL DEFAULT '',
  answered_at timestamptz,
  answered_by uuid,
  refused     boolean NOT NULL DEFAULT false,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, lot_id) REFERENCES court.lot (court, id)
);
COMMENT ON TABLE court.lot_question IS 'Questions about a lot, sealed (lot_question.question:ID); shown is the wording published with the answer. Retention: as the lot.';

CREATE TABLE court.lot_picture (
  court     text NOT NULL,
  id        uuid NOT NULL,
  lot_id    uuid NOT NULL,
  position  int NOT NULL,
  caption   text NOT NULL DEFAULT '',
  content   bytea NOT NULL,
  mime      text NOT NULL,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, lot_id) REFERENCES court.lot (court, id)
);
COMMENT ON TABLE court.lot_picture IS 'Cleaned pictures of a lot. Retention: as the lot.';

CREATE TABLE court.viewing_slot (
  court     text NOT NULL,
  id        uuid NOT NULL,
  lot_id    uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  place     text NOT NULL,
  contact   text NOT NULL,
  capacity  int NOT NULL CHECK (capacity > 0),
  cancelled_at timestamptz,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, lot_id) REFERENCES court.lot (court, id)
);
COMMENT ON TABLE court.viewing_slot IS 'Times at which a lot can be viewed (S-5.4.3①c). Retention: as the lot.';

CREATE TABLE court.viewing (
  court        text NOT NULL,
  id           uuid NOT NULL,
  slot_id      uuid NOT NULL,
  person       bytea NOT NULL,
  booked_at    timestamptz NOT NULL,
  cancelled_at timestamptz,
  reminded_at  timestamptz,
  PRIMARY KEY (court, id),
  FOREIGN KEY (court, slot_id) REFERENCES court.viewing_slot (court, id)
);
COMMENT ON TABLE court.viewing IS 'Bookings; who comes is sealed (viewing.person:ID, JSON name and mobile). Retention: 6 months.';

-- What the rules allow to be known.
CREATE TABLE disclosed.viewer (
  court      text NOT NULL,
  id         uuid NOT NULL,
  case_id    uuid NOT NULL,
  case_no    text NOT NULL,
  role       text NOT NULL,
  stands_for text NOT NULL,
  person     bytea NOT NULL,
  code       bytea NOT NULL,
  mobile     bytea,
  until      timestamptz,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.viewer IS 'Who may look into which case: a row exists only for a person who was told something. person and code are blind (viewer.person, viewer.code), mobile is sealed for the courier (viewer.mobile:ID). Retention: while the person is in the case.';
COMMENT ON COLUMN disclosed.viewer.stands_for IS 'The role of the principal; the own role for who stands for himself.';
COMMENT ON COLUMN disclosed.viewer.until IS 'When the mandate ends or the person left; nothing is shown from then on.';
CREATE INDEX viewer_by_person ON disclosed.viewer (court, person);

CREATE TABLE disclosed.clock (
  court       text NOT NULL,
  id          uuid NOT NULL,
  case_id     uuid NOT NULL,
  rule        text NOT NULL,
  roles       text[] NOT NULL,
  name        text NOT NULL,
  owner       text NOT NULL,
  clause      text NOT NULL,
  started_at  timestamptz NOT NULL,
  warn_at     timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  state       text NOT NULL CHECK (state IN ('open','met','late')),
  closed_at   timestamptz,
  explanation jsonb NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.clock IS 'The clocks of a case that the book lets a party see: what comes next, who owes it, by when. Retention: while the case is open.';
CREATE INDEX clock_by_case ON disclosed.clock (court, case_id);

CREATE TABLE disclosed.notice (
  court        text NOT NULL,
  id           uuid NOT NULL,
  code         text NOT NULL,
  title        text NOT NULL,
  body         jsonb NOT NULL,
  clause       text NOT NULL,
  name_index   bytea,
  grams        tsvector NOT NULL,
  published_at timestamptz NOT NULL,
  until        date,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.notice IS 'What the public may know: reward notices, the dishonest-debtor list, search notices; code is the event''s. name_index is blind (notice.name). Retention: until taken down.';
CREATE INDEX notice_by_code ON disclosed.notice (court, code, published_at DESC, id DESC);
CREATE INDEX notice_by_name ON disclosed.notice (court, name_index) WHERE name_index IS NOT NULL;
CREATE INDEX notice_grams ON disclosed.notice USING gin (grams);

CREATE TABLE disclosed.lot (
  court          text NOT NULL,
  id             uuid NOT NULL,
  kind           text NOT NULL,
  district       text NOT NULL,
  state          text NOT NULL CHECK (state IN ('announced','stopped','sold','unsold','withdrawn')),
  round          int NOT NULL,
  starting_price bigint NOT NULL,
  starts_at      timestamptz NOT NULL,
  ends_at        timestamptz NOT NULL,
  title          text NOT NULL,
  body           jsonb NOT NULL,
  clause         text NOT NULL,
  grams          tsvector NOT NULL,
  published_at   timestamptz NOT NULL,
  changed_at     timestamptz NOT NULL,
  version        int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.lot IS 'Announced lots with everything a bidder may know (网拍13, 14). version counts what watchers are told. Retention: as the lot.';
CREATE INDEX lot_by_publication ON disclosed.lot (court, published_at DESC, id DESC);
CREATE INDEX lot_grams ON disclosed.lot USING gin (grams);

CREATE TABLE disclosed.picture (
  court   text NOT NULL,
  id      uuid NOT NULL,
  lot_id  uuid NOT NULL,
  mime    text NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.picture IS 'Pictures of announced lots. Retention: as the lot.';

CREATE TABLE disclosed.slot (
  court     text NOT NULL,
  id        uuid NOT NULL,
  lot_id    uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  place     text NOT NULL,
  contact   text NOT NULL,
  capacity  int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.slot IS 'Viewing times open for booking. Retention: until over.';
CREATE INDEX slot_by_lot ON disclosed.slot (court, lot_id, starts_at);

CREATE TABLE disclosed.recording (
  court   text NOT NULL,
  id      uuid NOT NULL,
  viewer  uuid NOT NULL,
  item_id uuid NOT NULL,
  title   text NOT NULL,
  mime    text NOT NULL,
  content bytea NOT NULL,
  until   timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.recording IS 'A recording one person may watch until a day (W-11d); sealed for the courier''s half (recording.content:ID). Retention: until then.';

ALTER TABLE disclosed.tip ADD COLUMN reward jsonb;
COMMENT ON COLUMN disclosed.tip.reward IS 'State and amount of a reward claimed by this receipt; no name, no case.';

ALTER TABLE disclosed.outgoing DROP COLUMN channel, ALTER COLUMN address DROP NOT NULL,
  ADD COLUMN channels text[] NOT NULL CHECK (channels <@ ARRAY['sms','wechat','email'] AND cardinality(channels) > 0),
  ADD COLUMN subject uuid, ADD COLUMN data jsonb, ADD COLUMN url text NOT NULL DEFAULT '';
COMMENT ON COLUMN disclosed.outgoing.channels IS 'The channels the rule allows, in its order; the person''s own order goes first.';
COMMENT ON COLUMN disclosed.outgoing.subject IS 'The viewer, tip or chat it is for: how the public half finds a bound WeChat account.';
COMMENT ON COLUMN disclosed.outgoing.data IS 'Values of the WeChat template''s fields.';

ALTER TABLE inbox.submission DROP CONSTRAINT submission_kind_check;
ALTER TABLE inbox.submission ADD CONSTRAINT submission_kind_check CHECK (kind IN ('tip','tip_message','delivery','application','read','chat','question','viewing'));

-- The public half's own memory.
ALTER TABLE edge.delivery ADD COLUMN own boolean NOT NULL DEFAULT false, ADD COLUMN route text NOT NULL DEFAULT '', ADD COLUMN given_up text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN edge.delivery.own IS 'The message lies in edge.message, not in disclosed.outgoing.';
COMMENT ON COLUMN edge.delivery.route IS 'The channel it last went out on; given_up are those that refused it.';

CREATE TABLE edge.message (
  court         text NOT NULL,
  id            uuid NOT NULL,
  channels      text[] NOT NULL,
  address       bytea,
  address_aad   text NOT NULL DEFAULT '',
  openid_index  bytea,
  template      text NOT NULL,
  template_name text NOT NULL,
  provider_ids  jsonb NOT NULL DEFAULT '{}',
  params        jsonb NOT NULL,
  data          jsonb,
  url           text NOT NULL DEFAULT '',
  text          text NOT NULL,
  check_code    text NOT NULL CHECK (check_code ~ '^[0-9]{6}$'),
  clause        text NOT NULL DEFAULT '',
  urgent        boolean NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL,
  until         timestamptz,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.message IS 'The public half''s own messages: login codes, bindings, watched lots. After until it is not sent any more. Retention: 90 days, a login code''s text until it has expired.';

-- +goose StatementBegin
CREATE FUNCTION edge.enqueue_own() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO edge.delivery (court, message_id, urgent, state, next_at, own)
  SELECT court, id, urgent, 'queued', created_at, true FROM fresh ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER enqueue AFTER INSERT ON edge.message REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION edge.enqueue_own();

CREATE TABLE edge.login (
  court      text NOT NULL,
  id         uuid NOT NULL,
  person     bytea,
  viewer     uuid,
  query_code bytea NOT NULL,
  code       bytea NOT NULL,
  openid_index bytea,
  tries      int NOT NULL DEFAULT 0,
  at         timestamptz NOT NULL,
  until      timestamptz NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.login IS 'Log-ins and bindings under way; without a person nobody is behind it, and it looks the same. Retention: 1 day.';

CREATE TABLE edge.session (
  court      text NOT NULL,
  token      bytea NOT NULL,
  person     bytea NOT NULL,
  code       bytea,
  started_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  until      timestamptz NOT NULL,
  kiosk      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (court, token)
);
COMMENT ON TABLE edge.session IS 'Signed-in parties; token is a hash of the cookie, person as disclosed.viewer.person; it ends when the query code it began with is replaced. Retention: until it ends.';

CREATE TABLE edge.preference (
  court      text NOT NULL,
  person     bytea NOT NULL,
  channels   text[] NOT NULL DEFAULT '{}',
  language   text NOT NULL DEFAULT '',
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (court, person)
);
COMMENT ON TABLE edge.preference IS 'A person''s own order of channels and language. Retention: until changed or the person is forgotten.';

CREATE TABLE edge.draft (
  court text NOT NULL,
  key   bytea NOT NULL,
  body  bytea NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (court, key)
);
COMMENT ON TABLE edge.draft IS 'A form that could not be sent because the session had ended, sealed with the edge key (draft.body:KEY); key is a hash of a cookie. Retention: 1 day.';

CREATE TABLE edge.read (
  court   text NOT NULL,
  item_id uuid NOT NULL,
  viewer  uuid NOT NULL,
  at      timestamptz NOT NULL,
  PRIMARY KEY (court, item_id, viewer)
);
COMMENT ON TABLE edge.read IS 'Which items a viewer has been shown, so that the first reading is reported once. Retention: 2 years.';

CREATE TABLE edge.wechat (
  court        text NOT NULL,
  openid_index bytea NOT NULL,
  openid       bytea NOT NULL,
  person       bytea,
  code         bytea,
  subscribed   boolean NOT NULL,
  bound_at     timestamptz,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (court, openid_index)
);
COMMENT ON TABLE edge.wechat IS 'WeChat users of a court''s account; openid is sealed with the courier''s key (wechat.openid:INDEX in hex). A bound one carries the person and the query code used once for it. Retention: until unbound or unsubscribed for a year.';
CREATE INDEX wechat_by_person ON edge.wechat (court, person) WHERE person IS NOT NULL;
CREATE UNIQUE INDEX wechat_code_once ON edge.wechat (court, code) WHERE code IS NOT NULL;

CREATE TABLE edge.subject (
  court        text NOT NULL,
  id           uuid NOT NULL,
  openid_index bytea NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('tip','chat')),
  at           timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.subject IS 'Which WeChat user is behind a tip or a chat, known to this half alone. Retention: as the tip.';
CREATE INDEX subject_by_openid ON edge.subject (court, openid_index, kind, at DESC);

CREATE TABLE edge.dialogue (
  court        text NOT NULL,
  openid_index bytea NOT NULL,
  state        bytea NOT NULL,
  version      int NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (court, openid_index)
);
COMMENT ON TABLE edge.dialogue IS 'Where a conversation stands, sealed with the courier''s key (dialogue.state:INDEX in hex). Retention: 30 days.';

CREATE TABLE edge.callback (
  court text NOT NULL,
  key   text NOT NULL,
  at    timestamptz NOT NULL,
  reply bytea,
  PRIMARY KEY (court, key)
);
COMMENT ON TABLE edge.callback IS 'WeChat callbacks that were taken, so that a repeat is answered and not done again. Retention: 1 day.';

CREATE TABLE edge.token (
  court text NOT NULL,
  key   text NOT NULL,
  value bytea NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (court, key)
);
COMMENT ON TABLE edge.token IS 'Providers'' access tokens shared by the nodes, sealed with the courier''s key (token.value:KEY). Retention: until they expire.';

CREATE TABLE edge.watch (
  court        text NOT NULL,
  lot_id       uuid NOT NULL,
  watcher      bytea NOT NULL,
  openid_index bytea,
  person       bytea,
  seen_version int NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (court, lot_id, watcher)
);
COMMENT ON TABLE edge.watch IS 'Who wants to hear of a lot: a WeChat user or a signed-in party. Retention: until the lot is closed.';

CREATE TABLE edge.booking (
  court        text NOT NULL,
  id           uuid NOT NULL,
  slot_id      uuid NOT NULL,
  code         bytea NOT NULL,
  openid_index bytea,
  at           timestamptz NOT NULL,
  cancelled_at timestamptz,
  PRIMARY KEY (court, id),
  UNIQUE (court, code)
);
COMMENT ON TABLE edge.booking IS 'Seats taken at a viewing; code is the blind index of the booking number. Retention: 6 months.';
CREATE INDEX booking_by_slot ON edge.booking (court, slot_id) WHERE cancelled_at IS NULL;

CREATE INDEX message_by_check_code ON edge.message (court, check_code);

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA court, disclosed TO mingzhi_court;
REVOKE UPDATE, DELETE ON court.docket, court.audit, court.audit_chain, court.matter_step, court.rulebook, court.admission FROM mingzhi_court;
GRANT SELECT ON ALL TABLES IN SCHEMA disclosed TO mingzhi_public;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA edge TO mingzhi_public;

-- +goose StatementBegin
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'court' AND NOT a.attisdropped
           WHERE n.nspname IN ('court', 'disclosed', 'inbox', 'edge') AND c.relkind = 'r' AND NOT c.relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('CREATE POLICY tenant ON %I.%I USING (court = current_setting(''mingzhi.court'', true)) WITH CHECK (court = current_setting(''mingzhi.court'', true))', t.nspname, t.relname);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
SELECT 1;
