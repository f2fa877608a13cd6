-- +goose Up
CREATE TABLE disclosed.court (
  court      text PRIMARY KEY,
  profile    jsonb NOT NULL,
  version    int NOT NULL,
  changed_at timestamptz NOT NULL
);
COMMENT ON TABLE disclosed.court IS 'What the public half needs of a court''s rulebook: names, hotlines, tip form, words. Retention: current.';

CREATE TABLE disclosed.clause (
  court   text NOT NULL,
  id      text NOT NULL,
  article text NOT NULL,
  text    text NOT NULL,
  version int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.clause IS 'Clause texts behind the clause chips. Retention: current.';

CREATE TABLE disclosed.item (
  court   text NOT NULL,
  id      uuid NOT NULL,
  viewer  uuid NOT NULL,
  case_id uuid NOT NULL,
  code    text NOT NULL,
  title   text NOT NULL,
  body    jsonb NOT NULL,
  clause  text NOT NULL,
  at      timestamptz NOT NULL,
  version int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.item IS 'One thing one person may know of a case. What may not be known yet has no row. Retention: while the person is in the case.';
CREATE INDEX item_by_viewer ON disclosed.item (court, viewer, at DESC);

CREATE TABLE disclosed.tombstone (
  court text NOT NULL,
  id    uuid NOT NULL,
  at    timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.tombstone IS 'Items withdrawn, so that the other network deletes them too. Retention: 1 year.';

CREATE TABLE disclosed.tip (
  court        text NOT NULL,
  receipt_hmac bytea NOT NULL,
  ticket       text NOT NULL,
  stage        text NOT NULL CHECK (stage IN ('verifying','verified','unverifiable')),
  result       text CHECK (result IN ('adopted','not_adopted','insufficient')),
  messages     jsonb NOT NULL DEFAULT '[]',
  received_at  timestamptz NOT NULL,
  version      int NOT NULL,
  PRIMARY KEY (court, receipt_hmac)
);
COMMENT ON TABLE disclosed.tip IS 'What a tipster may learn with the receipt: one of three stages, one of three results, officers'' questions (G8). Retention: as the tip.';

CREATE TABLE disclosed.outgoing (
  court            text NOT NULL,
  id               uuid NOT NULL,
  channel          text NOT NULL CHECK (channel IN ('sms','wechat','email')),
  address          bytea NOT NULL,
  template         text NOT NULL,
  template_version int NOT NULL,
  template_name    text NOT NULL,
  provider_ids     jsonb NOT NULL,
  params           jsonb NOT NULL,
  text             text NOT NULL,
  check_code       text NOT NULL CHECK (check_code ~ '^[0-9]{6}$'),
  clause           text NOT NULL,
  urgent           boolean NOT NULL,
  created_at       timestamptz NOT NULL,
  not_before       timestamptz NOT NULL,
  withdrawn        boolean NOT NULL DEFAULT false,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE disclosed.outgoing IS 'Messages to send; address is sealed for the courier (outgoing.address:ID). Retention: case file.';
CREATE INDEX outgoing_by_check_code ON disclosed.outgoing (court, check_code);

CREATE TABLE inbox.submission (
  court       text NOT NULL,
  id          uuid NOT NULL,
  seq         bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind        text NOT NULL CHECK (kind IN ('tip','tip_message','delivery')),
  received_at timestamptz NOT NULL,
  meta        jsonb NOT NULL,
  sealed      bytea,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE inbox.submission IS 'What came in, append-only; sealed with the court''s SM2 public key where a person wrote it. Retention: 6 months after admission.';
CREATE INDEX submission_by_seq ON inbox.submission (court, seq);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inbox.submission FOR EACH ROW EXECUTE FUNCTION court.refuse_change();

CREATE TABLE edge.receipt (
  court        text NOT NULL,
  receipt_hmac bytea NOT NULL,
  ticket       text NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (court, receipt_hmac),
  UNIQUE (court, ticket)
);
COMMENT ON TABLE edge.receipt IS 'Receipts given out, as keyed HMAC, so that one works at once. Retention: 2 years.';

CREATE TABLE edge.rate (
  court    text NOT NULL,
  key      text NOT NULL,
  count    int NOT NULL,
  until    timestamptz NOT NULL,
  PRIMARY KEY (court, key)
);
COMMENT ON TABLE edge.rate IS 'Counters of tries in a window, one atomic upsert each; keys are hashed. Retention: the window.';

CREATE TABLE edge.delivery (
  court       text NOT NULL,
  message_id  uuid NOT NULL,
  urgent      boolean NOT NULL,
  state       text NOT NULL CHECK (state IN ('queued','sent','delivered','failed')),
  tries       int NOT NULL DEFAULT 0,
  next_at     timestamptz NOT NULL,
  provider_id text NOT NULL DEFAULT '',
  PRIMARY KEY (court, message_id)
);
COMMENT ON TABLE edge.delivery IS 'The courier''s queue: next_at is also the lease. Retention: 1 year.';
CREATE INDEX delivery_due ON edge.delivery (court, next_at) WHERE state = 'queued';
CREATE INDEX delivery_urgent ON edge.delivery (court, next_at) WHERE state = 'queued' AND urgent;
CREATE INDEX delivery_by_provider ON edge.delivery (court, provider_id) WHERE provider_id <> '';

CREATE TABLE edge.attempt (
  court      text NOT NULL,
  id         uuid NOT NULL,
  message_id uuid NOT NULL,
  at         timestamptz NOT NULL,
  provider   text NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('accepted','refused','error')),
  detail     text NOT NULL DEFAULT '',
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.attempt IS 'Every try to hand a message to a provider. Retention: 1 year.';

CREATE TABLE edge.tray (
  court      text NOT NULL,
  id         uuid NOT NULL,
  channel    text NOT NULL,
  address    text NOT NULL,
  text       text NOT NULL,
  check_code text NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.tray IS 'The development tray: messages a real provider would have sent. Retention: demonstration only.';

-- A message becomes the courier's work in the transaction that writes it, on whichever side of the gate it arrives.
-- +goose StatementBegin
CREATE FUNCTION edge.enqueue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO edge.delivery (court, message_id, urgent, state, next_at)
  SELECT court, id, urgent, 'queued', not_before FROM fresh ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER enqueue AFTER INSERT ON disclosed.outgoing REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION edge.enqueue();

-- +goose Down
DROP TABLE edge.tray, edge.attempt, edge.delivery, edge.rate, edge.receipt, inbox.submission, disclosed.outgoing, disclosed.tip,
  disclosed.tombstone, disclosed.item, disclosed.clause, disclosed.court;
DROP FUNCTION edge.enqueue();
