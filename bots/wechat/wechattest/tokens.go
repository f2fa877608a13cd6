package wechattest

import (
	"context"
	"sync"
	"time"
)

// Tokens keeps access tokens in memory; the zero value is ready.
type Tokens struct {
	Now func() time.Time

	mu   sync.Mutex
	kept map[string]token
}

type token struct {
	text string
	till time.Time
}

func (k *Tokens) now() time.Time {
	if k.Now == nil {
		return time.Now()
	}
	return k.Now()
}

// Get is wechat.Tokens.
func (k *Tokens) Get(_ context.Context, key string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if t := k.kept[key]; k.now().Before(t.till) {
		return t.text, nil
	}
	return "", nil
}

// Set is wechat.Tokens.
func (k *Tokens) Set(_ context.Context, key, text string, ttl time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil {
		k.kept = map[string]token{}
	}
	k.kept[key] = token{text, k.now().Add(ttl)}
	return nil
}
