package portal

import (
	"encoding/xml"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestLotPageTellsEverything(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	v := w.visitor(t)
	_, page := v.get("/sanya/lots/" + m.upcoming.String())
	for _, want := range []string{"吉阳区迎宾路凤凰花园3栋1201房", "700,000元", "保证金", "70,000元", "630,000元", "成交之日起 10 日内", "距开拍 3 天 4 小时", "2026年11月26日 16:00 开拍", "未知", "承办人现场调查", "2026-09-02", "依照税法规定由各自承担",
		"第一次拍卖", "1,000,000元", "5,000元", "是否有车位？", "没有附属车位。", "买受人悔拍后保证金不予退还。", "二、竞买人条件", "余 3 位", `href="https://sf.example.com/item/1"`, `property="og:description"`, `name="description"`, "bidding.ics", "/sanya/pictures/" + m.picture.String(), `alt="客厅"`, "sticky-bar"} {
		if !strings.Contains(page, want) {
			t.Errorf("not on the page: %s", want)
		}
	}
	_, sold := v.get("/sanya/lots/" + m.sold.String())
	for want, has := range map[string]bool{"615,000元": true, "流拍": true, "第二次拍卖": true, "预约看样": false, "到网拍平台竞价": false, "就标的提问": false, "bidding.ics": false, "545,000元": true} {
		if strings.Contains(sold, want) != has {
			t.Errorf("sold: %s is %v", want, !has)
		}
	}
	_, gone := v.get("/sanya/lots/" + m.withdrawn.String())
	if !strings.Contains(gone, "原因：案外人异议成立") || strings.Contains(gone, "费用一览") || strings.Contains(gone, "起拍价") {
		t.Error(gone)
	}
	for path, want := range map[string]int{"/sanya/lots/x": 404, "/wugang/lots/" + m.upcoming.String(): 404, "/wugang/pictures/" + m.picture.String(): 404, "/sanya/lots/" + m.sold.String() + "/bidding.ics": 404,
		"/sanya/lots/" + m.upcoming.String() + "/viewing/" + m.sold.String() + ".ics": 404, "/sanya/watched": 303, "/sanya/notices/x": 404} {
		if res, _ := v.get(path); res.StatusCode != want {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	res, _ := v.get("/sanya/pictures/" + m.picture.String())
	if !strings.Contains(res.Header.Get("Cache-Control"), "max-age=31536000") || !strings.Contains(res.Header.Get("Cache-Control"), "private") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Error(res.Header)
	}
	w.exec(t, `UPDATE disclosed.picture SET mime = 'text/html'`)
	if res, _ := v.get("/sanya/pictures/" + m.picture.String()); res.StatusCode != 404 {
		t.Error("something else than a picture is served:", res.StatusCode)
	}
}

func TestCalendarFiles(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	_, file := w.visitor(t).get("/sanya/lots/" + m.upcoming.String() + "/bidding.ics")
	unfolded := strings.ReplaceAll(file, "\r\n ", "")
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "DTSTART:20261126T080000Z\r\n", "DTEND:20261127T080000Z\r\n", "SUMMARY:竞价：吉阳区迎宾路凤凰花园3栋1201房\r\n", "UID:" + m.upcoming.String() + "-1@", "END:VCALENDAR\r\n"} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("%q is not in %q", want, unfolded)
		}
	}
	for _, line := range strings.Split(file, "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\ufffd") {
			t.Errorf("%d octets: %s", len(line), line)
		}
	}
	_, file = w.visitor(t).get("/sanya/lots/" + m.upcoming.String() + "/viewing/" + m.slot.String() + ".ics")
	if !strings.Contains(file, "DTSTART:20261124T040000Z") || !strings.Contains(file, "LOCATION:小区东门岗亭") {
		t.Error(file)
	}
}

var bookingNumber = regexp.MustCompile(`receipt-digits booking">\s*<span>(\d{3})</span>\s*<span>(\d{3})</span>\s*<span>(\d{4})</span>`)

