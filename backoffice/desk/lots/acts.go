package lots

import (
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/support/lot"
	"mingzhi/portal/webkit"
)

// act is one thing that can be done to a lot. Without fields it is a button on the lot's page.
type act struct {
	name, button, intro string
	danger, file        bool
	fields              func(v *lot.View, item string) []rulebook.Field
	values              func(v *lot.View, item string) map[string]string
	about               func(v *lot.View, item string) string // what the item is, above the form
	do                  func(r *frame.Request, id uuid.UUID, item string) error
}

// sheet is an act's own page.
type sheet struct {
	*lot.View
	act        act
	fields     []rulebook.Field
	form       webkit.Form
	path, item string
}

func always(list func() []rulebook.Field) func(*lot.View, string) []rulebook.Field {
	return func(*lot.View, string) []rulebook.Field { return list() }
}

var acts map[string]act

func init() { acts = map[string]act{} } // filled below: the acts' functions lead back to the table

func init() {
	acts["edit"] = act{name: "更改标的基本情况", button: "保存", intro: "公告以后的更改会同时更新到公开页面。", fields: always(lot.BasicsForm), values: basics,
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Edit(r.C(), r.Actor, id, r.Values())
		}}
	acts["plan"] = act{name: "定价和拍卖安排", button: "保存这一轮的安排", intro: "保存后，已有的签发和发布前通知作废，须按新的安排重新通知、签发。签发不能由提出安排的人自己办理。",
		fields: always(lot.PlanForm), values: terms, about: planned,
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.PlanRound(r.C(), r.Actor, id, r.Values())
		}}
	acts["fact"] = act{name: "查明标的情况", button: "保存", fields: factFields, values: fact,
		do: func(r *frame.Request, id uuid.UUID, item string) error {
			return r.House.Lots.SetFact(r.C(), r.Actor, id, item, r.Values())
		}}
	acts["note"] = act{name: "登记书面通知或者公示", button: "登记", intro: "短信没有送出、没有送达的，书面通知；下落不明的，在拍卖平台公示并说明理由。", fields: always(lot.PrenoticeForm),
		about: person, do: onItem(func(r *frame.Request, id, item uuid.UUID) error {
			return r.House.Lots.NotePrenotice(r.C(), r.Actor, id, item, r.Values())
		})}
	acts["question"] = act{name: "答复提问", button: "答复", intro: "答复向所有人公开，不显示提问人。", fields: asked, values: question, about: askedText,
		do: onItem(func(r *frame.Request, id, item uuid.UUID) error {
			return r.House.Lots.Answer(r.C(), r.Actor, id, item, r.Values())
		})}
	acts["slot"] = act{name: "增加看样时间", button: "增加", intro: "公告以后，门户上可以预约；看样前会自动提醒预约的人。", fields: always(lot.SlotForm), values: contact,
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.AddSlot(r.C(), r.Actor, id, r.Values())
		}}
	acts["picture"] = act{name: "增加图片", button: "上传", file: true, intro: "拍摄时间、位置等信息会自动清除。请不要拍到占用人和证件号码。", do: upload}
}

func init() {
	acts["stop"] = act{name: "暂缓或者中止拍卖", button: "登记", danger: true, intro: "立即对外公开，并告知当事人。", fields: always(lot.StopForm),
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Stop(r.C(), r.Actor, id, r.Values())
		}}
	acts["resume"] = act{name: "恢复拍卖", button: "恢复", intro: "新的时间立即对外公开，并告知当事人。", fields: always(lot.ResumeForm),
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Resume(r.C(), r.Actor, id, r.Values())
		}}
	acts["withdraw"] = act{name: "撤回标的", button: "撤回", danger: true, intro: "撤回后不能恢复。已公告的，公开页面只保留名称和原因；未到的看样一并取消。", fields: always(lot.WithdrawForm),
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Withdraw(r.C(), r.Actor, id, r.Values())
		}}
	acts["sold"] = act{name: "登记成交", button: "登记成交", intro: "成交价和轮次立即公开；买受人不对外告知。", fields: always(lot.SoldForm),
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Sold(r.C(), r.Actor, id, r.Values())
		}}
	acts["unsold"] = act{name: "登记流拍", button: "登记流拍", intro: "立即公开，并告知当事人；申请执行人可以提出以物抵债。", fields: unsold,
		do: func(r *frame.Request, id uuid.UUID, _ string) error {
			return r.House.Lots.Unsold(r.C(), r.Actor, id, r.Values())
		}}
	acts["prenotice"] = act{do: func(r *frame.Request, id uuid.UUID, _ string) error {
		return r.House.Lots.Prenotice(r.C(), r.Actor, id)
	}}
	acts["approve"] = act{do: func(r *frame.Request, id uuid.UUID, _ string) error { return r.House.Lots.Approve(r.C(), r.Actor, id) }}
	acts["announce"] = act{do: func(r *frame.Request, id uuid.UUID, _ string) error { return r.House.Lots.Announce(r.C(), r.Actor, id) }}
	acts["remove"] = act{do: onItem(func(r *frame.Request, id, item uuid.UUID) error {
		return r.House.Lots.RemovePicture(r.C(), r.Actor, id, item)
	})}
	acts["cancel"] = act{do: onItem(func(r *frame.Request, id, item uuid.UUID) error {
		return r.House.Lots.CancelSlot(r.C(), r.Actor, id, item)
	})}
}

