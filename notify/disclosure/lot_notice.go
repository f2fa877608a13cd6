package disclosure

import (
	"fmt"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage/courtdb"
)

// notice is the full text of the latest round's notice, made from what was approved (网拍12, 13).
func (s *lotSheet) notice(book *rulebook.Book) string {
	r := s.rounds[len(s.rounds)-1]
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s关于%s（%s）的公告", book.Court.Name, s.Title, roundName(r.Round))
	line("")
	line("本院在执行%s案中，定于%s至%s在网络司法拍卖平台公开%s下列财产，现公告如下：", s.number, instant(r.StartsAt), instant(r.EndsAt), verb(r.Round))
	line("")
	line("一、标的：%s。所在地：%s%s。", s.Title, s.District, s.Address)
	line("二、参考价%s，%s%s，保证金%s，加价幅度%s。", yuan(r.ReferencePrice), priceName(r.Round), yuan(r.StartingPrice), yuan(r.Deposit), yuan(r.Increment))
	line("三、竞价规则：%s", rules(book, r))
	line("四、尾款：买受人应自成交之日起%d日内付清尾款，只交到本院公告的账户。", r.BalanceDays)
	line("五、标的情况：")
	s.survey(&b)
	line("六、特别提示：")
	for i, w := range s.warnings {
		line("%d．%s", i+1, w)
	}
	line("七、本院已依法通知当事人和已知的优先购买权人。优先购买权人经通知未参与竞买的，视为放弃优先购买权。")
	line("八、对公告内容有异议的，或者认为拍卖行为违法侵害其合法权益的，可以向本院提出执行异议。")
	line("咨询电话：%s。", s.Contact)
	if len(book.Court.Hotlines) > 0 {
		line("监督电话：%s。", book.Court.Hotlines[0].Phone)
	}
	line("")
	line("%s", book.Court.Name)
	b.WriteString(day(calendar.On(*r.AnnouncedAt)))
	return b.String()
}

func (s *lotSheet) survey(b *strings.Builder) {
	n := 0
	for _, i := range s.items {
		for _, f := range s.facts {
			if f.Fact != i.ID {
				continue
			}
			value := f.Value
			if f.IsUnknown {
				value = "未知"
			}
			n++
			fmt.Fprintf(b, "%d．%s：%s（%s，%s）。\n", n, i.Name, strings.TrimRight(value, "。"), f.Source, day(calendar.DateOf(f.KnownOn)))
		}
	}
}

func verb(round int32) string {
	if round == 3 {
		return "变卖"
	}
	return "拍卖"
}

func priceName(round int32) string {
	if round == 3 {
		return "变卖价"
	}
	return "起拍价"
}

// rules are said with the book's figures; a figure that is not there is not made up.
func rules(book *rulebook.Book, r courtdb.LotRoundsRow) string {
	out := "增价拍卖，至少一人报名且出价不低于起拍价，即可成交。"
	if r.Round == 3 {
		out = "竞买人交齐变卖价全款后参加竞买。"
		if f, ok := book.Figure("bidding_min"); ok {
			out += fmt.Sprintf("有人出价的，开始%d小时竞价。", f.Value)
		}
	}
	if f, ok := book.Figure("bid_extension"); ok {
		out += fmt.Sprintf("竞价结束前%d分钟内有人出价的，竞价时间自该出价时点顺延%d分钟。", f.Value, f.Value)
	}
	return out + "竞价只在平台进行，本院不另收任何费用。"
}

func yuan(fen int64) string { return enforcement.Money(fen).Yuan() }

func instant(t time.Time) string { return t.In(calendar.Shanghai).Format("2006年1月2日15:04") }
