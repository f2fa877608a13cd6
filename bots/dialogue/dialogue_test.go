package dialogue

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
	"mingzhi/storage/public"
)

var now = time.Date(2026, 3, 10, 10, 0, 0, 0, calendar.Shanghai)

// fake is a court that does what a test says.
type fake struct {
	user   public.WeChatUser
	cases  []inquiry.Case
	own    []public.OwnTip
	lots   []public.LotLine
	tips   []inquiry.Tip
	files  [][]File
	added  []string
	spoken []string
	wrong  error // of whatever is done
	gone   bool  // nothing can be fetched any more
}

func (f *fake) Now() time.Time { return now }
func (f *fake) Court(context.Context) (exchange.Profile, error) {
	return exchange.Profile{ID: "alpha", Name: "某某法院", Hotlines: []exchange.Hotline{{Name: "值班", Phone: "0000-1", Hours: "全天"}},
		Tip: exchange.TipForm{Warning: "不得诬告。", WarningVersion: "7", MaxText: 200, MaxFiles: 3}}, nil
}
func (f *fake) Link(path string) string                               { return "https://court.example/alpha" + path }
func (f *fake) User(context.Context) (public.WeChatUser, error)       { return f.user, nil }
func (f *fake) Cases(context.Context, []byte) ([]inquiry.Case, error) { return f.cases, f.wrong }
func (f *fake) NoteRead(context.Context, inquiry.Case) error          { return nil }
func (f *fake) OwnTips(context.Context) ([]public.OwnTip, error)      { return f.own, nil }
func (f *fake) Lots(context.Context) ([]public.LotLine, error)        { return f.lots, nil }
func (f *fake) Unbind(context.Context) error                          { f.user.Person = nil; return f.wrong }
func (f *fake) Receipt(context.Context, string) (public.TipStatus, error) {
	return public.TipStatus{Ticket: "XS1", Stage: "verified", Result: "adopted", ReceivedAt: now}, f.wrong
}
func (f *fake) CheckMessage(context.Context, string) ([]public.SentMessage, error) {
	return nil, f.wrong
}
func (f *fake) StartBinding(_ context.Context, number, code string) (uuid.UUID, error) {
	if len(code) != 8 {
		var form problem.Form
		form.Add("query_code", problem.New(problem.Invalid, "login.query_code", "查询码是 8 位数字。"))
		return uuid.Nil, form.Err()
	}
	return uuid.New(), f.wrong
}
func (f *fake) FinishBinding(_ context.Context, _ uuid.UUID, digits string) error {
	if digits == "123456" {
		f.user.Person = []byte("x")
		return nil
	}
	var form problem.Form
	form.Add("code", problem.New(problem.Invalid, "login.code_wrong", "验证码不对。"))
	return form.Err()
}
func (f *fake) SubmitTip(_ context.Context, tip inquiry.Tip, files []File) (inquiry.Receipt, error) {
	f.tips, f.files = append(f.tips, tip), append(f.files, files)
	return inquiry.Receipt{Receipt: enforcement.Receipt("1234567812345670"), Ticket: "XS260310-000001"}, f.wrong
}
func (f *fake) AddToTip(_ context.Context, _ uuid.UUID, _, text string, files []File) error {
	f.added = append(f.added, fmt.Sprint(text, " ", len(files)))
	return f.wrong
}
func (f *fake) Say(_ context.Context, _ Talk, _, text string, last bool) error {
	f.spoken = append(f.spoken, fmt.Sprint(text, " ", last))
	return f.wrong
}
func (f *fake) Fetch(_ context.Context, file File) (File, error) {
	if f.gone {
		return file, problem.New(problem.NotFound, "bot.media_gone", "微信已经不保存这个文件")
	}
	file.Key = "fetched"
	return file, nil
}

// talk is one conversation, each state written and read again as it is kept.
type talk struct {
	t    *testing.T
	do   *fake
	s    State
	n    int
	gone []File
}

func (k *talk) in(in Input) string {
	k.t.Helper()
	k.n++
	in.Key = fmt.Sprint("m", k.n)
	var said []string
	for range 3 {
		out, err := Turn(context.Background(), k.do, k.s, in)
		if err != nil {
			k.t.Fatal(err)
		}
		text, err := out.State.Write()
		if err != nil {
			k.t.Fatal(err)
		}
		k.s, k.gone = Read(text), append(k.gone, out.Gone...)
		said = append(said, out.Say...)
		if !out.Again {
			break
		}
	}
	for _, one := range said {
		if len(one) > 2048 {
			k.t.Errorf("%d bytes are too long for WeChat", len(one))
		}
	}
	return strings.Join(said, "\n\n")
}

