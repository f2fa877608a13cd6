package inquiry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/exchange"
	"mingzhi/storage/public"
)

// Purposes of the blind indexes by which a person is found; the court's half writes under the same.
const (
	personIndex = "viewer.person"
	codeIndex   = "viewer.code"
)

// How long things last and how often they may be tried.
const (
	codeLasts      = 5 * time.Minute
	codeTries      = 5
	sessionLasts   = 8 * time.Hour
	sessionRests   = 30 * time.Minute
	kioskRests     = 3 * time.Minute
	loginsClient   = 40 // in an hour: a hall's machines share one address
	loginsPerson   = 10 // in an hour: each right one costs the person an SMS
	longestID      = 64
	queryCodeSize  = 8
	evenly         = 120 * time.Millisecond
	touchedSeldom  = time.Minute
	sessionPurpose = "login.code"
)

// Idle is how long a session may rest.
var Idle = public.Idle{Session: sessionRests, Kiosk: kioskRests}

// StartLogin begins a log-in: where ID number and query code are on file, six digits go to the mobile there. A hit and a miss
// take the same statement and the same time and give the same answer: an id that the second step needs.
func (s *Service) StartLogin(ctx context.Context, court string, client Client, idNumber, queryCode string) (uuid.UUID, error) {
	return s.start(ctx, court, client, idNumber, queryCode, nil)
}

func (s *Service) start(ctx context.Context, court string, client Client, idNumber, queryCode string, openID []byte) (uuid.UUID, error) {
	profile, err := s.store.Court(ctx, court)
	if err != nil {
		return uuid.Nil, err
	}
	codes, err := checkLogin(idNumber, queryCode)
	if err != nil {
		return uuid.Nil, err
	}
	began := time.Now() // the wall's clock: no rule hangs on it
	digits, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return uuid.Nil, err
	}
	code := fmt.Sprintf("%06d", digits)
	message, err := outward(profile, loginMessage, map[string]string{"code": code, "minutes": strconv.Itoa(int(codeLasts / time.Minute))})
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return uuid.Nil, err
	}
	persons := s.personIndexes(idNumber)
	login := public.NewLogin{ID: id, Persons: persons, QueryCodes: s.store.Keys.BlindIndexes(codeIndex, codes), Code: s.loginCode(id, code),
		OpenIDIndex: openID, Until: s.store.Now().Add(codeLasts), Message: message}
	limit := s.limit("login", client, loginsClient, 4*quarter)
	named := public.Limit{Client: "login.person:" + hex.EncodeToString(persons[0][:16]), Most: loginsPerson, Window: 4 * quarter}
	byClient, byNamed, err := s.store.StartLogin(ctx, court, login, limit, named)
	time.Sleep(evenly - time.Since(began))
	switch {
	case err != nil:
		return uuid.Nil, err
	case byClient.Over(limit):
		return uuid.Nil, s.tooMany(byClient.Until)
	case byNamed.Over(named):
		return uuid.Nil, s.tooMany(byNamed.Until)
	}
	return id, nil
}

// checkLogin refuses only what cannot be right on any file; an unusual ID number is none of that.
func checkLogin(idNumber, queryCode string) (code string, err error) {
	var form problem.Form
	switch n := len([]rune(strings.TrimSpace(idNumber))); {
	case n == 0:
		form.Add("id_number", problem.New(problem.Invalid, "login.id_missing", "请填写身份证件号码；单位请填写统一社会信用代码。"))
	case n > longestID:
		form.Add("id_number", problem.New(problem.Invalid, "login.id_long", "证件号码太长了，请只填写号码本身。"))
	}
	code = digitsOf(queryCode)
	if len(code) != queryCodeSize || strings.Trim(code, "0123456789") != "" {
		form.Add("query_code", problem.New(problem.Invalid, "login.query_code", "查询码是 8 位数字，印在法院给您的通知书上，请核对。"))
	}
	return code, form.Err()
}

// digitsOf brings typed digits together: either width, with spaces and dashes.
func digitsOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' || r == '—' || r == '－' {
			return -1
		}
		return r
	}, norm.NFKC.String(typed))
}

// personIndexes are the search keys of an ID number as it may be on file: as written there, and without spaces and dashes. There
// are always as many, so that none takes longer.
func (s *Service) personIndexes(typed string) [][]byte {
	compact := enforcement.NormalizeForIndex(typed)
	if code, _, err := enforcement.ParseCreditCode(typed); err == nil {
		compact = string(code)
	}
	list := s.store.Keys.BlindIndexes(personIndex, compact)
	return append(list, s.store.Keys.BlindIndexes(personIndex, enforcement.NormalizeForIndex(typed))...)
}

// loginCode ties the six digits to their log-in; they are kept in no other form.
func (s *Service) loginCode(id uuid.UUID, code string) []byte {
	return s.store.Keys.BlindIndex(sessionPurpose, id.String()+"\x00"+code)
}

func (s *Service) loginCodes(id uuid.UUID, code string) [][]byte {
	return s.store.Keys.BlindIndexes(sessionPurpose, id.String()+"\x00"+code)
}

// Browser is what a browser brings to a log-in.
type Browser struct {
	Token string // of a session it may still have: it ends
	Kiosk bool   // a machine in the hall
}