func TestBookAndCancelAViewing(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	path := "/sanya/lots/" + m.upcoming.String() + "/viewing"
	v := w.visitor(t)
	fields := map[string]string{"slot": m.full.String(), "name": "某甲", "mobile": "13800138000", "key": "fixed"}
	res, page := v.post(path, path, fields)
	found := bookingNumber.FindStringSubmatch(page)
	if res.StatusCode != 200 || found == nil || !strings.Contains(page, "只显示一次") || strings.Contains(page, "?lang=") {
		t.Fatal(res.StatusCode, page)
	}
	number := found[1] + found[2] + found[3]
	if _, again := v.post(path, path, fields); !strings.Contains(again, found[3]) {
		t.Error("sent twice, another number:", again)
	}
	late := map[string]string{"slot": m.full.String(), "name": "某乙", "mobile": "13900139000", "key": "late"}
	res, page = w.visitor(t).post(path, path, late)
	if res.StatusCode != 409 || !strings.Contains(page, "这个时间刚刚约满") || !strings.Contains(page, m.slot.String()) || !strings.Contains(page, `value="某乙"`) || strings.Contains(page, `value="`+m.full.String()+`"`) {
		t.Error(res.StatusCode, page)
	}
	_, page = v.post("/sanya/viewing", "/sanya/viewing", map[string]string{"number": number})
	if !strings.Contains(page, "小区东门岗亭") || !strings.Contains(page, "取消预约") {
		t.Error(page)
	}
	if _, page = v.post("/sanya/viewing", "/sanya/viewing/cancel", map[string]string{"number": number}); !strings.Contains(page, "预约已取消") {
		t.Error(page)
	}
	if res, page = w.visitor(t).post(path, path, late); res.StatusCode != 200 {
		t.Error("the seat did not come back:", res.StatusCode, page)
	}
	if res, page := v.post("/sanya/viewing", "/sanya/viewing", map[string]string{"number": "1234567890"}); res.StatusCode != 404 || !strings.Contains(page, "还可以再试 4 次") {
		t.Error(res.StatusCode, page)
	}
}

func TestAskAboutALot(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	path := "/sanya/lots/" + m.upcoming.String() + "/question"
	v := w.visitor(t)
	if _, page := v.get(path); !strings.Contains(page, "不显示提问人") {
		t.Error(page)
	}
	if res, page := v.post(path, path, map[string]string{"text": "是否有租赁？", "key": "k"}); res.StatusCode != 200 || !strings.Contains(page, "法院已收到您的问题") {
		t.Error(res.StatusCode, page)
	}
	if res, page := v.post(path, path, map[string]string{"text": " "}); res.StatusCode != 422 || !strings.Contains(page, "请写下要问的问题") {
		t.Error(res.StatusCode)
	}
}

func TestWatchALot(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	w.story(t, "sanya", partyID)
	v := w.visitor(t)
	page := "/sanya/lots/" + m.upcoming.String()
	if _, body := v.get(page); !strings.Contains(body, "登录后关注") {
		t.Error("a stranger is offered to watch")
	}
	v.signIn(partyID, partyCode)
	if res, _ := v.post(page, page+"/watch", nil); res.StatusCode != 303 {
		t.Fatal(res.StatusCode)
	}
	if _, body := v.get(page); !strings.Contains(body, "取消关注") {
		t.Error("it does not say so")
	}
	if _, body := v.get("/sanya/watched"); !strings.Contains(body, "凤凰花园") {
		t.Error("not in the list")
	}
	v.post(page, page+"/watch", map[string]string{"stop": "yes"})
	if _, body := v.get("/sanya/watched"); strings.Contains(body, "凤凰花园") || !strings.Contains(body, "还没有关注的标的") {
		t.Error("still in the list")
	}
}

func TestNoticesEndOnTheirDay(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	v := w.visitor(t)
	path := "/sanya/notices/" + m.reward.String()
	_, page := v.get(path)
	for _, want := range []string{"提供的线索本院尚未掌握", "怎样领取悬赏金", "2026年12月31日", "/sanya/tip?case="} {
		if !strings.Contains(page, want) {
			t.Errorf("not on the page: %s", want)
		}
	}
	link := regexp.MustCompile(`/sanya/tip\?case=[^"]*`).FindString(page)
	if _, form := v.get(link); !strings.Contains(form, `value="（2026）某01执1234号"`) {
		t.Error("the case number is not filled in:", link)
	}
	if _, list := v.get("/sanya/notices"); !strings.Contains(list, "悬赏公告") || strings.Contains(list, "王某某") {
		t.Error("the list is wrong")
	}
	if _, list := v.get("/sanya/notices?kind=dishonest_listed"); strings.Contains(list, "王某某") {
		t.Error("the list of persons can be gathered")
	}
	if res, _ := v.get("/sanya/notices/" + m.entries[0].String()); res.StatusCode != 404 {
		t.Error("an entry of the list has a page:", res.StatusCode)
	}
	w.now = noon.AddDate(0, 0, 38) // the last day
	if res, _ := v.get(path); res.StatusCode != 200 {
		t.Error("gone too early:", res.StatusCode)
	}
	w.now = noon.AddDate(0, 0, 39)
	for _, where := range []string{path, "/sanya/notices", "/sanya", "/sanya/feed.xml", "/sanya/hall?turn=5", "/sanya/hall?turn=6"} {
		if _, page := v.get(where); strings.Contains(page, "百分之十") && !strings.Contains(page, "股权") {
			t.Errorf("still on %s", where)
		}
	}
}

