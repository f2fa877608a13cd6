package dialogue

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/words"
)

// A command is what a word asks for.
const (
	cmdCases    = "cases"
	cmdBind     = "bind"
	cmdUnbind   = "unbind"
	cmdTip      = "tip"
	cmdReceipt  = "receipt"
	cmdAnswer   = "answer"
	cmdListed   = "listed"
	cmdLots     = "lots"
	cmdCheck    = "check"
	cmdTalk     = "talk"
	cmdHelp     = "help"
	cmdLanguage = "language"
	cmdResume   = "resume"
	cmdCancel   = "cancel"
	cmdPause    = "pause"
	cmdLook     = "look"
	cmdBack     = "back"
	cmdMend     = "mend"
	cmdSkip     = "skip"
	cmdSend     = "send"
	cmdAgree    = "agree"
	cmdSure     = "sure"
	cmdUse      = "use"
	cmdEnd      = "end"
)

// vocabulary is every word that stands for a command; the first is the one that is taught.
var vocabulary = map[string][]string{
	cmdCases:    {"查案", "查案件", "我的案件", "案件", "案件进展", "案件查询", "查进展", "查进度", "案子", "我的案子", "查询案件", "case", "cases", "mycase", "mycases"},
	cmdBind:     {"绑定", "绑定微信", "绑定身份", "我要绑定", "bind"},
	cmdUnbind:   {"解绑", "解除绑定", "取消绑定", "unbind"},
	cmdTip:      {"线索", "提供线索", "举报", "举报线索", "报线索", "我要举报", "提供财产线索", "tip", "report"},
	cmdReceipt:  {"回执", "查回执", "我的线索", "线索进度", "线索进展", "receipt"},
	cmdAnswer:   {"答复", "回答", "补充", "补充线索", "回答问题", "answer"},
	cmdListed:   {"失信", "失信查询", "查失信", "老赖", "失信被执行人", "失信名单", "dishonest"},
	cmdLots:     {"拍卖", "司法拍卖", "拍品", "法拍", "法拍房", "看拍品", "lots", "lot", "auction", "auctions"},
	cmdCheck:    {"验真", "核验", "消息验真", "短信验真", "是真的吗", "核验码", "check"},
	cmdTalk:     {"人工", "转人工", "人工服务", "人工客服", "客服", "找法官", "联系法官", "officer", "human"},
	cmdHelp:     {"帮助", "菜单", "功能", "你好", "您好", "在吗", "怎么用", "help", "menu", "hi", "hello"},
	cmdLanguage: {"english", "中文", "英文", "chinese"},
	cmdResume:   {"继续", "接着写", "继续写", "continue", "resume"},
	cmdCancel:   {"取消", "不写了", "放弃", "退出", "cancel"},
	cmdPause:    {"暂停", "等一下", "稍后再写", "pause"},
	cmdLook:     {"看一看", "看看", "预览", "查看", "look", "preview"},
	cmdBack:     {"上一步", "返回", "上一个", "back"},
	cmdMend:     {"修改", "改", "更正", "change", "edit"},
	cmdSkip:     {"跳过", "没有", "不知道", "不清楚", "不填", "无", "下一步", "好了", "完了", "完成", "没有了", "匿名", "不留", "skip", "next", "none", "done"},
	cmdSend:     {"提交", "发送", "submit", "send"},
	cmdAgree:    {"同意", "我同意", "agree"},
	cmdSure:     {"确认取消", "确认解绑", "确认", "是", "是的", "yes", "confirm"},
	cmdUse:      {"用", "用作文字", "使用", "use"},
	cmdEnd:      {"结束", "结束人工", "退出人工", "结束对话", "end"},
}

var spoken, taking = map[string]string{}, []string{}

func init() {
	for command, list := range vocabulary {
		for _, word := range list {
			spoken[word] = command
		}
	}
	// Words that may have something behind them: "失信 某某". A long word stands before a short one.
	for _, command := range []string{cmdListed, cmdReceipt, cmdCheck, cmdTip, cmdMend, cmdAnswer, cmdTalk, cmdCases} {
		taking = append(taking, vocabulary[command]...)
	}
	for i := 1; i < len(taking); i++ {
		for j := i; j > 0 && len(taking[j]) > len(taking[j-1]); j-- {
			taking[j], taking[j-1] = taking[j-1], taking[j]
		}
	}
}

var around = strings.NewReplacer("“", "", "”", "", "\"", "", "「", "", "」", "", "【", "", "】", "")

// tidy is a text in half width without what people put around words.
func tidy(text string) string {
	return strings.Trim(around.Replace(strings.TrimSpace(norm.NFKC.String(text))), " \t\r\n。.!?,;:、~")
}

