package admin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/management/casework"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/webkit"
)

func secure(r *frame.Request, said string, do func(context.Context, staff.Actor, uuid.UUID) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := do(r.C(), r.Actor, id); err != nil {
		return err
	}
	return r.Done("/security", said)
}

// line is one row of the audit in words.
type line struct {
	At                   time.Time
	Actor, Action, About string
	Number, Reason       string
	Refused              bool
	Detail               string
}

type auditView struct {
	filter  casework.AuditFilter
	form    webkit.Form
	from    string
	until   string
	rows    []line
	more    bool
	checked int64
	verdict *problem.Error // what the verification found broken
	done    bool           // a verification was run
}

// Audit lists who did or read what.
func Audit(r *frame.Request) error { return auditPage(r, auditView{}) }

func auditPage(r *frame.Request, v auditView) error {
	v.filter = casework.AuditFilter{Action: r.Query("action"), Actor: strings.TrimSpace(r.Query("actor")), Number: strings.TrimSpace(r.Query("case")),
		Refused: r.Query("refused") == "yes", Page: r.PageNumber()}
	v.from, v.until = r.Query("from"), r.Query("until")
	v.filter.From, _ = calendar.ParseDate(v.from)
	v.filter.Until, _ = calendar.ParseDate(v.until)
	trail, err := r.House.Reads.Audit(r.C(), r.Actor, v.filter)
	if err != nil {
		p, ok := problem.As(err)
		if !ok || p.Kind != problem.Invalid {
			return err
		}
		v.form.Problem, trail = p, &casework.Trail{}
	}
	for _, a := range trail.Rows {
		v.rows = append(v.rows, line{At: a.At, Actor: actor(a.ActorName, a.ActorKind), Action: actionName(r, a.Action), About: objects[a.ObjectKind],
			Number: a.CaseNumber, Reason: a.Reason, Refused: a.Result == "refused", Detail: detail(a.Detail)})
	}
	v.more = trail.More
	r.Current = "audit"
	return r.Show("审计", auditList(v))
}

// Verify walks the chain from its start.
func Verify(r *frame.Request) error {
	var v auditView
	n, err := docket.Verify(r.C(), r.House.Store, r.Court, docket.Head{})
	if err != nil {
		p, ok := problem.As(err)
		if !ok {
			return err
		}
		v.verdict = p
	}
	v.checked, v.done = n, true
	return auditPage(r, v)
}

func actor(name, kind string) string {
	if name != "" {
		return name
	}
	return map[string]string{"system": "系统", "public": "公众", "import": "导入", "staff": "人员"}[kind]
}

// actions is every act that is audited, in words; record: and an event stand for themselves.
var actions = map[string]string{"sign_in": "登录", "sign_out": "退出", "open:page": "打开页面",
	"read:case": "查看案件", "read:tip": "查看线索", "read:lot": "查看拍卖标的", "read:audit": "查看审计", "read:application_file": "打开事项的文件", "chat:read": "查看微信对话",
	"reveal:person": "查看完整身份信息", "reveal:viewing": "查看看样预约人", "open_tip_identity": "查看线索提供人身份", "query_code:shown": "查看查询码", "query_code:reissued": "换发查询码",
	"matter:opened": "启动事项", "matter:returned": "退回事项", "matter:withdrawn": "撤回事项", "matter:reopened": "重新办理事项", "matter:reassigned": "改派事项",
	"lot:changed": "更改拍卖标的", "lot:withdrawn": "撤回拍卖", "recording:added": "上传音视频", "chat:closed": "结束微信对话",
	"disclosure:told": "决定告知", "disclosure:refused": "决定不告知", "disclosure:withheld": "不告知", "disclosure:withdrawn": "撤回告知",
	"register:exported": "导出登记簿", "register:imported": "导入登记簿", "board:exported": "导出看板", "export:12368": "导出12368可告知内容", "import:cases": "导入案件", "inbox:set_aside": "搁置收件",
	"staff:added": "新增人员", "staff:changed": "变更人员", "staff:reset": "重置账号", "staff:unlocked": "解锁账号", "staff:sessions_revoked": "退出全部登录",
	"roster:set": "排班", "calendar:set": "更改工作日历", "calendar:deleted": "删除特殊日", "rulebook:published": "发布规则书"}

// groups of actions that the filter offers; a group's name matches all that begin with it.
var groups = [][2]string{{"sign_in", "登录"}, {"read", "查看"}, {"reveal", "查看完整身份信息"}, {"open_tip_identity", "查看线索提供人身份"}, {"record", "登记事项"},
	{"matter", "办理事项"}, {"disclosure", "告知决定"}, {"query_code", "查询码"}, {"lot", "拍卖标的"}, {"chat", "微信对话"}, {"staff", "人员与权限"},
	{"import", "导入案件"}, {"register", "登记簿的导入导出"}, {"board", "看板的导出"}, {"export", "12368的导出"}, {"roster", "排班"}, {"calendar", "工作日历"}, {"rulebook", "规则书"}, {"open", "打开页面"}}

var objects = map[string]string{"case": "案件", "tip": "线索", "staff": "人员", "event": "事项", "party": "当事人", "disclosure": "告知", "matter": "事项", "audit": "审计",
	"calendar": "工作日历", "rulebook": "规则书", "import": "导入", "roster": "排班", "inbox": "收件", "page": "页面"}

func actionName(r *frame.Request, action string) string {
	if name := actions[action]; name != "" {
		return name
	}
	if code, ok := strings.CutPrefix(action, "record:"); ok {
		return "登记“" + casework.EventName(r.Book, code) + "”"
	}
	return action
}

// detail is the row's own ids and hashes, as they stand.
func detail(raw []byte) string {
	if s := string(raw); s != "{}" {
		return s
	}
	return ""
}

// query is the list's address with its filter, ready for a page number.
func query(v auditView) string {
	values := url.Values{}
	set := map[string]string{"action": v.filter.Action, "actor": v.filter.Actor, "case": v.filter.Number, "from": v.from, "until": v.until}
	if v.filter.Refused {
		set["refused"] = "yes"
	}
	for name, value := range set {
		if value != "" {
			values.Set(name, value)
		}
	}
	if len(values) == 0 {
		return "?"
	}
	return "?" + values.Encode() + "&"
}