func onItem(do func(r *frame.Request, id, item uuid.UUID) error) func(*frame.Request, uuid.UUID, string) error {
	return func(r *frame.Request, id uuid.UUID, item string) error {
		of, err := uuid.Parse(item)
		if err != nil {
			return noAct
		}
		return do(r, id, of)
	}
}

func upload(r *frame.Request, id uuid.UUID, _ string) error {
	header, err := r.FormFile("picture")
	if err != nil {
		form := problem.Form{}
		form.Add("picture", problem.New(problem.Invalid, "lot.no_file", "请选择要上传的图片。"))
		return form.Err()
	}
	f, err := header.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return r.House.Lots.AddPicture(r.C(), r.Actor, id, header.Filename, data, r.FormValue("caption"))
}

func basics(v *lot.View, _ string) map[string]string {
	return map[string]string{"title": v.Title, "kind": v.Kind, "district": v.District, "address": v.Address, "contact": v.Contact, "platform_url": v.PlatformUrl,
		"description": v.Description}
}

func contact(v *lot.View, _ string) map[string]string { return map[string]string{"contact": v.Contact} }

// terms begin with what stands, or with what the last round leads to.
func terms(v *lot.View, _ string) map[string]string {
	if v.Current == nil {
		return map[string]string{}
	}
	c := v.Current
	yuan := func(fen int64) string { return enforcement.Money(fen).String() }
	out := map[string]string{"reference_price": yuan(c.ReferencePrice), "increment": yuan(c.Increment), "balance_days": strconv.Itoa(int(c.BalanceDays))}
	if v.State == lot.Unsold {
		return out
	}
	out["starting_price"], out["deposit"], out["starts_at"], out["ends_at"] = yuan(c.StartingPrice), yuan(c.Deposit), local(c.StartsAt), local(c.EndsAt)
	return out
}

func local(t time.Time) string { return t.In(calendar.Shanghai).Format(rulebook.DatetimeForm) }

func planned(v *lot.View, _ string) string {
	n := max(int(v.Round), 1)
	if v.State == lot.Unsold {
		n++
	}
	out := lot.RoundName(n)
	if v.State == lot.Unsold && v.Current != nil {
		out += "，前一轮起拍价 " + enforcement.Money(v.Current.StartingPrice).Yuan()
	}
	return out
}

func findFact(v *lot.View, item string) *lot.Fact {
	for i := range v.Facts {
		if v.Facts[i].Item.ID == item {
			return &v.Facts[i]
		}
	}
	return nil
}

func factFields(v *lot.View, item string) []rulebook.Field {
	if f := findFact(v, item); f != nil {
		return lot.FactForm(f.Item)
	}
	return nil
}

func fact(v *lot.View, item string) map[string]string {
	f := findFact(v, item)
	if f == nil || !f.Known {
		return map[string]string{"known_on": calendar.On(v.Now).String(), "unknown": "no"}
	}
	out := map[string]string{"value": f.Value, "source": f.Source, "known_on": f.On.String(), "unknown": "no"}
	if f.Value == "" {
		out["unknown"] = "yes"
	}
	return out
}

func person(v *lot.View, item string) string {
	for _, p := range v.Persons {
		if p.ID.String() == item {
			return p.Name + "（" + p.Role + "）"
		}
	}
	return ""
}

func findQuestion(v *lot.View, item string) *lot.Question {
	for i := range v.Questions {
		if v.Questions[i].ID.String() == item && v.Questions[i].AnsweredAt == nil {
			return &v.Questions[i]
		}
	}
	return nil
}

func asked(v *lot.View, item string) []rulebook.Field {
	if findQuestion(v, item) == nil {
		return nil
	}
	return lot.AnswerForm()
}

func question(v *lot.View, item string) map[string]string {
	if q := findQuestion(v, item); q != nil {
		return map[string]string{"shown": q.Text, "refused": "no"}
	}
	return map[string]string{}
}

func askedText(v *lot.View, item string) string {
	if q := findQuestion(v, item); q != nil {
		return "原来的提问：" + q.Text
	}
	return ""
}

// unsold offers the steps that may follow this round.
func unsold(v *lot.View, _ string) []rulebook.Field {
	out := lot.UnsoldForm()
	out[0].Of = lot.Nexts(int(v.Round))
	return out
}
