package storage_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
	"mingzhi/storage/storagetest"
)

func TestMain(m *testing.M) { storagetest.Main(m) }

var ctx = context.Background()

// list asks the catalogue as the owner.
func list(t *testing.T, db *storagetest.DB, sql string) []string {
	t.Helper()
	conn, err := pgx.Connect(ctx, db.OwnerDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const ours = `n.nspname IN ('court', 'disclosed', 'inbox', 'edge') AND c.relkind = 'r'`

func TestEveryTableOfACourtIsWalled(t *testing.T) {
	db := storagetest.New(t)
	open := list(t, db, `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'court' AND NOT a.attisdropped
		WHERE `+ours+` AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))`)
	if len(open) > 0 {
		t.Errorf("no row-level security: %v", open)
	}
	shared := list(t, db, `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE `+ours+` AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'court') ORDER BY 1`)
	if want := []string{"court.calendar_day", "court.court", "edge.sent_file"}; !slices.Equal(shared, want) {
		t.Errorf("tables of no court: %v, want %v", shared, want)
	}
	loose := list(t, db, `SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'court' WHERE `+ours+` AND i.indisunique AND NOT a.attnum = ANY(i.indkey)`)
	if len(loose) > 0 {
		t.Errorf("unique without the court: %v", loose)
	}
}

func TestEveryTableSaysWhatItIsAndHowLong(t *testing.T) {
	db := storagetest.New(t)
	mute := list(t, db, `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE `+ours+` AND COALESCE(obj_description(c.oid), '') NOT LIKE '%Retention: %'`)
	if len(mute) > 0 {
		t.Errorf("no COMMENT with a retention class: %v", mute)
	}
}

func TestInstantsKnowTheirZone(t *testing.T) {
	db := storagetest.New(t)
	bare := list(t, db, `SELECT n.nspname || '.' || c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		JOIN pg_namespace n ON n.oid = c.relnamespace WHERE `+ours+` AND a.atttypid IN ('timestamp'::regtype, 'time'::regtype, 'money'::regtype, 'float8'::regtype)`)
	if len(bare) > 0 {
		t.Errorf("instants without zone, or money not in fen: %v", bare)
	}
}

// constraint gives the quoted values of the CHECK on a column.
func constraint(t *testing.T, db *storagetest.DB, table, column string) []string {
	t.Helper()
	defs := list(t, db, `SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
		WHERE k.contype = 'c' AND k.conrelid = '`+table+`'::regclass AND a.attname = '`+column+`' AND array_length(k.conkey, 1) = 1`)
	var out []string
	for _, d := range defs {
		for i, part := range strings.Split(d, "'") {
			if i%2 == 1 {
				out = append(out, part)
			}
		}
	}
	slices.Sort(out)
	return out
}

func names[T ~string](all []T, drop ...T) []string {
	var out []string
	for _, v := range all {
		if !slices.Contains(drop, v) {
			out = append(out, string(v))
		}
	}
	slices.Sort(out)
	return out
}

func TestClosedEnumsAreTheDatabasesToo(t *testing.T) {
	db := storagetest.New(t)
	for _, c := range []struct {
		table, column string
		want          []string
	}{
		{"court.cases", "stage", names(enforcement.AllCaseStages())},
		{"court.cases", "closure_mode", names(enforcement.AllClosureModes())},
		{"court.party", "role", names(enforcement.AllRoles(), enforcement.RoleTipster)}, // a tipster is never a person of the case
		{"court.party", "kind", names(enforcement.AllPersonKinds())},
		{"court.tip", "kind", names(enforcement.AllTipKinds())},
		{"court.tip", "stage", names(enforcement.AllTipStages())},
		{"court.tip", "result", names(enforcement.AllTipResults())},
		{"disclosed.tip", "stage", names(enforcement.AllTipStages())},
		{"disclosed.tip", "result", names(enforcement.AllTipResults())},
		{"court.docket", "actor_kind", names([]staff.Kind{staff.Person, staff.System, staff.Public, staff.Import})},
		{"court.audit", "actor_kind", names([]staff.Kind{staff.Person, staff.System, staff.Public, staff.Import})},
	} {
		if got := constraint(t, db, c.table, c.column); !slices.Equal(got, c.want) {
			t.Errorf("%s.%s: database %v, Go %v", c.table, c.column, got, c.want)
		}
	}
}

func TestACourtSeesOnlyItsOwn(t *testing.T) {
	h := backofficetest.New(t)
	id, _ := h.Case("sanya", "（2026）琼02执7号", "enforcement_1", [16]byte{}, backofficetest.Party{Role: "applicant", Name: "甲"})
	err := h.Store.InTx(ctx, staff.Machine("wugang"), func(tx *storage.Tx) error {
		if _, err := tx.CaseByID(ctx, courtdb.CaseByIDParams{Court: "sanya", ID: id}); !storage.NoRows(err) {
			t.Errorf("the other court's case: %v", err)
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM court.cases`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d cases of the other court, %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = h.Store.InTx(ctx, staff.Machine("wugang"), func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE court.cases SET court = 'wugang'`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO court.alert (court, id, rule, role, text, sound, raised_at) VALUES ('sanya', gen_random_uuid(), 'x', 'x', 'x', false, now())`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("wrote into the other court: %v", err)
	}
}

func TestTheDocketCannotBeRewritten(t *testing.T) {
	h := backofficetest.New(t)
	for _, sql := range []string{`UPDATE court.docket SET code = 'x'`, `DELETE FROM court.docket`, `DELETE FROM court.audit`, `UPDATE court.audit_chain SET head = ''`,
		`UPDATE court.rulebook SET hash = ''`, `DELETE FROM court.matter_step`, `DELETE FROM inbox.submission`, `INSERT INTO inbox.submission DEFAULT VALUES`, `SELECT * FROM edge.rate`} {
		err := h.Store.InTx(ctx, staff.Machine("sanya"), func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestUnknownCourtIsNotFound(t *testing.T) {
	h := backofficetest.New(t)
	for _, court := range []string{"nowhere", "", "x'; DROP SCHEMA court CASCADE; --", "Sanya"} {
		if err := h.Store.InTx(ctx, staff.Machine(court), func(*storage.Tx) error { return nil }); err == nil {
			t.Errorf("opened %q", court)
		}
	}
}
