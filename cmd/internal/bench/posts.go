package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
)

// barePosts is the reference of dispatch.
func barePosts(ctx context.Context, st *stage, url string) (sample, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.DisableCompression = wires, wires, true
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var next atomic.Int64
	errs := make([]error, wires)
	began, spent := time.Now(), st.spent()
	var hands sync.WaitGroup
	for i := range wires {
		hands.Go(func() {
			for errs[i] == nil && next.Add(1) <= int64(st.messages) {
				errs[i] = barePost(ctx, client, url)
			}
		})
	}
	hands.Wait()
	s := sample{n: st.messages, took: time.Since(began), cpu: st.spent().since(spent)}
	for _, err := range errs {
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

func barePost(ctx context.Context, client *http.Client, url string) error {
	id := uuid.NewString()
	body, err := json.Marshal(channel.HTTPBody{ID: id, Channel: "sms", To: "13800001234", Template: "T1", Params: []string{"甲", "乙"}, Text: "正文"})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", id)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
