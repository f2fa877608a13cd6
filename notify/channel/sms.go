package channel

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Report is what a provider says became of a message. It names the message by our id where the
// provider hands it back, and always by its own. Reports come twice and in any order.
type Report struct {
	MessageID  uuid.UUID
	ProviderID string
	State      string // delivered, failed
	Detail     string
	At         time.Time
}

var errReports = errors.New("channel: not a provider's delivery reports")

// beijing is the zone of both providers' clocks.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// report makes one; a word from outside is kept only when it is a code.
func report(providerID, ours string, delivered bool, code, at string) Report {
	r := Report{ProviderID: providerID, State: "failed", Detail: "未送达"}
	if delivered {
		r.State, r.Detail = "delivered", ""
	} else if code = codeOnly(code); code != "" {
		r.Detail += "，代码 " + code
	}
	r.MessageID, _ = uuid.Parse(ours)
	r.At, _ = time.ParseInLocation(time.DateTime, at, beijing)
	return r
}

// codeOnly is what a provider calls an error, unless it could be something else: a number, a sentence.
func codeOnly(code string) string {
	letters := 0
	for _, r := range code {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		case r >= '0' && r <= '9', strings.ContainsRune(".:_-", r):
		default:
			return ""
		}
	}
	if letters < 2 || len(code) > 80 {
		return ""
	}
	return code
}

// verdicts sorts a provider's codes; the longest beginning counts.
type verdicts map[string]verdict

type verdict struct {
	permanent bool
	detail    string
}

// judge knows nothing of a code that is not listed: it is worth another try.
func (v verdicts) judge(code string) error {
	found, longest := verdict{detail: "短信服务商出错"}, -1
	for start, one := range v {
		if strings.HasPrefix(code, start) && len(start) > longest {
			found, longest = one, len(start)
		}
	}
	detail := found.detail
	if code = codeOnly(code); code != "" {
		detail += "，代码 " + code
	}
	if found.permanent {
		return Refused(detail)
	}
	return Failed(detail, nil)
}

// brokenWire says what went wrong without the words, in which a provider's address may carry the number.
func brokenWire(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return Failed("发送被中断", context.Canceled)
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return Failed("超时没有答复", context.DeadlineExceeded)
	}
	return Failed("连接不上或中途断开", nil)
}

const smsTimeout = 10 * time.Second

// guarded hides where a redirect leads, since a message is never posted to a host nobody named,
// and lets no answer fill the memory.
type guarded struct{ http.RoundTripper }

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := g.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		response.Header.Del("Location")
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(response.Body, maxAnswer), response.Body}
	return response, nil
}

func smsTransport() http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	return guarded{transport}
}

// host splits an endpoint, which may name its scheme, as a local provider's does.
func host(endpoint, standard string) (scheme, name string) {
	if endpoint == "" {
		endpoint = standard
	}
	if scheme, name, found := strings.Cut(endpoint, "://"); found {
		return scheme, strings.TrimSuffix(name, "/")
	}
	return "https", endpoint
}
