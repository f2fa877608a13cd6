package bots_test

import (
	"strings"
	"testing"
	"time"

	"mingzhi/backoffice/docket"
	"mingzhi/bots"
	"mingzhi/bots/wechat/wechattest"
)

func TestWhatIsLateComesByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	slow, url := w.node(bots.Options{Budget: time.Nanosecond})
	w.platform.BotAt(url)
	before := len(w.platform.Chat(me))
	b, err := w.platform.Send(ctx, me, wechattest.Outgoing{Text: "帮助"})
	w.check(err)
	slow.Wait()
	said := w.said(me, before)
	if b == nil || !strings.Contains(said, "可以发送") {
		t.Fatalf("%+v %q", b, said)
	}
	if b.Text != "正在办理，稍等，结果马上发到这里。" && strings.Count(said, "可以发送") != 1 {
		t.Errorf("%q", said)
	}
}

func TestAPictureThatIsSlowIsPendingAndFetchedBeforeSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	bot, url := w.node(bots.Options{Fetch: time.Nanosecond, Budget: 2 * time.Second})
	w.platform.BotAt(url)
	w.talk(me, [2]string{"线索 一辆车", "人，还是财产"})
	if got := w.send(me, wechattest.Outgoing{Image: photo(3)}); !strings.Contains(got, "照片收到") {
		t.Fatal(got)
	}
	w.talk(me, [2]string{"2", "姓名"}, [2]string{"李四光", "在哪里"}, [2]string{"跳过", "什么时候"}, [2]string{"跳过", "紧急"}, [2]string{"2", "照片"}, [2]string{"下一步", "联系方式"}, [2]string{"匿名", "同意"}, [2]string{"同意", "提交"}, [2]string{"提交", "线索编号"})
	bot.Wait()
	w.admit()
	if n := w.Rows(`SELECT count(*) FROM court.tip_file`); n != 1 {
		t.Error(n, "files at the court")
	}
}

func TestAFileThatIsNoPictureIsRefusedAndAFileThatIsGoneIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.follow(me)
	w.talk(me, [2]string{"线索 一辆车", "人，还是财产"})
	if got := w.send(me, wechattest.Outgoing{Image: []byte("%PDF-1.7\n")}); !strings.Contains(got, "PDF") {
		t.Error(got)
	}
	if got := w.send(me, wechattest.Outgoing{Voice: []byte("#!AMR\n"), Format: "amr"}); !strings.Contains(got, "重新录") {
		t.Error(got)
	}
	if got := w.send(me, wechattest.Outgoing{Video: []byte("x")}); !strings.Contains(got, "不能在这里接收视频") {
		t.Error(got)
	}
	if got := w.send(me, wechattest.Outgoing{Kind: "emoticon"}); !strings.Contains(got, "看不了") {
		t.Error(got)
	}
	w.talk(me, [2]string{"看一看", "照片、语音：还没有写"})
}

func TestWhatBecameOfATemplateIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.filed()
	w.follow(me)
	w.bind(me, myID, w.parties[0])
	w.deliver()
	w.platform.Block(me, true)
	w.record(docket.Event{Code: "enforcement_notice_issued", Case: w.caseID, Party: w.parties[1], SourceKey: "notice",
		Facts: map[string]any{"debtor": w.parties[1].String(), "issued_on": "2026-03-10", "document_no": "1"}})
	w.Clock.Add(time.Minute)
	w.deliver()
	sent := len(w.sms.texts)
	for _, job := range w.platform.Jobs() {
		w.check(w.platform.Finish(ctx, job.ID, ""))
		w.check(w.platform.Finish(ctx, job.ID, ""))
	}
	w.deliver()
	if jobs := len(w.platform.Jobs()); jobs > 0 && len(w.sms.texts) == sent {
		t.Errorf("%d template messages were refused, and no SMS went out", jobs)
	}
}
