// Package desktest is the desk on a fresh house, with a browser that signs in.
package desktest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"mingzhi/backoffice/backofficetest"
	"mingzhi/backoffice/desk"
	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/staff"
	"mingzhi/portal/exchange"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Desk is the desk's web on a house.
type Desk struct {
	*backofficetest.House
	App *fiber.App
}

// New opens a house and its desk.
func New(t testing.TB) *Desk {
	h := backofficetest.New(t)
	return &Desk{h, desk.New(desk.Deps{Store: h.Store, Docket: h.Docket, Engine: h.Matters, Intake: h.Intake, Disclosure: h.Disclosure, Accounts: h.Accounts,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})}
}

// Tip admits a tip, as the inbox would, and returns its id.
func (d *Desk) Tip(court, ticket string, urgent bool, c intake.Content, contact exchange.Contact) uuid.UUID {
	d.T.Helper()
	id := storage.NewID()
	err := d.Store.InTx(context.Background(), staff.Actor{Court: court, Kind: staff.Public}, func(tx *storage.Tx) error {
		content, err := json.Marshal(c)
		if err != nil {
			return err
		}
		sealed, err := tx.Keys.Seal("tip.content:"+id.String(), content)
		if err != nil {
			return err
		}
		row := courtdb.InsertTipParams{Court: court, ID: id, Ticket: ticket, ReceiptHmac: id[:], Kind: "asset", Urgent: urgent, ReceivedAt: tx.At, WarningVersion: "1", Content: sealed}
		if err := tx.InsertTip(context.Background(), row); err != nil {
			return err
		}
		if !contact.Empty() {
			if err := identity(tx, id, contact); err != nil {
				return err
			}
		}
		_, err = d.Docket.Record(context.Background(), tx, docket.Event{Code: "tip_received", Tip: id, SourceKey: "inbox:" + id.String()})
		return err
	})
	if err != nil {
		d.T.Fatal(err)
	}
	return id
}

func identity(tx *storage.Tx, tip uuid.UUID, c exchange.Contact) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	sealed, err := tx.Keys.Seal("tip_identity.body:"+tip.String(), plain)
	if err != nil {
		return err
	}
	return tx.InsertTipIdentity(context.Background(), courtdb.InsertTipIdentityParams{Court: tx.Court, TipID: tip, Body: sealed})
}

// Browser keeps cookies and knows the token of the last form it saw.
type Browser struct {
	desk    *Desk
	Court   string
	Cookies map[string]string
	csrf    string
}

// Page is an answer.
type Page struct {
	Status   int
	Body     string
	Location string
	Header   http.Header
}

// Has reports that the page says something.
func (p Page) Has(text string) bool { return strings.Contains(p.Body, text) }

// Browser opens one with the sign-in page of a court.
func (d *Desk) Browser(court string) *Browser {
	b := &Browser{desk: d, Court: court, Cookies: map[string]string{}}
	b.Get("/signin")
	return b
}

// Code is the one-time code of every test account now.
func (d *Desk) Code() string {
	code, err := totp.GenerateCode(backofficetest.Secret, d.Clock.Now())
	if err != nil {
		d.T.Fatal(err)
	}
	return code
}

// SignIn opens a browser and signs a test account in; the clock goes on by a code's time.
func (d *Desk) SignIn(court, login string) *Browser {
	d.T.Helper()
	b := d.Browser(court)
	p := b.Post("/signin", url.Values{"login": {login}, "password": {backofficetest.Password}, "code": {d.Code()}})
	if p.Status != http.StatusSeeOther {
		d.T.Fatalf("%s did not get in: %d %s", login, p.Status, p.Text())
	}
	d.Clock.Add(31 * time.Second)
	return b
}

// Get asks for a page of the court.
func (b *Browser) Get(path string) Page {
	b.desk.T.Helper()
	return b.do(httptest.NewRequest("GET", "/"+b.Court+path, nil))
}

// Post sends a form with the token of the last page.
func (b *Browser) Post(path string, form url.Values) Page {
	b.desk.T.Helper()
	sent := url.Values{"_csrf": {b.csrf}}
	for k, v := range form {
		sent[k] = v
	}
	r := httptest.NewRequest("POST", "/"+b.Court+path, strings.NewReader(sent.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// Token is what the last form carried.
func (b *Browser) Token() string { return b.csrf }

// Send posts a body of another kind, such as a file.
func (b *Browser) Send(path, kind string, body io.Reader) Page {
	b.desk.T.Helper()
	r := httptest.NewRequest("POST", "/"+b.Court+path, body)
	r.Header.Set("Content-Type", kind)
	return b.do(r)
}

var token = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (b *Browser) do(r *http.Request) Page {
	b.desk.T.Helper()
	for name, value := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := b.desk.App.Test(r, 60_000)
	if err != nil {
		b.desk.T.Fatal(err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		b.Cookies[c.Name] = c.Value
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.desk.T.Fatal(err)
	}
	p := Page{Status: res.StatusCode, Body: string(body), Location: res.Header.Get("Location"), Header: res.Header}
	if m := token.FindStringSubmatch(p.Body); m != nil {
		b.csrf = m[1]
	}
	return p
}

var (
	head = regexp.MustCompile(`(?s)^.*<main[^>]*>`)
	tags = regexp.MustCompile(`(?s)<[^>]+>`)
)

// Text is what the page says, for a failing test.
func (p Page) Text() string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(head.ReplaceAllString(p.Body, ""), " ")), " ")
}

// Field finds the value of a hidden input.
func (p Page) Field(name string) string {
	m := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(p.Body)
	if m == nil {
		return ""
	}
	return m[1]
}
