package desk

import (
	"slices"

	"mingzhi/backoffice/desk/admin"
	"mingzhi/backoffice/desk/board"
	"mingzhi/backoffice/desk/boards"
	"mingzhi/backoffice/desk/cases"
	"mingzhi/backoffice/desk/chats"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/desk/lots"
	"mingzhi/backoffice/desk/matters"
	"mingzhi/backoffice/desk/registers"
	"mingzhi/backoffice/desk/rules"
	"mingzhi/backoffice/desk/search"
	"mingzhi/backoffice/desk/signin"
	"mingzhi/backoffice/desk/work"
	"mingzhi/backoffice/rulebook"
)

// Page is one route: what it does in a sentence, who may open it.
type Page struct {
	Method, Path, Sentence string
	Access                 frame.Access
	Handle                 frame.Handler
}

func page(method, path, sentence string, access frame.Access, handle frame.Handler) Page {
	return Page{method, path, sentence, access, handle}
}

var may = frame.May

// Pages is the whole desk, under /:court.
func Pages() []Page { return slices.Concat(dailyWork(), reading(), auctions(), administration()) }

func dailyWork() []Page {
	tip := may(rulebook.MayTakeTip, rulebook.MayWorkMatter)
	return []Page{
		page("GET", "/signin", "登录页", frame.Open, signin.Show),
		page("POST", "/signin", "登录", frame.Open, signin.Submit),
		page("POST", "/signout", "退出", frame.SignedIn, signin.Leave),
		page("GET", "/", "去到第一个可以打开的页面", frame.SignedIn, work.Home),
		page("GET", "/clauses/:id", "条款原文", frame.SignedIn, rules.Clause),

		page("GET", "/work", "我的工作", may(rulebook.MayWorkMatter), work.Show),
		page("POST", "/work/take", "一次接手几项", may(rulebook.MayWorkMatter), work.Take),
		page("GET", "/process/:process/new", "启动一个流程的表", may(rulebook.MayWorkMatter), matters.New),
		page("POST", "/process/:process/new", "启动一个流程", may(rulebook.MayWorkMatter), matters.Open),
		page("POST", "/matters/:id/withdraw", "撤回事项", may(rulebook.MayWorkMatter), matters.Withdraw),
		page("POST", "/matters/:id/reopen", "重新办理事项", may(rulebook.MayWorkMatter), matters.Reopen),
		page("POST", "/matters/:id/assign", "改派事项", may(rulebook.MayWorkMatter), matters.Assign),
		page("POST", "/matters/:id/comment", "写备注", may(rulebook.MayWorkMatter), matters.Comment),
		page("GET", "/matters/:id", "事项", may(rulebook.MayWorkMatter), matters.Show),
		page("POST", "/matters/:id/take", "接手事项", may(rulebook.MayWorkMatter), matters.Take),
		page("POST", "/matters/:id/complete", "办结一步", may(rulebook.MayWorkMatter), matters.Complete),
		page("POST", "/matters/:id/receive", "签收事项", may(rulebook.MayWorkMatter), matters.Receive),
		page("POST", "/matters/:id/return", "退回事项", may(rulebook.MayWorkMatter), matters.Return),
		page("GET", "/deadlines/:id", "期限怎么算", may(rulebook.MayViewCase, rulebook.MayWorkMatter), rules.Deadline),

		page("GET", "/duty", "值班台", may(rulebook.MayViewDuty), board.Show),
		page("GET", "/duty/board", "值班台的内容", may(rulebook.MayViewDuty), board.Fragment),
		page("GET", "/duty/events", "值班提醒", may(rulebook.MayViewDuty), board.Events),
		page("GET", "/duty/roster", "排班表", may(rulebook.MayViewDuty), board.Roster),
		page("POST", "/duty/roster", "排班", may(rulebook.MayTakeTip), board.SetRoster),
		page("GET", "/tips/:id", "线索", tip, matters.Tip),
		page("GET", "/tips/:id/files/:file", "线索的图片", tip, matters.File),
		page("POST", "/tips/:id/question", "向提供人提问", may(rulebook.MayWorkMatter), matters.Ask),
		page("POST", "/tips/:id/identity", "查看提供人身份", may(rulebook.MayOpenIdentity), matters.Identity),

		page("GET", "/cases", "案件列表", may(rulebook.MayViewCase), cases.List),
		page("GET", "/cases/:id", "案件", may(rulebook.MayViewCase), cases.Show),
		page("POST", "/cases/:id/persons/:party/reveal", "查看完整身份信息", may(rulebook.MayRevealPerson), cases.Reveal),
		page("POST", "/cases/:id/persons/:party/code", "查询码和告知单", may(rulebook.MayRevealPerson), cases.Code),
		page("POST", "/cases/:id/recordings", "上传音视频", may(rulebook.MayRecordEvent), cases.Upload),
		page("GET", "/matters/:id/files/:file", "当事人提交的文件", may(rulebook.MayWorkMatter), matters.Attached),
		page("GET", "/chats", "微信人工的对话", may(rulebook.MayTakeTip), chats.List),
		page("GET", "/chats/:id", "一个对话", may(rulebook.MayTakeTip), chats.Show),
		page("POST", "/chats/:id/reply", "答复微信用户", may(rulebook.MayTakeTip), chats.Reply),
		page("POST", "/chats/:id/close", "结束对话", may(rulebook.MayTakeTip), chats.Close),
		page("GET", "/cases/:id/record", "选择要登记的事项", may(rulebook.MayRecordEvent), cases.Choose),
		page("GET", "/cases/:id/record/:event", "事项的登记表", may(rulebook.MayRecordEvent), cases.Form),
		page("POST", "/cases/:id/record/:event", "登记事项", may(rulebook.MayRecordEvent), cases.Record),
		page("GET", "/release", "等待决定的公开信息", may(rulebook.MayRelease), cases.Waiting),
		page("GET", "/release/12368.xlsx", "12368坐席可以告知的内容", may(rulebook.MayRelease), cases.Hotline),
		page("POST", "/release/:id", "决定告知或者不告知", may(rulebook.MayRelease), cases.Decide),
		page("POST", "/release/:id/withdraw", "撤回", may(rulebook.MayRelease), cases.Withdraw),
	}
}

