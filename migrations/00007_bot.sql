-- +goose Up
-- The bot finds a WeChat user's own tips again, so that he needs no receipt to answer a question.
ALTER TABLE edge.subject ADD COLUMN receipt_hmac bytea;
COMMENT ON COLUMN edge.subject.receipt_hmac IS 'Of a tip: the keyed HMAC of its receipt, which leads to disclosed.tip.';
COMMENT ON TABLE edge.draft IS 'What waits for its sender: a form that could not be sent because the session had ended, a picture or voice of a tip that is being written in WeChat; sealed with the edge key (draft.body:KEY). Retention: until, at most 30 days.';

-- +goose Down
ALTER TABLE edge.subject DROP COLUMN receipt_hmac;
