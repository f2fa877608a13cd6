package portal

import (
	"fmt"
	"testing"
	"time"
	"os"
	"crypto/sha256"

	"github.com/jackc/pgx/v5"
	"mingzhi/portal/exchange"
)

func TestTmpExplain(t *testing.T) {
	w := newWorld(t)
	viewer := w.story(t, "sanya", partyID)
	for i := range 5 {
		w.item(t, viewer, "more", "被执行人财产的处置正在进行，评估机构已经选定。", noon.AddDate(0, 0, -70-i), exchange.Item{Fields: shown("result", "结果", "已选定", "")})
	}
	w.exec(t, `ANALYZE`)
	token := w.token(t, partyID, partyCode)
	hash := sha256.Sum256([]byte(token))
	conn, err := pgx.Connect(t.Context(), w.owner.Config().ConnString())
	check(t, err)
	defer conn.Close(t.Context())
	ex := func(sql string, a ...any) { _, err := conn.Exec(t.Context(), sql, a...); check(t, err) }
	ex("SET ROLE mingzhi_public")
	ex("SELECT set_config('mingzhi.court', 'sanya', false)")
	sqls := []string{}
	for _, f := range []string{"/tmp/q1.sql", "/tmp/q2.sql", "/tmp/q3.sql", "/tmp/q4.sql"} {
		b, err := os.ReadFile(f)
		if err == nil { sqls = append(sqls, string(b)) }
	}
	now := w.store.Now()
	for qi, sql := range sqls {
		ex(fmt.Sprintf("PREPARE q%d (text, bytea, timestamptz, timestamptz, timestamptz, uuid, text) AS ", qi) + sql)
		call := fmt.Sprintf("EXECUTE q%d ('sanya', '\\x%x', '%s', '%s', '%s', '%s', 'funds_payout')", qi, hash, now.Format(time.RFC3339Nano), now.Add(-time.Hour).Format(time.RFC3339Nano), now.Add(-time.Hour).Format(time.RFC3339Nano), viewer)
		for range 10 { ex(call) }
		began := time.Now()
		for range 2000 { ex(call) }
		fmt.Printf("q%d: %v each (simple)\n", qi, time.Since(began)/2000)
		rows, err := conn.Query(t.Context(), "EXPLAIN (ANALYZE, BUFFERS) "+call)
		check(t, err)
		for rows.Next() { var s string; rows.Scan(&s); fmt.Println(s) }
		// through pgx extended
		args := []any{"sanya", hash[:], now, now.Add(-time.Hour), now.Add(-time.Hour), viewer, "funds_payout"}
		for range 10 { ex(sql, args...) }
		began = time.Now()
		for range 2000 { ex(sql, args...) }
		fmt.Printf("q%d: %v each (extended)\n", qi, time.Since(began)/2000)
		rows, _ = conn.Query(t.Context(), "select generic_plans, custom_plans from pg_prepared_statements")
		for rows.Next() { var a, b int; rows.Scan(&a, &b); fmt.Println("generic", a, "custom", b) }
	}
	ex("SELECT set_config('mingzhi.court', 'sanya', false)")
	began := time.Now()
	for range 2000 { ex("SELECT set_config('mingzhi.court', $1, false)", "sanya") }
	fmt.Printf("set_config: %v each\n", time.Since(began)/2000)
	began = time.Now()
	for range 2000 { ex("SELECT $1::int", 1) }
	fmt.Printf("select 1: %v each\n", time.Since(began)/2000)
}