// FinishLogin takes the six digits and begins a session of the person in this court; the token goes into a cookie and is kept
// here only as a hash.
func (s *Service) FinishLogin(ctx context.Context, court string, id uuid.UUID, code string, b Browser) (token string, err error) {
	code, err = checkDigits(code)
	if err != nil {
		return "", err
	}
	token = newToken()
	session := public.NewSession{Token: hashToken(token), Until: s.store.Now().Add(sessionLasts), Kiosk: b.Kiosk}
	if b.Token != "" {
		session.Old = hashToken(b.Token)
	}
	tried, err := s.store.FinishLogin(ctx, court, id, s.loginCodes(id, code), codeTries, session)
	if err != nil {
		return "", err
	}
	return token, judge(tried)
}

func checkDigits(typed string) (string, error) {
	code := digitsOf(typed)
	if sixDigits.MatchString(code) {
		return code, nil
	}
	var form problem.Form
	form.Add("code", problem.New(problem.Invalid, "login.code_format", "验证码是短信里的 6 位数字，请再填一次。"))
	return "", form.Err()
}

// judge says what a try led to; nobody's log-in and a wrong code sound the same.
func judge(t public.Tried) error {
	var form problem.Form
	switch {
	case !t.Open:
		form.Add("code", problem.New(problem.Invalid, "login.code_over", "这个验证码已经失效（过期、用过或错了太多次）。请返回上一步重新获取。"))
	case !t.Matched:
		form.Add("code", problem.New(problem.Invalid, "login.code_wrong", "验证码不对，请对照短信再填一次；还可以试 {left} 次。", "left", codeTries-t.Tries))
	case !t.Alive:
		return noCases
	}
	return form.Err()
}

var (
	signedOut = problem.New(problem.Signin, "login.needed", "请登录后查看。为了保护您的信息，一段时间不操作会自动退出。")
	noCases   = problem.New(problem.Signin, "login.no_cases", "您在本院已经没有可以在网上查看的案件：委托期限届满或者不再是案件当事人的，查询随即停止。如有疑问，请拨打法院电话。")
)

func newToken() string { // 130 bits
	return rand.Text()
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Party tells who is signed in by a cookie and which cases are his. Signin when nobody is, or when no case is left: the session
// has ended then.
func (s *Service) Party(ctx context.Context, court, token string) (public.Party, error) {
	return s.party(ctx, court, token, uuid.Nil)
}

func (s *Service) party(ctx context.Context, court, token string, viewer uuid.UUID) (public.Party, error) {
	if token == "" || len(token) > longestID {
		return public.Party{}, signedOut
	}
	hash := hashToken(token)
	p, ok, err := s.store.PartyBySession(ctx, court, hash, viewer, Idle)
	switch {
	case err != nil:
		return p, err
	case !ok:
		return p, signedOut
	case len(p.Viewers) == 0:
		if err := s.store.EndSession(ctx, court, hash, false); err != nil {
			return p, err
		}
		return p, noCases
	}
	if s.store.Now().Sub(p.Session.SeenAt) > touchedSeldom {
		return p, s.store.TouchSession(ctx, court, hash)
	}
	return p, nil
}

// LogOut ends the session of a cookie; idle is a hall machine's own, which asks by a plain link.
func (s *Service) LogOut(ctx context.Context, court, token string, idle bool) error {
	if token == "" {
		return nil
	}
	return s.store.EndSession(ctx, court, hashToken(token), idle)
}

// loginMessage is the template of the six digits that open a session. It ends without a check code: of two six-digit numbers in one
// message people would type, or tell, the wrong one.
const loginMessage = "login_code"

// outward fills a message of the public half's own.
func outward(profile exchange.Profile, id string, params map[string]string) (public.Outward, error) {
	t, ok := profile.Messages[id]
	if !ok {
		return public.Outward{}, problem.New(problem.Refused, "login.not_offered", "本院还没有开通网上查案，请拨打法院电话查询。")
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return public.Outward{}, err
	}
	all := map[string]string{"court": profile.Name, "site": profile.Site, "wechat": profile.WeChat, "address": profile.Address}
	if len(profile.Hotlines) > 0 {
		all["hotline"] = profile.Hotlines[0].Phone
	}
	for name, value := range params {
		all[name] = value
	}
	check := fmt.Sprintf("%06d", n)
	out := public.Outward{Template: id, Name: t.Name, Provider: t.Provider, CheckCode: check, Clause: t.Clause, Params: make([]string, len(t.Params)),
		Text: "【" + t.Sign + "】" + expand(t.Text, all)}
	if id != loginMessage {
		out.Text += "核验码" + check
	}
	for i, name := range t.Params {
		out.Params[i] = all[name]
	}
	for field, text := range t.WeChat {
		if out.Data == nil {
			out.Data = map[string]string{}
		}
		out.Data[field] = expand(text, all)
	}
	return out, nil
}

func expand(text string, params map[string]string) string {
	pairs := make([]string, 0, 2*len(params))
	for name, value := range params {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// draftKey is where a form lies that could not be sent; only its cookie leads there.
func draftKey(token string) []byte {
	sum := sha256.Sum256([]byte("draft\x00" + token))
	return sum[:]
}

// printable is a hash as it stands in additional data.
func printable(hash []byte) string { return hex.EncodeToString(hash) }