// script is what is typed, and what the answer holds.
func (k *talk) script(lines ...[2]string) {
	k.t.Helper()
	for _, line := range lines {
		if got := k.in(Input{Kind: Text, Text: line[0]}); !strings.Contains(got, line[1]) || line[1] == "" && got != "" {
			k.t.Errorf("%q is answered %q, want %q", line[0], got, line[1])
		}
	}
}

func TestWordsInAnyWriting(t *testing.T) {
	for typed, want := range map[string]string{
		"查案": cmdCases, " 查 案 。": cmdCases, "“查案”": cmdCases, "ＣＡＳＥ": cmdCases, "My Cases": cmdCases, "线索": cmdTip, "举报": cmdTip, "绑定！": cmdBind, "解绑": cmdUnbind,
		"？": cmdHelp, "?": cmdHelp, "你好": cmdHelp, "人工": cmdTalk, "验真１２３４５６": cmdCheck, "验真 123456": cmdCheck, "失信 张三": cmdListed, "失信张三": cmdListed,
		"回执 1234 5678 1234 5670": cmdReceipt, "修改3": cmdMend, "修改 ３": cmdMend, "线索：车在地库": cmdTip, "线索已经提供过了": "", "人工湖边看到他": "", "案件里的车在哪": "", "查案（2026）京01执1号": "",
		"查案 （2026）京01执1号": cmdCases, "拍卖": cmdLots, "结束": cmdEnd, "": cmdHelp,
	} {
		if got, _ := command(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestShortAnswers(t *testing.T) {
	for typed, want := range map[string]string{
		"随便说说": "可以发送", "失信 张三": "https://court.example/alpha/dishonest", "拍卖": "https://court.example/alpha/lots", "123456": "没有发过", "1234567812345670": "已核查 · 已采纳",
		"查案": "https://court.example/alpha/login", "11010519491231002X": "长按那条消息删除", "（2026）京01执": "可以发送", "English": "You may send", "解绑": "没有绑定", "答复": "没有从这个微信号", "继续": "可以发送", "回执": "请发 16 位",
	} {
		k := &talk{t: t, do: &fake{}}
		got := k.in(Input{Kind: Text, Text: typed})
		if !strings.Contains(got, want) || strings.Contains(got, "张三") {
			t.Errorf("%q is answered %q", typed, got)
		}
	}
	for kind, want := range map[Kind]string{Video: "不能在这里接收视频", Other: "看不了", Link: "看不了", Follow: "您好"} {
		if got := (&talk{t: t, do: &fake{}}).in(Input{Kind: kind}); !strings.Contains(got, want) {
			t.Errorf("%s is answered %q", kind, got)
		}
	}
	for scene, want := range map[string]string{"12345678": "第一步", "bind:12345678": "第一步", "tip": "人，还是财产", "lots": "拍品", "nobody knows": "可以发送"} {
		if got := (&talk{t: t, do: &fake{}}).in(Input{Kind: Scan, Text: scene}); !strings.Contains(got, want) {
			t.Errorf("scene %q is answered %q", scene, got)
		}
	}
}

func TestManyCases(t *testing.T) {
	do := &fake{user: public.WeChatUser{Person: []byte("x")}}
	for i := range 12 {
		do.cases = append(do.cases, inquiry.Case{Viewer: uuid.New(), Number: fmt.Sprintf("（2026）京01执%d号", i+1), Role: "applicant", StandsFor: "applicant", At: now,
			Next:  []inquiry.Clock{{Name: "发放案款", Owner: "执行团队", Due: now.AddDate(0, 0, 7), Left: 5, Unit: calendar.Workday}},
			Track: []inquiry.Entry{{Title: "案款已到账", At: now.AddDate(0, 0, -1)}}})
	}
	k := &talk{t: t, do: do}
	k.script([2]string{"查案", "还有 3 件"}, [2]string{"2", "（2026）京01执2号"}, [2]string{"9", "由执行团队办理"}, [2]string{"99", "发序号"}, [2]string{"（2026）京01执12号", "最迟 3月17日，还有 5 个工作日"},
		[2]string{"（2026）京01执13号", "没有找到这个案号"})
	do.cases = nil
	k.script([2]string{"查案", "没有可以在网上查看的案件"})
}

func TestBindingKeepsNoNumber(t *testing.T) {
	k := &talk{t: t, do: &fake{}}
	k.script([2]string{"绑定", "第一步"}, [2]string{"11010519491231002X", "长按"}, [2]string{"123", "8 位数字"}, [2]string{"12345678", "第三步"})
	if text, _ := k.s.Write(); strings.Contains(string(text), "1101") || strings.Contains(string(text), "12345678") {
		t.Errorf("kept: %s", text)
	}
	k.script([2]string{"000000", "验证码不对"}, [2]string{"返回", "第一步"}, [2]string{"取消", "没有绑定"}, [2]string{"绑定", "第一步"}, [2]string{"11010519491231002X", "长按"}, [2]string{"12345678", "第三步"},
		[2]string{"123456", "绑定成功"}, [2]string{"绑定", "已经绑定"}, [2]string{"解绑", "确认解绑"}, [2]string{"确认解绑", "已经解绑"})
}

func TestATipKeepsWhatComesInAnyOrder(t *testing.T) {
	picture := func(n int) Input {
		return Input{Kind: Picture, File: File{Media: fmt.Sprint("p", n), Key: fmt.Sprint("k", n)}}
	}
	voice := Input{Kind: Voice, Text: "他在饭店", File: File{Media: "v1", Voice: true}}
	place := Input{Kind: Place, Lat: 18.1, Lon: 109.2, Text: "路口"}
	for name, order := range map[string][]any{
		"as asked":     {"线索", "人", "李四光", "在饭店吃饭", place, "刚才", "急", picture(1), voice, "下一步", "匿名", "同意", "提交"},
		"files first":  {picture(1), voice, place, "线索", "1", "李四光", "在饭店吃饭", "刚才", "1", "好了", "不留", "同意", "提交"},
		"files last":   {"线索", "人", "李四光", "在饭店吃饭", "跳过", "刚才", "1", "没有", "匿名", "同意", picture(1), voice, place, "提交"},
		"back and on":  {"线索", "财产", "上一步", "人", "王五", "修改2", "李四光", picture(1), "在饭店吃饭", place, "暂停", "你好", "继续", "刚才", "紧急", voice, "下一步", "匿名", "同意", "提交"},
		"all in words": {"线索 在饭店吃饭", picture(1), "紧急", "人", voice, "李四光", place, "刚才", "下一步", "匿名", "同意", "提交"},
	} {
		t.Run(name, func(t *testing.T) {
			k := &talk{t: t, do: &fake{}}
			last := ""
			for _, step := range order {
				if text, ok := step.(string); ok {
					step = Input{Kind: Text, Text: text}
				}
				last = k.in(step.(Input))
			}
			if len(k.do.tips) != 1 || !strings.Contains(last, "1234 5678 1234 5670") || k.s.Tip != nil {
				t.Fatalf("%d tips, %q", len(k.do.tips), last)
			}
			tip := k.do.tips[0]
			if tip.Kind != "person" || tip.Debtor != "李四光" || tip.What != "在饭店吃饭" || !strings.Contains(tip.Where, "路口（18.1000,109.2000）") || tip.When != "刚才" || !tip.Urgent || tip.Warning != "7" {
				t.Errorf("%+v", tip)
			}
			if files := k.do.files[0]; len(files) != 2 || files[0].Key != "k1" || files[1].Key != "fetched" || len(k.gone) != 2 {
				t.Errorf("%+v, gone %+v", k.do.files, k.gone)
			}
		})
	}
}

func TestATipIsNotSentWithoutWhatItNeeds(t *testing.T) {
	k := &talk{t: t, do: &fake{}}
	long := strings.Repeat("字", 250)
	k.script([2]string{"线索", "（1/8）"}, [2]string{"提交", "还差一点"}, [2]string{"3", "发 1 或者 2"}, [2]string{"财产", "（2/8）"}, [2]string{"跳过", "请写被执行人"}, [2]string{"（2026）京01执1号", "（3/8）"},
		[2]string{"跳过", "请写明"}, [2]string{long, "要删去 50 字"}, [2]string{"提交", "要删去 50 字"}, [2]string{"一辆车", "（4/8）"}, [2]string{"不知道", "（5/8）"}, [2]string{"昨天", "（6/8）"}, [2]string{"查案", "没有写完的线索"},
		[2]string{"继续", "（6/8）"}, [2]string{"不急", "（7/8）"}, [2]string{"完了", "（8/8）"}, [2]string{"12", "手机号"}, [2]string{"张三 13800000000", "不得诬告"}, [2]string{"不同意", "同意法律责任告知"},
		[2]string{"看一看", "138****0000"}, [2]string{"同意", "发“提交”"})
	for range 4 {
		k.in(Input{Kind: Picture, File: File{Media: "p", Key: "k"}})
	}
	if len(k.s.Tip.Files) != 3 || len(k.gone) != 1 {
		t.Error(len(k.s.Tip.Files), "files")
	}
	k.s.Tip.Files[0].Key = ""
	k.do.gone = true
	k.script([2]string{"提交", "没有取到"}, [2]string{"提交", "线索编号"})
	if tip := k.do.tips[0]; len(k.do.files[0]) != 2 || tip.Mobile != "13800000000" || tip.Name != "张三" || tip.CaseNumber != "（2026）京01执1号" {
		t.Errorf("%+v", k.do.tips)
	}
}

func TestAnAnswerIsGathered(t *testing.T) {
	question := exchange.Question{ID: uuid.New(), Text: "哪一天？", At: now}
	k := &talk{t: t, do: &fake{own: []public.OwnTip{{ID: uuid.New(), TipStatus: public.TipStatus{Ticket: "XS2", Stage: "verifying", ReceivedAt: now}},
		{ID: uuid.New(), TipStatus: public.TipStatus{Ticket: "XS1", Stage: "verifying", ReceivedAt: now, Questions: []exchange.Question{question}}}}}}
	k.script([2]string{"回执", "哪一天？"}, [2]string{"答复", "线索 XS1，法院问"}, [2]string{"提交", "还没有写内容"}, [2]string{"星期一", "记下了"}, [2]string{"没有", "记下了"}, [2]string{"暂停", "先放着"}, [2]string{"拍卖", "拍品"}, [2]string{"答复", "星期一"})
	k.in(Input{Kind: Picture, File: File{Media: "p", Key: "k"}})
	k.script([2]string{"提交", "已经送到法院"}, [2]string{"答复", "补充线索 XS2"}, [2]string{"取消", "没有发出"})
	if !slices.Equal(k.do.added, []string{"星期一\n没有 1"}) {
		t.Error(k.do.added)
	}
}

func TestATalkHandsEverythingOn(t *testing.T) {
	k := &talk{t: t, do: &fake{}}
	k.script([2]string{"人工 案款什么时候发", "值班 0000-1 全天"}, [2]string{"查案", ""}, [2]string{"提交", ""})
	k.in(Input{Kind: Place, Lat: 1, Lon: 2})
	k.in(Input{Kind: Voice, Text: "请快一点"})
	if got := k.in(Input{Kind: Picture}); !strings.Contains(got, "转不了") {
		t.Error(got)
	}
	if got := k.in(Input{Kind: Click, Text: "线索"}); !strings.Contains(got, "正在人工对话中") {
		t.Error(got)
	}
	k.script([2]string{"结束", "已结束"}, [2]string{"查案", "8 位查询码"})
	if want := []string{"案款什么时候发 false", "查案 false", "提交 false", "位置：1.0000,2.0000 false", "语音：请快一点 false", "（对方结束了对话） true"}; !slices.Equal(k.do.spoken, want) {
		t.Errorf("%q", k.do.spoken)
	}
}

func TestOlderAndBrokenStatesAreRead(t *testing.T) {
	for _, text := range []string{"", "null", "{", `{"v":0}`, `{"v":99,"mode":"future","more":{"x":1}}`, `{"mode":"tip"}`, `{"mode":"bind","bind":{"step":"x"}}`, `{"mode":"talk"}`, `{"mode":"tip","tip":{"key":"k","at":"nowhere"}}`,
		`{"mode":"answer"}`, `{"tip":{"at":"who"}}`} {
		k := &talk{t: t, do: &fake{}, s: Read([]byte(text))}
		if got := k.in(Input{Kind: Text, Text: "帮助"}); got == "" {
			t.Errorf("%s: nothing is said", text)
		}
	}
	if s := Read([]byte(`{"mode":"tip","tip":{"key":"k","kind":"person","done":["kind"],"what":"车"}}`)); s.Mode != Telling || s.Tip.At != atWho || s.Tip.What != "车" {
		t.Errorf("%+v", s)
	}
}

func TestAFaultOfTheHouseGoesUp(t *testing.T) {
	do := &fake{user: public.WeChatUser{Person: []byte("x")}, wrong: errors.New("no database")}
	if _, err := Turn(context.Background(), do, Read(nil), Input{Key: "1", Kind: Text, Text: "查案"}); err == nil {
		t.Error("a fault is told to the person")
	}
	do.wrong = problem.New(problem.TooMany, "x", "太多了。")
	if out, err := Turn(context.Background(), do, Read(nil), Input{Key: "1", Kind: Text, Text: "查案"}); err != nil || out.Say[0] != "太多了。" {
		t.Error(out, err)
	}
}

func TestEverySentenceExists(t *testing.T) {
	used := regexp.MustCompile(`"(bot\.[a-z_]+[a-z])"`)
	files, _ := os.ReadDir(".")
	n := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range used.FindAllStringSubmatch(string(text), -1) {
			n++
			if !slices.Contains(words.Keys(words.Chinese), m[1]) {
				t.Errorf("%s: no sentence %s", f.Name(), m[1])
			}
		}
	}
	if n < 80 {
		t.Error("only", n, "sentences found")
	}
}