func TestNoticesArePaged(t *testing.T) {
	w := newWorld(t)
	for i := range 45 {
		w.notice(t, "asset_search_notice", fmt.Sprintf("公告第%02d号", i), "", nil)
	}
	seen, path := map[string]bool{}, "/sanya/notices"
	for range 9 {
		_, page := w.visitor(t).get(path)
		for _, title := range regexp.MustCompile(`公告第\d\d号`).FindAllString(page, -1) {
			seen[title] = true
		}
		next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(page)
		if next == nil {
			break
		}
		path = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	if len(seen) != 45 {
		t.Error(len(seen))
	}
}

func TestDishonestQuery(t *testing.T) {
	w := newWorld(t)
	w.market(t)
	ask := func(v *visitor, who string) (int, string) {
		_, page := v.get("/sanya/dishonest")
		id := regexp.MustCompile(`name="captcha" value="([^"]*)"`).FindStringSubmatch(page)[1]
		res, page := v.post("/sanya/dishonest", "/sanya/dishonest", map[string]string{"who": who, "captcha": id, "digits": w.digitsOf(t, id)})
		return res.StatusCode, page
	}
	for who, want := range map[string]int{"王小明": 2, "（2026）某01执12号": 1, "(2026)某01执12号": 1, "海南某某实业有限公司": 1, "王小": 0, "王某某": 0, "海南某某": 0, "（2026）某01执1234号": 0, "（2026）某01执3号": 0, "某01执": 0} {
		w.exec(t, "DELETE FROM edge.rate")
		status, page := ask(w.visitor(t), who)
		if n := strings.Count(page, "证件号码</dt>"); status != 200 || n != want || strings.Contains(page, "王小明　") {
			t.Errorf("%s: %d, %d entries", who, status, n)
		}
		if want == 0 && !strings.Contains(page, "本院公布的名单里没有") {
			t.Errorf("%s: no plain answer", who)
		}
	}
	w.exec(t, "DELETE FROM edge.rate")
	v := w.visitor(t)
	for range 20 {
		ask(v, "王小明")
	}
	if status, page := ask(v, "王小明"); status != 429 || strings.Contains(page, "证件号码</dt>") {
		t.Error(status)
	}
}

func (w *world) digitsOf(t testing.TB, id string) string {
	t.Helper()
	var digits []byte
	check(t, w.owner.QueryRow(t.Context(), `SELECT digits FROM edge.captcha WHERE id = $1`, id).Scan(&digits))
	for i := range digits {
		digits[i] += '0'
	}
	return string(digits)
}

func TestCaptcha(t *testing.T) {
	w := newWorld(t)
	w.market(t)
	v := w.visitor(t)
	fresh := func() string {
		_, page := v.get("/sanya/dishonest")
		return regexp.MustCompile(`name="captcha" value="([^"]*)"`).FindStringSubmatch(page)[1]
	}
	ask := func(id, digits string) (int, string) {
		res, page := v.post("/sanya/dishonest", "/sanya/dishonest", map[string]string{"who": "李四", "captcha": id, "digits": digits})
		return res.StatusCode, page
	}
	id := fresh()
	right := w.digitsOf(t, id)
	picture, first := v.get("/sanya/captcha/" + id + ".png")
	_, second := w.visitor(t).get("/sanya/captcha/" + id + ".png")
	if picture.StatusCode != 200 || !strings.HasPrefix(first, "\x89PNG") || first != second {
		t.Error("the picture differs")
	}
	sound, voice := v.get("/sanya/captcha/" + id + ".wav")
	if sound.StatusCode != 200 || !strings.HasPrefix(voice, "RIFF") || len(voice) < 20_000 {
		t.Error(sound.StatusCode, len(voice))
	}
	r := httptest.NewRequest("GET", "/sanya/captcha/"+id+".wav", nil)
	r.Header.Set("Range", "bytes=0-1")
	if res, body := v.send(r); res.StatusCode != 206 || body != "RI" || !strings.HasPrefix(res.Header.Get("Content-Range"), "bytes 0-1/") {
		t.Error(res.StatusCode, len(body), res.Header)
	}
	if status, page := ask(id, "99999"); status != 422 || !strings.Contains(page, "数字不对") || !strings.Contains(page, `value="李四"`) || strings.Contains(page, id) {
		t.Error(status)
	}
	if status, page := ask(id, right); status != 422 || !strings.Contains(page, "已经失效") {
		t.Error("a captcha answers twice:", status)
	}
	if res, _ := v.get("/sanya/captcha/" + id + ".png"); res.StatusCode != 404 {
		t.Error(res.StatusCode)
	}
	id = fresh()
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, w.digitsOf(t, id))
	if status, page := ask(id, " "+wide); status != 200 || !strings.Contains(page, "李某") {
		t.Error("wide digits:", status)
	}
	id = fresh()
	right = w.digitsOf(t, id)
	w.now = noon.Add(11 * 60 * 1e9)
	if status, page := ask(id, right); status != 422 || !strings.Contains(page, "已经失效") {
		t.Error("it does not run out:", status)
	}
	for _, wrong := range []string{"", "x"} {
		if status, _ := ask(wrong, "12345"); status != 422 {
			t.Error(wrong, status)
		}
	}
	var n int
	check(t, w.owner.QueryRow(t.Context(), `SELECT count(*) FROM edge.captcha WHERE until < $1`, w.now).Scan(&n))
	if n > 0 {
		t.Error("old ones are kept:", n)
	}
}

