package portal

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"
)

func TestZZExplain(t *testing.T) {
	w := newWorld(t)
	viewer := w.story(t, "sanya", partyID)
	for i := range 300 { w.party(t, "sanya", fmt.Sprint("x", i), "00000000", "（2026）某01执9号", "debtor") }
	w.token(t, partyID, partyCode)
	w.exec(t, "ANALYZE")
	src, _ := os.ReadFile("../storage/public/internal/edgedb/party.sql.go")
	sql := regexp.MustCompile("(?s)const caseOf = `(.*?)`").FindStringSubmatch(string(src))[1]
	w.exec(t, "SET ROLE mingzhi_public")
	w.exec(t, "SET mingzhi.court = 'sanya'")
	for _, mode := range []string{"auto", "force_generic_plan"} {
		w.exec(t, "SET plan_cache_mode = "+mode)
		w.exec(t, "DEALLOCATE ALL")
		w.exec(t, "PREPARE q AS "+sql)
		var tok []byte
		check(t, w.owner.QueryRow(t.Context(), "SELECT token FROM edge.session").Scan(&tok))
		call := fmt.Sprintf(`EXECUTE q('sanya', '\x%x', '%s', '%s', '%s', '%s', 'funds_payout')`, tok, noon.Format(time.RFC3339), noon.Add(-time.Hour).Format(time.RFC3339), noon.Add(-time.Hour).Format(time.RFC3339), viewer)
		re := regexp.MustCompile(`sqlc`)
		_ = re
		for i := 0; i < 8; i++ { w.exec(t, call) }
		rows, err := w.owner.Query(t.Context(), "EXPLAIN (ANALYZE, COSTS OFF) "+call)
		check(t, err)
		for rows.Next() { var s string; rows.Scan(&s); fmt.Println(s) }
	}
}
