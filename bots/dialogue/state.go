package dialogue

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
)

// version of the state's JSON. Fields are only added: what an older program wrote is read as it is, and what it did
// not know is empty.
const version = 1

// State is where a conversation stands. It may hold what a person typed: it is only ever kept sealed.
type State struct {
	V     int         `json:"v"`
	Lang  string      `json:"lang,omitempty"`
	Mode  Mode        `json:"mode,omitempty"`
	Bind  *Bind       `json:"bind,omitempty"`
	Tip   *Tip        `json:"tip,omitempty"`
	Reply *Answer     `json:"reply,omitempty"`
	Talk  *Talk       `json:"talk,omitempty"`
	Cases []uuid.UUID `json:"cases,omitempty"` // as they were listed last: a number chooses one
	Asked []uuid.UUID `json:"asked,omitempty"` // officers' questions that were answered
	Done  []string    `json:"done,omitempty"`  // the newest callbacks that are in here
	At    time.Time   `json:"at,omitzero"`
}

// Mode is what the next words belong to.
type Mode string

const (
	Idle      Mode = ""
	Binding   Mode = "bind"
	Unbinding Mode = "unbind"
	Telling   Mode = "tip"
	Answering Mode = "answer"
	Talking   Mode = "talk"
	Naming    Mode = "receipt" // a receipt's number is awaited
	Checking  Mode = "check"   // a check code is awaited
)

// Bind is a binding under way. The ID number is forgotten as soon as it was used.
type Bind struct {
	Step   string    `json:"step"` // number, code, digits
	Number string    `json:"number,omitempty"`
	Code   string    `json:"code,omitempty"`
	Login  uuid.UUID `json:"login,omitzero"`
}

// Tip is a tip that is being written.
type Tip struct {
	Key     string   `json:"key"`
	At      string   `json:"at"`             // the step that is asked
	Done    []string `json:"done,omitempty"` // steps that were answered or passed over, in that order
	Kind    string   `json:"kind,omitempty"`
	Debtor  string   `json:"debtor,omitempty"`
	Number  string   `json:"number,omitempty"` // a case number
	What    string   `json:"what,omitempty"`
	Where   string   `json:"where,omitempty"`
	When    string   `json:"when,omitempty"`
	Urgent  bool     `json:"urgent,omitempty"`
	Files   []File   `json:"files,omitempty"`
	Heard   string   `json:"heard,omitempty"` // what WeChat understood of the last voice, offered as text
	Name    string   `json:"name,omitempty"`
	Mobile  string   `json:"mobile,omitempty"`
	Warning string   `json:"warning,omitempty"` // the version that was accepted
	Leaving bool     `json:"leaving,omitempty"` // asked to be thrown away, not yet confirmed
	Paused  bool     `json:"paused,omitempty"`
	Sending bool     `json:"sending,omitempty"` // whole, and on its way: nothing in it may change any more
}

// File is a picture or voice: cleaned and sealed under Key, or still to be fetched.
type File struct {
	Media string `json:"media"`
	Key   string `json:"key,omitempty"`
	Name  string `json:"name,omitempty"`
	Voice bool   `json:"voice,omitempty"`
	Size  int    `json:"size,omitempty"`
}

// Answer is an addition to a tip that was sent, above all the answer to an officer's question.
type Answer struct {
	Key      string    `json:"key"`
	Tip      uuid.UUID `json:"tip"`
	Ticket   string    `json:"ticket"`
	Question uuid.UUID `json:"question,omitzero"`
	Text     string    `json:"text,omitempty"`
	Files    []File    `json:"files,omitempty"`
}

// Talk is an open conversation with an officer.
type Talk struct {
	ID     uuid.UUID `json:"id"`
	Viewer uuid.UUID `json:"viewer,omitzero"` // the case it is about, when the account is bound
	Said   int       `json:"said,omitempty"`
}

// Read opens a kept state; nothing kept, or something nobody can read any more, is a new one.
func Read(text []byte) State {
	var s State
	if len(text) == 0 || json.Unmarshal(text, &s) != nil {
		return State{V: version}
	}
	s.V = version
	s.mend()
	return s
}

// mend makes sense of a state whose program is gone: a mode without what it is about is none.
func (s *State) mend() {
	if t := s.Tip; t != nil && (t.Key == "" || !slices.Contains(steps, t.At)) {
		t.At = t.next()
		if t.Key == "" {
			s.Tip = nil
		}
	}
	if b := s.Bind; b != nil && !slices.Contains([]string{stepNumber, stepCode, stepDigits}, b.Step) {
		s.Bind = nil
	}
	switch s.Mode {
	case Binding:
		if s.Bind != nil {
			return
		}
	case Telling:
		if s.Tip != nil {
			return
		}
	case Answering:
		if s.Reply != nil {
			return
		}
	case Talking:
		if s.Talk != nil {
			return
		}
	case Idle, Unbinding, Naming, Checking:
		return
	}
	s.Mode = Idle
}

// Write is the state as it is kept.
func (s State) Write() ([]byte, error) {
	s.V = version
	return json.Marshal(s)
}

// remembered is how many callbacks a state knows to be in it: more than WeChat has under way for one person.
const remembered = 16

// Has says that a callback is in the state already: it came twice, to two nodes.
func (s State) Has(key string) bool { return slices.Contains(s.Done, key) }

func (s *State) note(key string) {
	s.Done = append(s.Done, key)
	if len(s.Done) > remembered {
		s.Done = slices.Clone(s.Done[len(s.Done)-remembered:])
	}
}

// Pending are the files still to be fetched.
func (s State) Pending() (list []File) {
	each := func(files []File) {
		for _, f := range files {
			if f.Key == "" {
				list = append(list, f)
			}
		}
	}
	if s.Tip != nil {
		each(s.Tip.Files)
	}
	if s.Reply != nil {
		each(s.Reply.Files)
	}
	return list
}

// Settle puts a file that was pending where it is waited for, or takes it out when it cannot be taken; false when nobody waits
// for it.
func (s *State) Settle(f File, taken bool) bool {
	found := false
	mend := func(files []File) []File {
		for i := range files {
			if files[i].Media != f.Media || files[i].Key != "" {
				continue
			}
			found = true
			if !taken {
				return slices.Delete(files, i, i+1)
			}
			files[i] = f
			return files
		}
		return files
	}
	if s.Tip != nil {
		s.Tip.Files = mend(s.Tip.Files)
	}
	if s.Reply != nil {
		s.Reply.Files = mend(s.Reply.Files)
	}
	return found
}
