-- +goose Up
-- What must cross between the two networks is noted where it changes; without a gate the triggers sleep.
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mingzhi_gate') THEN CREATE ROLE mingzhi_gate LOGIN; END IF;
  EXECUTE format('GRANT mingzhi_gate TO %I', current_user);
EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL; -- another database of the same server was faster
END $$;
-- +goose StatementEnd

CREATE TABLE disclosed.change (
  court text NOT NULL,
  seq   bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  tbl   text NOT NULL,
  key   text NOT NULL,
  batch int,
  PRIMARY KEY (court, seq)
);
COMMENT ON TABLE disclosed.change IS 'Rows of disclosed that changed, for the gate; batch is the one that carried them. Retention: 1 year.';
CREATE INDEX change_waiting ON disclosed.change (seq) WHERE batch IS NULL;
CREATE INDEX change_by_batch ON disclosed.change (batch) WHERE batch IS NOT NULL;

CREATE TABLE disclosed.arrival (
  court text NOT NULL,
  tbl   text NOT NULL,
  key   text NOT NULL,
  seq   bigint NOT NULL,
  PRIMARY KEY (court, tbl, key)
);
COMMENT ON TABLE disclosed.arrival IS 'On the far side of the gate: the newest change of a row that has arrived, so that an older batch changes nothing. Retention: as the row.';

CREATE TABLE edge.sent (
  court text NOT NULL,
  id    uuid NOT NULL,
  batch int NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.sent IS 'Inbox rows that went inward through the gate. Retention: 6 months.';
CREATE INDEX sent_by_batch ON edge.sent (batch);

CREATE TABLE edge.sent_file (
  key   text PRIMARY KEY,
  batch int NOT NULL
);
COMMENT ON TABLE edge.sent_file IS 'Inbox files that went inward through the gate; keys say nothing. Retention: 6 months.';

-- +goose StatementBegin
CREATE FUNCTION disclosed.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  EXECUTE format('INSERT INTO disclosed.change (court, tbl, key) SELECT court, %L, (%s)::text FROM changed', TG_TABLE_NAME, TG_ARGV[0]);
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT * FROM (VALUES ('court', 'court'), ('clause', 'id'), ('item', 'id'), ('tip', 'encode(receipt_hmac, ''hex'')'), ('outgoing', 'id'), ('viewer', 'id'),
                          ('clock', 'id'), ('notice', 'id'), ('lot', 'id'), ('picture', 'id'), ('slot', 'id'), ('recording', 'id')) AS x (tbl, key)
  LOOP
    EXECUTE format('CREATE TRIGGER gate_insert AFTER INSERT ON disclosed.%I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION disclosed.note_change(%L)', t.tbl, t.key);
    EXECUTE format('CREATE TRIGGER gate_update AFTER UPDATE ON disclosed.%I REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION disclosed.note_change(%L)', t.tbl, t.key);
    EXECUTE format('CREATE TRIGGER gate_delete AFTER DELETE ON disclosed.%I REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION disclosed.note_change(%L)', t.tbl, t.key);
    EXECUTE format('ALTER TABLE disclosed.%I DISABLE TRIGGER gate_insert', t.tbl);
    EXECUTE format('ALTER TABLE disclosed.%I DISABLE TRIGGER gate_update', t.tbl);
    EXECUTE format('ALTER TABLE disclosed.%I DISABLE TRIGGER gate_delete', t.tbl);
  END LOOP;
  FOR t IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'court' AND NOT a.attisdropped
           WHERE n.nspname IN ('disclosed', 'inbox', 'edge') AND c.relkind = 'r' AND NOT c.relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('CREATE POLICY tenant ON %I.%I USING (court = current_setting(''mingzhi.court'', true)) WITH CHECK (court = current_setting(''mingzhi.court'', true))', t.nspname, t.relname);
  END LOOP;
  -- the gate carries every court's rows, and nothing of court
  FOR t IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND (n.nspname = 'disclosed' OR n.nspname = 'inbox' OR (n.nspname = 'edge' AND c.relname = 'sent'))
  LOOP
    EXECUTE format('CREATE POLICY gate ON %I.%I TO mingzhi_gate USING (true) WITH CHECK (true)', t.nspname, t.relname);
  END LOOP;
END $$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA disclosed, inbox, edge TO mingzhi_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA disclosed TO mingzhi_gate;
GRANT SELECT, INSERT ON inbox.submission TO mingzhi_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON edge.sent, edge.sent_file TO mingzhi_gate;
REVOKE ALL ON disclosed.change, disclosed.arrival FROM mingzhi_court, mingzhi_public;

-- +goose Down
SELECT 1;