func TestWithdrawnIsGoneEverywhereAtOnce(t *testing.T) {
	w := newWorld(t)
	m := w.market(t)
	v := w.visitor(t)
	screens := func() (all string) {
		for n := range 8 {
			res, page := w.visitor(t).get(fmt.Sprint("/sanya/hall?turn=", n))
			if res.Header.Get("Cache-Control") != "no-store" || len(res.Header["Set-Cookie"]) > 0 || strings.Contains(page, "<form") || strings.Contains(page, "<input") || strings.Contains(page, "<a href=\"/sanya") {
				t.Error(res.Header)
			}
			all += page
		}
		return all
	}
	everything := screens()
	for _, want := range []string{"李某", "（2026）某01执123号", "申请执行人的权利和义务", "凤凰花园", "按执行到位金额的百分之十", "0898-12345678", `<noscript><meta http-equiv="refresh" content="12; url=/sanya/hall?turn=1"`, `data-theme="dark"`} {
		if !strings.Contains(everything, want) {
			t.Errorf("not on the screen: %s", want)
		}
	}
	if strings.Contains(everything, "王小明") || strings.Contains(everything, "4602") {
		t.Error("the screen shows more than was disclosed for it")
	}
	_, feed := v.get("/sanya/feed.xml")
	if !strings.Contains(feed, m.reward.String()) || !strings.Contains(feed, m.upcoming.String()) || strings.Contains(feed, "王某某") || strings.Contains(feed, m.withdrawn.String()) {
		t.Error(feed)
	}
	w.exec(t, `DELETE FROM disclosed.notice WHERE id = ANY($1)`, []string{m.reward.String(), m.entries[3].String()})
	w.exec(t, `DELETE FROM disclosed.lot WHERE id = $1`, m.upcoming)
	everything = screens()
	_, feed = v.get("/sanya/feed.xml")
	_, list := v.get("/sanya/lots")
	_, home := v.get("/sanya")
	for _, gone := range []string{"李某", "凤凰花园", m.reward.String(), m.upcoming.String(), "悬赏公告"} {
		for where, page := range map[string]string{"hall": everything, "feed": feed, "list": list} {
			if strings.Contains(page, gone) {
				t.Errorf("%s is still in the %s", gone, where)
			}
		}
	}
	if strings.Contains(home, m.reward.String()) || strings.Contains(home, m.upcoming.String()) {
		t.Error("still on the first page")
	}
	for _, turn := range []string{"99", "-1", "x"} {
		if res, _ := v.get("/sanya/hall?turn=" + turn); res.StatusCode != 200 {
			t.Error(turn, res.StatusCode)
		}
	}
}

func TestFeedIsAtomAndOnlyWhereOffered(t *testing.T) {
	w := newWorld(t)
	w.market(t)
	_, text := w.visitor(t).get("/sanya/feed.xml")
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Link    struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	check(t, xml.Unmarshal([]byte(text), &feed))
	if len(feed.Entries) != 5 {
		t.Error(len(feed.Entries))
	}
	for _, e := range feed.Entries {
		if !strings.HasPrefix(e.ID, "urn:uuid:") || !strings.HasPrefix(e.Link.Href, "http://example.com/sanya/") || e.Updated == "" || e.Title == "" {
			t.Errorf("%+v", e)
		}
		if res, _ := w.visitor(t).get(strings.TrimPrefix(e.Link.Href, "http://example.com")); res.StatusCode != 200 {
			t.Error(e.Link.Href, res.StatusCode)
		}
	}
	if res, _ := w.visitor(t).get("/wugang/feed.xml"); res.StatusCode != 404 {
		t.Error(res.StatusCode)
	}
	if _, page := w.visitor(t).get("/wugang/notices"); strings.Contains(page, "feed.xml") {
		t.Error("a feed is named where there is none")
	}
	if _, page := w.visitor(t).get("/sanya/notices"); !strings.Contains(page, `type="application/atom+xml"`) {
		t.Error("the feed is not named")
	}
}
