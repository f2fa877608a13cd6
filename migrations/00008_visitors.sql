-- +goose Up
-- What anybody may look at: lots, notices, the list of dishonest debtors behind a captcha.
CREATE TABLE edge.captcha (
  court  text NOT NULL,
  id     uuid NOT NULL,
  digits bytea NOT NULL,
  until  timestamptz NOT NULL,
  PRIMARY KEY (court, id)
);
COMMENT ON TABLE edge.captcha IS 'Pictures and voices whose digits somebody is to read; each answers once, on any node. Retention: 10 minutes.';
CREATE INDEX captcha_over ON edge.captcha (court, until);

ALTER TABLE edge.watch ADD COLUMN seen jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN edge.watch.seen IS 'The lot as the watcher knows it: state, round, price, start; what differs is told.';
CREATE INDEX watch_by_watcher ON edge.watch (court, watcher, at DESC);
CREATE INDEX booking_by_age ON edge.booking (court, at);

CREATE INDEX lot_by_district ON disclosed.lot (court, district);

-- PostgreSQL uses an index of words below row-level security only where the policy asks nothing. Announced lots are everybody's
-- to read in every court, and every statement names its court.
CREATE POLICY announced ON disclosed.lot FOR SELECT TO mingzhi_public USING (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON edge.captcha TO mingzhi_public;
ALTER TABLE edge.captcha ENABLE ROW LEVEL SECURITY;
ALTER TABLE edge.captcha FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON edge.captcha USING (court = current_setting('mingzhi.court', true)) WITH CHECK (court = current_setting('mingzhi.court', true));

-- +goose Down
DROP POLICY announced ON disclosed.lot;
DROP INDEX disclosed.lot_by_district, edge.booking_by_age, edge.watch_by_watcher;
ALTER TABLE edge.watch DROP COLUMN seen;
DROP TABLE edge.captcha;
