-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA court, disclosed TO mingzhi_court;
GRANT SELECT ON inbox.submission TO mingzhi_court;
REVOKE UPDATE, DELETE ON court.docket, court.audit, court.audit_chain, court.matter_step, court.rulebook, court.admission FROM mingzhi_court;

GRANT SELECT ON ALL TABLES IN SCHEMA disclosed TO mingzhi_public;
GRANT INSERT ON inbox.submission TO mingzhi_public;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA edge TO mingzhi_public;

-- Every table with a court column shows only the rows of the court the transaction was opened for.
-- +goose StatementBegin
DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'court' AND NOT a.attisdropped
           WHERE n.nspname IN ('court', 'disclosed', 'inbox', 'edge') AND c.relkind = 'r'
  LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY', t.nspname, t.relname);
    EXECUTE format('CREATE POLICY tenant ON %I.%I USING (court = current_setting(''mingzhi.court'', true)) WITH CHECK (court = current_setting(''mingzhi.court'', true))', t.nspname, t.relname);
  END LOOP;
END $$;
-- +goose StatementEnd

-- Which courts there are is no secret, and the public half must list them before it knows which one is meant.
CREATE POLICY listed ON disclosed.court FOR SELECT TO mingzhi_public USING (true);

-- +goose Down
SELECT 1;
