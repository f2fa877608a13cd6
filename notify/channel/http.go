package channel

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// HTTP sends to a provider, or to a court's own gateway, that takes JSON by POST and knows a
// message again by its Idempotency-Key.
type HTTP struct {
	name, url, token string
	client           *http.Client
}

// HTTPOptions say where the gateway is and how hard it may be worked.
type HTTPOptions struct {
	Name    string // how attempts name it
	URL     string
	Token   string        // sent as a bearer token; empty: none
	Conns   int           // connections kept open; 0: 32
	Timeout time.Duration // for one message; 0: 10 s
}

// NewHTTP makes the sender; nothing is connected until the first message.
func NewHTTP(o HTTPOptions) *HTTP {
	if o.Conns == 0 {
		o.Conns = 32
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = o.Conns, o.Conns, o.Conns
	transport.DisableCompression = true
	return &HTTP{name: o.Name, url: o.URL, token: o.Token, client: &http.Client{Transport: transport, Timeout: o.Timeout,
		// A redirected POST would carry the address to a host nobody named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Name is how attempts name this provider.
func (h *HTTP) Name() string { return h.name }

// HTTPBody is what HTTP posts.
type HTTPBody struct {
	ID       string   `json:"id"`
	Channel  string   `json:"channel"`
	To       string   `json:"to"`
	Template string   `json:"template"`
	Params   []string `json:"params"`
	Text     string   `json:"text"`
}

// HTTPAnswer is what HTTP reads of a 2xx; an empty body is an answer too.
type HTTPAnswer struct {
	ID        string `json:"id"`
	Delivered bool   `json:"delivered"`
}

const maxAnswer = 16 << 10

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Send posts the message once.
func (h *HTTP) Send(ctx context.Context, m Message) (Accepted, error) {
	id := m.ID.String()
	template := m.ProviderIDs[m.Channel+"."+h.name]
	if template == "" {
		template = m.Template
	}
	body, err := json.Marshal(HTTPBody{ID: id, Channel: m.Channel, To: m.Address, Template: template, Params: m.Params, Text: m.Text})
	if err != nil {
		return Accepted{}, Refused("消息内容无法编码")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return Accepted{}, Failed("发送网关的地址写得不对", nil)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", id)
	if h.token != "" {
		request.Header.Set("Authorization", "Bearer "+h.token)
	}
	response, err := h.client.Do(request)
	if err != nil {
		return Accepted{}, unreachable(err)
	}
	defer response.Body.Close()
	answer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(answer)
	answer.Reset()
	if _, err := answer.ReadFrom(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return Accepted{}, unreachable(err)
	}
	return judge(response.StatusCode, answer.Bytes())
}

func unreachable(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || os.IsTimeout(err) {
		return Failed("超时没有答复", err)
	}
	return Failed("连接不上或中途断开", err)
}

// judge sorts the answers: 401 and 403 are our credentials' fault, not the message's, so they are
// worth another try after somebody mended them.
func judge(status int, body []byte) (Accepted, error) {
	switch {
	case status >= 200 && status < 300:
		var answer HTTPAnswer
		json.Unmarshal(body, &answer) // taken is taken, whatever the body says
		return Accepted{ProviderID: answer.ID, Delivered: answer.Delivered}, nil
	case status == 400, status == 404, status == 410, status == 413, status == 422:
		return Accepted{}, Refused("对方拒收，HTTP " + strconv.Itoa(status))
	}
	return Accepted{}, Failed("对方出错，HTTP "+strconv.Itoa(status), nil)
}
