package portal

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// recording lets a viewer watch one picture with an item, for three days.
func (w *world) recording(t testing.TB, court string, viewer uuid.UUID) (item, id uuid.UUID) {
	t.Helper()
	item, id = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	sealed, err := w.keys.Public().SealCourier("recording.content:"+id.String(), []byte("\x89PNG\r\n\x1a\npicture"))
	check(t, err)
	w.exec(t, `INSERT INTO disclosed.recording (court, id, viewer, item_id, title, mime, content, until) VALUES ($1, $2, $3, $4, '三月五日现场执行', 'image/png', $5, $6)`,
		court, id, viewer, item, sealed, w.now.Add(72*time.Hour))
	return item, id
}

func TestARecordingIsForItsReaderUntilItsDay(t *testing.T) {
	w := newWorld(t)
	viewer := w.story(t, "sanya", partyID)
	item, id := w.recording(t, "sanya", viewer)
	page, content := "/sanya/case/"+viewer.String()+"/recordings/"+item.String(), "/sanya/case/"+viewer.String()+"/recordings/"+item.String()+"/"+id.String()
	stranger := w.visitor(t)
	for _, path := range []string{page, content} {
		if res, _ := stranger.get(path); res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusUnauthorized {
			t.Errorf("a stranger at %s: %d", path, res.StatusCode)
		}
	}
	in := w.visitor(t)
	in.signIn(partyID, partyCode)
	if res, body := in.get(page); res.StatusCode != 200 || !strings.Contains(body, "三月五日现场执行") || !strings.Contains(body, "watermark") {
		t.Errorf("%d %.300s", res.StatusCode, body)
	}
	if res, body := in.get(content); res.StatusCode != 200 || !strings.HasSuffix(body, "picture") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q %q", res.StatusCode, body, res.Header.Get("Cache-Control"))
	}
	other := w.party(t, "sanya", "110105194912310021", partyCode, "（2026）某01执9号", "debtor")
	if res, _ := in.get("/sanya/case/" + other.String() + "/recordings/" + item.String()); res.StatusCode == 200 {
		t.Error("another's case opens")
	}
	w.now = w.now.Add(73 * time.Hour)
	again := w.visitor(t)
	again.signIn(partyID, partyCode)
	if res, _ := again.get(content); res.StatusCode != http.StatusNotFound {
		t.Errorf("after its day: %d", res.StatusCode)
	}
}
