-- +goose Up
-- What the case page reads is kept as the text it was written as: turning jsonb back into text was a quarter of the page's
-- statement, and nothing in the database looks into these.
ALTER TABLE disclosed.item ALTER COLUMN body TYPE json;
ALTER TABLE disclosed.clock ALTER COLUMN explanation TYPE json;

-- What one viewer was shown lies together, so that it is found at once.
ALTER TABLE edge.read DROP CONSTRAINT read_pkey, ADD PRIMARY KEY (court, viewer, item_id);

-- +goose Down
ALTER TABLE edge.read DROP CONSTRAINT read_pkey, ADD PRIMARY KEY (court, item_id, viewer);
ALTER TABLE disclosed.clock ALTER COLUMN explanation TYPE jsonb;
ALTER TABLE disclosed.item ALTER COLUMN body TYPE jsonb;
