package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mingzhi/storage/files"
)

// Gate is one side of the gate: its database, its key folder, the inbox's files.
type Gate struct {
	conn  *pgx.Conn
	keys  string
	inbox files.Store
	now   func() time.Time
}

// New connects with an account that may take the role of the gate.
func New(ctx context.Context, dsn, keys string, inbox files.Store, now func() time.Time) (*Gate, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, refuse("gate.database", "连不上数据库，网闸没有运行。请检查数据库地址和账号。").Because(err)
	}
	return &Gate{conn: conn, keys: keys, inbox: inbox, now: now}, nil
}

// Close gives the connection back.
func (g *Gate) Close(ctx context.Context) error { return g.conn.Close(ctx) }

// tables that go outward, with the expression of the key that triggers note.
var tables = []struct{ name, key string }{
	{"court", "court"}, {"clause", "id"}, {"item", "id"}, {"tip", "encode(receipt_hmac, 'hex')"}, {"outgoing", "id"}, {"viewer", "id"},
	{"clock", "id"}, {"notice", "id"}, {"lot", "id"}, {"picture", "id"}, {"slot", "id"}, {"recording", "id"},
}

func keyOf(table string) (string, bool) {
	for _, t := range tables {
		if t.name == table {
			return t.key, true
		}
	}
	return "", false
}

// Enable wakes the triggers that note changes, and notes everything there is. It needs the
// owner's account and is done once, before the first export.
func (g *Gate) Enable(ctx context.Context) error {
	return pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		for _, t := range tables {
			var state string
			err := tx.QueryRow(ctx, `SELECT tgenabled::text FROM pg_trigger WHERE tgrelid = ('disclosed.' || $1::text)::regclass AND tgname = 'gate_insert'`, t.name).Scan(&state)
			if err != nil || state != "D" {
				return err
			}
			for _, op := range []string{"insert", "update", "delete"} {
				if _, err := tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE disclosed.%s ENABLE TRIGGER gate_%s`, t.name, op)); err != nil {
					return refuse("gate.enable", "打开网闸登记需要数据库所有者的账号，请用所有者账号运行一次。").Because(err)
				}
			}
			_, err = tx.Exec(ctx, fmt.Sprintf(`SET LOCAL ROLE mingzhi_gate; INSERT INTO disclosed.change (court, tbl, key) SELECT court, '%s', (%s)::text FROM disclosed.%s; RESET ROLE`, t.name, t.key, t.name))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// as runs in the gate's role.
func (g *Gate) as(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, g.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE mingzhi_gate`); err != nil {
			return err
		}
		return fn(tx)
	})
}

// most is how many changes one batch carries; what is left goes with the next.
const most = 5000