// command is what a text asks for, and what stands behind the word. Blanks inside a word do not count.
func command(text string) (name, rest string) {
	plain := tidy(text)
	low := strings.ToLower(strings.Join(strings.Fields(plain), ""))
	if low == "" { // only signs: "？"
		return cmdHelp, ""
	}
	if name := spoken[low]; name != "" {
		return name, ""
	}
	for _, word := range taking {
		behind, ok := strings.CutPrefix(strings.ToLower(plain), word)
		if !ok || !apart(word, behind) {
			continue
		}
		return spoken[word], tidy(plain[len(plain)-len(behind):])
	}
	return "", plain
}

// apart says that a word ends where it seems to: a blank or a sign follows, or digits. "线索已经…" is a sentence.
func apart(word, behind string) bool {
	if behind == "" {
		return false
	}
	if strings.ContainsAny(behind[:1], " \t\n:,0123456789") || strings.HasPrefix(behind, "、") {
		return true
	}
	// "失信张三" is a question; a name is short.
	return spoken[word] == cmdListed && count(behind) <= 4
}

var (
	sixDigits     = regexp.MustCompile(`^[0-9]{6}$`)
	receiptDigits = regexp.MustCompile(`^[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}$`)
	idDigits      = regexp.MustCompile(`^[0-9]{17}[0-9Xx]$`)
	oneNumber     = regexp.MustCompile(`^[1-9][0-9]?$`)
)

// text goes to what is under way, else to what its word asks for.
func (t *turn) text(ctx context.Context) error {
	name, rest := command(t.in.Text)
	if t.in.Kind == Click && name == "" {
		name = cmdHelp
	}
	if name == cmdLanguage {
		return t.language(ctx, t.in.Text)
	}
	switch t.s.Mode {
	case Telling:
		if taken, err := t.tipText(ctx, name, rest); taken || err != nil {
			return err
		}
	case Answering:
		if taken, err := t.answerText(ctx, name); taken || err != nil {
			return err
		}
	case Binding:
		if taken, err := t.bindText(ctx, name); taken || err != nil {
			return err
		}
	case Unbinding:
		if taken, err := t.unbindText(ctx, name); taken || err != nil {
			return err
		}
	case Naming, Checking:
		mode := t.s.Mode
		t.s.Mode = Idle
		if name == "" && mode == Naming {
			return t.receipt(ctx, rest)
		}
		if name == "" {
			return t.check(ctx, rest)
		}
	}
	return t.start(ctx, name, rest)
}

// start begins what a word asks for.
func (t *turn) start(ctx context.Context, name, rest string) error {
	switch name {
	case cmdCases:
		return t.cases(ctx, rest)
	case cmdBind:
		return t.bind(ctx, "")
	case cmdUnbind:
		return t.unbind(ctx)
	case cmdTip:
		return t.tip(ctx, rest)
	case cmdResume:
		return t.resume(ctx)
	case cmdReceipt:
		return t.receipt(ctx, rest)
	case cmdAnswer:
		return t.answer(ctx, rest)
	case cmdListed:
		t.say(words.T(ctx, "bot.listed", "link", t.Link("/dishonest")))
		return nil
	case cmdLots:
		return t.lots(ctx)
	case cmdCheck:
		return t.check(ctx, rest)
	case cmdTalk:
		return t.staff(ctx, rest)
	case cmdCancel:
		return t.cancelIdle(ctx)
	case "":
		return t.guess(ctx, rest)
	}
	t.menu(ctx)
	return nil
}

// guess understands a number that says what it is.
func (t *turn) guess(ctx context.Context, text string) error {
	switch {
	case oneNumber.MatchString(text) && len(t.s.Cases) > 0:
		return t.chosen(ctx, text)
	case sixDigits.MatchString(text):
		return t.check(ctx, text)
	case receiptDigits.MatchString(text):
		return t.receipt(ctx, text)
	case idDigits.MatchString(strings.Join(strings.Fields(text), "")):
		t.say(words.T(ctx, "bot.stray_id"))
		return nil
	}
	if number, err := enforcement.ParseCaseNumber(text, t.Now()); err == nil {
		return t.cases(ctx, number.String())
	} else if p, ok := problem.As(err); ok && looksLikeCase(text) {
		t.say(words.Problem(ctx, p))
		return nil
	}
	t.menu(ctx)
	return nil
}

func looksLikeCase(text string) bool {
	return count(text) < 40 && strings.Contains(text, "执") && strings.ContainsAny(text, "0123456789") && strings.Contains(text, "号")
}

func (t *turn) language(ctx context.Context, typed string) error {
	t.s.Lang = ""
	if low := strings.ToLower(tidy(typed)); low == "english" || low == "英文" {
		t.s.Lang = "en"
	}
	t.menu(words.With(ctx, t.s.Lang))
	return nil
}

// menu is short: what to type, and that a tip waits.
func (t *turn) menu(ctx context.Context) {
	t.say(words.T(ctx, "bot.menu", "court", t.name(ctx)))
	if t.s.Tip != nil {
		t.say(words.T(ctx, "bot.tip_waits"))
	}
}

func (t *turn) name(ctx context.Context) string {
	text, _ := words.Given(ctx, t.court.Words, "name", t.court.Name)
	return text
}
