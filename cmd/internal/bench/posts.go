package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/google/uuid"

	"mingzhi/notify/channel"
)

// barePosts is the reference of dispatch.
func barePosts(ctx context.Context, st *stage, url string) (sample, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.DisableCompression = wires, wires, true
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	return st.times(ctx, wires, st.messages, func(ctx context.Context) error { return barePost(ctx, client, url) })
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
