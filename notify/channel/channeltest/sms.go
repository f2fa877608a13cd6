package channeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// SMSBehaviour is how a cloud's endpoint answers; the zero value takes everything.
type SMSBehaviour struct {
	Code   string // refuses this number or template with the cloud's own code
	Fault  string // refuses the whole request with the cloud's own code
	Status int    // a bare HTTP status
	Body   string // this instead of an answer
	Hang   bool
	Drop   bool
}

// Short is a short message that an endpoint has taken.
type Short struct {
	Key      string // whose credentials signed it
	To       string
	Sign     string
	Template string
	Params   []string          // Tencent's
	Named    map[string]string // Aliyun's
	ID       string            // ours, which comes back in reports
	CloudID  string
}

// SMS is a running endpoint of one of the clouds.
type SMS struct {
	URL string

	cloud  string
	mu     sync.Mutex
	next   SMSBehaviour
	taken  []Short
	asked  int
	done   chan struct{}
	number int
}

// NewTencent starts an endpoint that speaks Tencent Cloud's SendSms.
func NewTencent(t testing.TB) *SMS { return startSMS(t, "tencent") }

// NewAliyun starts an endpoint that speaks Alibaba Cloud's SendSms.
func NewAliyun(t testing.TB) *SMS { return startSMS(t, "aliyun") }

func startSMS(t testing.TB, cloud string) *SMS {
	s := &SMS{cloud: cloud, done: make(chan struct{})}
	server := httptest.NewServer(s)
	s.URL = server.URL
	t.Cleanup(func() {
		close(s.done)
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// Always answers every request the same way.
func (s *SMS) Always(b SMSBehaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = b
}

// Taken are the messages that the endpoint has accepted.
func (s *SMS) Taken() []Short {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// Asked is how often anything was handed over.
func (s *SMS) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// ServeHTTP is the endpoint.
func (s *SMS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.asked++
	b := s.next
	s.mu.Unlock()
	switch {
	case b.Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case b.Drop:
		panic(http.ErrAbortHandler)
	case b.Status != 0:
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(b.Status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case b.Body != "":
		io.WriteString(w, b.Body)
	case s.cloud == "tencent":
		s.tencent(w, r, body, b)
	default:
		s.aliyun(w, r, b)
	}
}

// take keeps a message that is not refused.
func (s *SMS) take(m Short, b SMSBehaviour) (cloudID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	m.CloudID = fmt.Sprintf("5000:%d", s.number)
	if s.cloud == "aliyun" {
		m.CloudID = fmt.Sprintf("%d^0", 900619746936498440+s.number)
	}
	if b.Code == "" {
		s.taken = append(s.taken, m)
	}
	return m.CloudID
}

func between(text, start, end string) string {
	_, text, _ = strings.Cut(text, start)
	text, _, _ = strings.Cut(text, end)
	return text
}

func (s *SMS) tencent(w http.ResponseWriter, r *http.Request, body []byte, b SMSBehaviour) {
	var q struct {
		PhoneNumberSet, TemplateParamSet                  []string
		SmsSdkAppID, SignName, TemplateID, SessionContext string
	}
	key := between(r.Header.Get("Authorization"), "TC3-HMAC-SHA256 Credential=", "/")
	switch {
	case r.Header.Get("X-TC-Action") != "SendSms" || key == "":
		b.Fault = "AuthFailure.SignatureFailure"
	case json.Unmarshal(body, &q) != nil || len(q.PhoneNumberSet) != 1 || q.SmsSdkAppID == "" || q.SignName == "":
		b.Fault = "InvalidParameter"
	}
	if b.Fault != "" {
		json.NewEncoder(w).Encode(map[string]any{"Response": map[string]any{"Error": map[string]string{"Code": b.Fault, "Message": string(body)}, "RequestId": "r"}})
		return
	}
	id := s.take(Short{Key: key, To: q.PhoneNumberSet[0], Sign: q.SignName, Template: q.TemplateID, Params: q.TemplateParamSet, ID: q.SessionContext}, b)
	line := map[string]any{"SerialNo": id, "PhoneNumber": q.PhoneNumberSet[0], "Fee": 1, "SessionContext": q.SessionContext, "Code": "Ok", "Message": "send success", "IsoCode": "CN"}
	if b.Code != "" {
		line["Code"], line["SerialNo"], line["Message"] = b.Code, "", "refused "+q.PhoneNumberSet[0]
	}
	json.NewEncoder(w).Encode(map[string]any{"Response": map[string]any{"SendStatusSet": []any{line}, "RequestId": "r"}})
}

func (s *SMS) aliyun(w http.ResponseWriter, r *http.Request, b SMSBehaviour) {
	q := r.URL.Query()
	key := between(r.Header.Get("Authorization"), "Credential=", ",")
	m := Short{Key: key, To: q.Get("PhoneNumbers"), Sign: q.Get("SignName"), Template: q.Get("TemplateCode"), ID: q.Get("OutId")}
	switch {
	case r.Header.Get("X-Acs-Action") != "SendSms" || key == "":
		b.Fault = "SignatureDoesNotMatch"
	case q.Has("TemplateParam") && json.Unmarshal([]byte(q.Get("TemplateParam")), &m.Named) != nil:
		b.Fault = "isv.INVALID_JSON_PARAM"
	}
	if b.Fault != "" {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"Code": b.Fault, "Message": r.URL.RawQuery, "RequestId": "r"})
		return
	}
	answer := map[string]string{"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": s.take(m, b)}
	if b.Code != "" {
		answer = map[string]string{"Code": b.Code, "Message": "refused " + m.To, "RequestId": "r"}
	}
	json.NewEncoder(w).Encode(answer)
}

// Reports is the push in which the cloud tells what became of what it has taken; with a code, all failed.
func (s *SMS) Reports(code string) []byte {
	lines := []map[string]any{}
	for _, m := range s.Taken() {
		line := map[string]any{"phone_number": m.To, "send_time": "2026-03-02 08:59:58", "report_time": "2026-03-02 09:00:01", "success": code == "", "err_code": "DELIVERED",
			"err_msg": "用户接收成功", "sms_size": "1", "biz_id": m.CloudID, "out_id": m.ID}
		if s.cloud == "tencent" {
			line = map[string]any{"user_receive_time": "2026-03-02 09:00:01", "nationcode": "86", "mobile": m.To, "report_status": "SUCCESS", "errmsg": "DELIVRD",
				"description": "用户短信送达成功", "sid": m.CloudID}
		}
		if code != "" {
			line["err_code"], line["err_msg"] = code, "失败 "+m.To
			if s.cloud == "tencent" {
				line["report_status"], line["errmsg"], line["description"] = "FAIL", code, "失败 "+m.To
			}
		}
		lines = append(lines, line)
	}
	raw, _ := json.Marshal(lines)
	return raw
}
