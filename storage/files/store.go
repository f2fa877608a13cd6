package files

import (
	"context"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"strings"

	"mingzhi/backoffice/problem"
)

// Store keeps files under keys. A key is written whole or not at all, and nobody reads half
// of one; a Put on a key that exists replaces it.
type Store interface {
	Put(ctx context.Context, key string, r io.Reader) error
	Get(ctx context.Context, key string) (io.ReadCloser, error) // NotFound when there is none
	Delete(ctx context.Context, key string) error               // none there: nothing to do
	List(ctx context.Context) iter.Seq2[string, error]          // every key once, in no order
}

// Stores are the three: inbox is written by the public half and read by the court's, court
// never leaves the court's network, disclosed is written by the court's half for the public's.
type Stores struct{ Inbox, Court, Disclosed Store }

// OpenLocal opens all three in folders below dir, for the court half or the whole program.
func OpenLocal(dir string) (*Stores, error) {
	s, err := OpenLocalPublic(dir)
	if err != nil {
		return nil, err
	}
	s.Court, err = Local(filepath.Join(dir, "court"))
	return s, err
}

// OpenLocalPublic opens what the internet half may hold; Court stays nil.
func OpenLocalPublic(dir string) (*Stores, error) {
	inbox, err := Local(filepath.Join(dir, "inbox"))
	if err != nil {
		return nil, err
	}
	disclosed, err := Local(filepath.Join(dir, "disclosed"))
	if err != nil {
		return nil, err
	}
	return &Stores{Inbox: inbox, Disclosed: disclosed}, nil
}

var keyPart = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)

// CheckKey refuses what is not a plain relative name: parts of letters, digits, '.', '_'
// and '-', joined by '/', none beginning with a dot.
func CheckKey(key string) error {
	parts := strings.Split(key, "/")
	for _, part := range parts {
		if len(parts) > 4 || !keyPart.MatchString(part) {
			return problem.New(problem.Invalid, "file.key_invalid", "文件编号不正确。", "key", key)
		}
	}
	return nil
}
