-- +goose Up
-- Two accounts stand between a request and the data. Neither owns anything, neither bypasses row-level security.
-- +goose StatementBegin
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mingzhi_court') THEN CREATE ROLE mingzhi_court LOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mingzhi_public') THEN CREATE ROLE mingzhi_public LOGIN; END IF;
  -- a small installation has one login for owner and court; it steps down to the court's rights
  EXECUTE format('GRANT mingzhi_court TO %I', current_user);
EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL; -- another database of the same server was faster
END $$;
-- +goose StatementEnd

CREATE SCHEMA court;
CREATE SCHEMA disclosed;
CREATE SCHEMA inbox;
CREATE SCHEMA edge;
COMMENT ON SCHEMA court IS 'Cases, matters, docket, deadlines, tips once admitted, staff, audit. Never leaves the court''s network.';
COMMENT ON SCHEMA disclosed IS 'What the rules allow to be known, one row per viewer and item, and the messages to send. Travels outward.';
COMMENT ON SCHEMA inbox IS 'What the public submitted and what providers reported, append-only. Travels inward.';
COMMENT ON SCHEMA edge IS 'The public half''s own memory: limits, receipts'' shadows, deliveries. Never crosses.';

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA court, disclosed, inbox TO mingzhi_court;
GRANT USAGE ON SCHEMA disclosed, inbox, edge TO mingzhi_public;

-- +goose StatementBegin
CREATE FUNCTION court.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % on %.% is not allowed', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
GRANT EXECUTE ON FUNCTION court.refuse_change() TO mingzhi_court;

-- +goose Down
DROP SCHEMA edge CASCADE;
DROP SCHEMA inbox CASCADE;
DROP SCHEMA disclosed CASCADE;
DROP SCHEMA court CASCADE;