// reading is registers, boards and the search: each shows only what the reader may see.
func reading() []Page {
	work := may(rulebook.MayWorkMatter)
	return []Page{
		page("GET", "/process/:process", "流程的登记簿", work, registers.Show),
		page("GET", "/process/:process/print", "登记簿的打印件", work, registers.Print),
		page("GET", "/process/:process/register.xlsx", "登记簿的 Excel", work, registers.Export),
		page("GET", "/process/:process/template.xlsx", "登记簿的导入模板", work, registers.Template),
		page("GET", "/process/:process/import", "从 Excel 导入登记簿", work, registers.Import),
		page("POST", "/process/:process/import", "检查并导入登记簿的 Excel", work, registers.Bring),
		page("POST", "/process/:process/views", "保存登记簿的视图", work, registers.Save),
		page("POST", "/views/:id/delete", "删除自己的视图", work, registers.Forget),
		page("GET", "/search", "查找", frame.Searching, search.Show),
		page("GET", "/boards/:id", "看板", frame.Searching, boards.Show),
		page("GET", "/boards/:id/board.xlsx", "看板的 Excel", frame.Searching, boards.Export),
		page("GET", "/matters/:id/print", "事项的正式表格", work, registers.Form),
	}
}

func auctions() []Page {
	look, work := may(rulebook.MayViewCase, rulebook.MayWorkMatter), may(rulebook.MayWorkMatter, rulebook.MayRelease)
	return []Page{
		page("GET", "/lots", "拍卖标的列表", look, lots.List),
		page("GET", "/lots/new", "新建标的的表", may(rulebook.MayWorkMatter), lots.New),
		page("POST", "/lots", "新建标的", may(rulebook.MayWorkMatter), lots.Create),
		page("GET", "/lots/:id", "拍卖标的", look, lots.Show),
		page("GET", "/lots/:id/pictures/:picture", "标的的图片", look, lots.Picture),
		page("POST", "/lots/:id/slots/:slot/visitors", "查看看样的预约人", may(rulebook.MayRevealPerson), lots.Visitors),
		page("GET", "/lots/:id/do/:act", "标的的一张办理表", work, lots.Act),
		page("POST", "/lots/:id/do/:act", "办理标的", work, lots.Do),
		page("GET", "/lots/:id/do/:act/:item", "标的中一项的办理表", work, lots.Act),
		page("POST", "/lots/:id/do/:act/:item", "办理标的中的一项", work, lots.Do),
	}
}

func administration() []Page {
	return []Page{
		page("GET", "/import", "导入案件", may(rulebook.MayImport), admin.Import),
		page("POST", "/import", "检查导入文件", may(rulebook.MayImport), admin.Check),
		page("POST", "/import/:file", "导入检查过的文件", may(rulebook.MayImport), admin.Confirm),
		page("GET", "/calendar", "工作日历", may(rulebook.MayEditCalendar), admin.Calendar),
		page("POST", "/calendar/day", "更改一天", may(rulebook.MayEditCalendar), admin.SetDay),
		page("POST", "/calendar/day/delete", "删除一天", may(rulebook.MayEditCalendar), admin.DeleteDay),
		page("POST", "/calendar/import", "录入一年的放假安排", may(rulebook.MayEditCalendar), admin.ImportYear),
		page("GET", "/rulebook", "规则书", may(rulebook.MayPublishBook), rules.Book),
		page("GET", "/staff", "人员与角色", may(rulebook.MayManageStaff), admin.Staff),
		page("POST", "/staff", "新增人员", may(rulebook.MayManageStaff), admin.AddStaff),
		page("GET", "/staff/:id", "一个人的角色", may(rulebook.MayManageStaff), admin.Person),
		page("POST", "/staff/:id", "更改一个人的角色", may(rulebook.MayManageStaff), admin.SetRoles),
		page("GET", "/security", "安全", may(rulebook.MayManageSecurity), admin.Security),
		page("POST", "/security/:id/unlock", "解锁账号", may(rulebook.MayManageSecurity), admin.Unlock),
		page("POST", "/security/:id/revoke", "退出一个人的全部登录", may(rulebook.MayManageSecurity), admin.Revoke),
		page("GET", "/audit", "审计", may(rulebook.MayViewAudit), admin.Audit),
		page("POST", "/audit/verify", "核验审计链", may(rulebook.MayViewAudit), admin.Verify),
	}
}