// Export makes the next batch of a direction, or nil when nothing waits. The batch counts as made
// once it is returned; Again makes the same number once more, from what the rows are then.
func (g *Gate) Export(ctx context.Context, direction string) (b *Batch, err error) {
	err = g.as(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('mingzhi.gate.' || $1))`, direction); err != nil {
			return err
		}
		number, err := next(ctx, tx, direction)
		if err != nil {
			return err
		}
		if err := g.claim(ctx, tx, direction, number); err != nil {
			return err
		}
		b, err = g.make(ctx, tx, direction, number)
		return err
	})
	if err != nil || b == nil || len(b.Rows)+len(b.Files) == 0 {
		return nil, err
	}
	return b, nil
}

// Again makes a batch that was lost on its way once more.
func (g *Gate) Again(ctx context.Context, direction string, number int) (b *Batch, err error) {
	err = g.as(ctx, func(tx pgx.Tx) error {
		b, err = g.make(ctx, tx, direction, number)
		return err
	})
	if err == nil && len(b.Rows)+len(b.Files) == 0 {
		return nil, refuse("gate.no_batch", "没有这个编号的批次。")
	}
	return b, err
}

func next(ctx context.Context, tx pgx.Tx, direction string) (n int, err error) {
	query := `SELECT COALESCE(max(batch), 0) + 1 FROM disclosed.change WHERE batch IS NOT NULL`
	if direction == Inward {
		query = `SELECT greatest(COALESCE((SELECT max(batch) FROM edge.sent), 0), COALESCE((SELECT max(batch) FROM edge.sent_file), 0)) + 1`
	}
	return n, tx.QueryRow(ctx, query).Scan(&n)
}

// claim marks what waits as carried by this batch: whatever is committed and seen now; a row that
// commits later waits for the next, whatever its number.
func (g *Gate) claim(ctx context.Context, tx pgx.Tx, direction string, number int) error {
	if direction == Outward {
		_, err := tx.Exec(ctx, `UPDATE disclosed.change SET batch = $1 WHERE (court, seq) IN (SELECT court, seq FROM disclosed.change WHERE batch IS NULL ORDER BY seq LIMIT $2)`, number, most)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO edge.sent (court, id, batch) SELECT s.court, s.id, $1 FROM inbox.submission s
		WHERE NOT EXISTS (SELECT FROM edge.sent x WHERE x.court = s.court AND x.id = s.id) ORDER BY s.seq LIMIT $2`, number, most)
	if err != nil {
		return err
	}
	for key, err := range g.inbox.List(ctx) {
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO edge.sent_file (key, batch) VALUES ($1, $2) ON CONFLICT DO NOTHING`, key, number); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gate) make(ctx context.Context, tx pgx.Tx, direction string, number int) (*Batch, error) {
	b := &Batch{Format: 1, Direction: direction, Number: number, MadeAt: g.now()}
	var err error
	if direction == Outward {
		b.Rows, err = outwardRows(ctx, tx, number)
		return b, err
	}
	rows, err := tx.Query(ctx, `SELECT s.court, 'submission', s.id::text, s.seq, to_jsonb(s) - 'seq' FROM inbox.submission s JOIN edge.sent x ON x.court = s.court AND x.id = s.id WHERE x.batch = $1 ORDER BY s.seq`, number)
	if err != nil {
		return nil, err
	}
	if b.Rows, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Row]); err != nil {
		return nil, err
	}
	b.Files, err = g.files(ctx, tx, number)
	return b, err
}

func outwardRows(ctx context.Context, tx pgx.Tx, number int) (all []Row, err error) {
	for _, t := range tables {
		rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT c.court, c.tbl, c.key, c.seq, to_jsonb(r) FROM
			(SELECT court, tbl, key, max(seq) AS seq FROM disclosed.change WHERE batch = $1 AND tbl = '%s' GROUP BY 1, 2, 3) c
			LEFT JOIN disclosed.%s r ON r.court = c.court AND (%s)::text = c.key ORDER BY c.seq`, t.name, t.name, qualified(t.key)), number)
		if err != nil {
			return nil, err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func qualified(key string) string {
	if key == "encode(receipt_hmac, 'hex')" {
		return "encode(r.receipt_hmac, 'hex')"
	}
	return "r." + key
}

func (g *Gate) files(ctx context.Context, tx pgx.Tx, number int) ([]File, error) {
	rows, err := tx.Query(ctx, `SELECT key FROM edge.sent_file WHERE batch = $1 ORDER BY key`, number)
	if err != nil {
		return nil, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var out []File
	for _, key := range keys {
		r, err := g.inbox.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, File{Key: key, Data: data})
	}
	return out, nil
}

// Import applies a batch that Open has checked: once, whole, or not at all. A batch that comes
// again, or after a newer one, changes nothing that is newer. It returns how many rows it changed.
func (g *Gate) Import(ctx context.Context, b *Batch) (changed int, err error) {
	for _, f := range b.Files { // before the rows that name them; the same key holds the same content
		if err := files.CheckKey(f.Key); err != nil {
			return 0, err
		}
		if err := g.inbox.Put(ctx, f.Key, bytes.NewReader(f.Data)); err != nil {
			return 0, err
		}
	}
	err = g.as(ctx, func(tx pgx.Tx) error {
		changed = 0
		court := ""
		for _, r := range b.Rows {
			if r.Court != court { // what follows by trigger stands behind the wall between courts
				court = r.Court
				if _, err := tx.Exec(ctx, `SELECT set_config('mingzhi.court', $1, true)`, court); err != nil {
					return err
				}
			}
			n, err := apply(ctx, tx, b.Direction, r)
			if err != nil {
				return fmt.Errorf("gate: %s %s: %w", r.Table, r.Key, err)
			}
			changed += n
		}
		return nil
	})
	return changed, err
}

func apply(ctx context.Context, tx pgx.Tx, direction string, r Row) (int, error) {
	if direction == Inward {
		return admit(ctx, tx, r)
	}
	key, known := keyOf(r.Table)
	if !known {
		return 0, refuse("gate.table", "批次里有这一侧不认识的表，请先升级程序。")
	}
	tag, err := tx.Exec(ctx, `INSERT INTO disclosed.arrival (court, tbl, key, seq) VALUES ($1, $2, $3, $4)
		ON CONFLICT (court, tbl, key) DO UPDATE SET seq = EXCLUDED.seq WHERE disclosed.arrival.seq < EXCLUDED.seq`, r.Court, r.Table, r.Key, r.Seq)
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	if r.Row == nil || string(r.Row) == "null" {
		_, err := tx.Exec(ctx, fmt.Sprintf(`DELETE FROM disclosed.%s WHERE court = $1 AND (%s)::text = $2`, r.Table, key), r.Court, r.Key)
		return 1, err
	}
	return 1, upsert(ctx, tx, r)
}

// upsert writes the whole row; a message that is there already keeps its place in the queue.
func upsert(ctx context.Context, tx pgx.Tx, r Row) error {
	var cols, sets string
	err := tx.QueryRow(ctx, `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum), string_agg(quote_ident(attname) || ' = EXCLUDED.' || quote_ident(attname), ', ' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = ('disclosed.' || $1::text)::regclass AND attnum > 0 AND NOT attisdropped`, r.Table).Scan(&cols, &sets)
	if err != nil {
		return err
	}
	var target string
	err = tx.QueryRow(ctx, `SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
		WHERE i.indrelid = ('disclosed.' || $1::text)::regclass AND i.indisprimary`, r.Table).Scan(&target)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`INSERT INTO disclosed.%[1]s (%[2]s) SELECT %[2]s FROM jsonb_populate_record(NULL::disclosed.%[1]s, $1)
		ON CONFLICT (%[3]s) DO UPDATE SET %[4]s`, r.Table, cols, target, sets), []byte(r.Row))
	return err
}

// admit puts an inbox row where the court's intake finds it; its id keeps it from coming in twice.
func admit(ctx context.Context, tx pgx.Tx, r Row) (int, error) {
	var s struct {
		Court      string          `json:"court"`
		ID         uuid.UUID       `json:"id"`
		Kind       string          `json:"kind"`
		ReceivedAt time.Time       `json:"received_at"`
		Meta       json.RawMessage `json:"meta"`
		Sealed     *string         `json:"sealed"`
	}
	if err := json.Unmarshal(r.Row, &s); err != nil || s.Court != r.Court {
		return 0, refuse("gate.content", "批次的内容读不懂。没有导入任何内容。")
	}
	tag, err := tx.Exec(ctx, `INSERT INTO inbox.submission (court, id, kind, received_at, meta, sealed) VALUES ($1, $2, $3, $4, $5, $6::text::bytea) ON CONFLICT (court, id) DO NOTHING`,
		s.Court, s.ID, s.Kind, s.ReceivedAt, s.Meta, s.Sealed)
	return int(tag.RowsAffected()), err
}
