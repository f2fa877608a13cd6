package inquiry

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mingzhi/backoffice/calendar"
	"mingzhi/portal/exchange"
)

// A case page reads a dozen small JSON texts, all written by the house itself, and encoding/json took a third of the page's time
// for them. lean reads the form they are written in, once over the text and without copying it; whatever it does not expect (an
// escape, an unknown name, a name twice) is left to encoding/json, so that both always read the same.
type lean struct {
	text  string
	at    int
	first bool // a list was just opened
	bad   bool
}

// readItem reads disclosed.item.body.
func readItem(body []byte) (item exchange.Item, err error) {
	l := lean{text: string(body)}
	var seen names
	for l.open('{'); l.more('}'); {
		switch l.name() {
		case "fields":
			seen.once(&l, 1)
			if l.null() {
				break
			}
			item.Fields = make([]exchange.Shown, 0, 8)
			for l.open('['); l.more(']'); {
				item.Fields = append(item.Fields, l.shown())
			}
		case "remedies":
			seen.once(&l, 2)
			if l.null() {
				break
			}
			item.Remedies = []string{}
			for l.open('['); l.more(']'); {
				item.Remedies = append(item.Remedies, l.str())
			}
		case "role":
			seen.once(&l, 4)
			item.Role = l.str()
		case "service":
			seen.once(&l, 8)
			item.Service = l.str()
		case "secret":
			seen.once(&l, 16)
			item.Secret = l.str()
		default:
			l.bad = true
		}
	}
	if l.whole() {
		return item, nil
	}
	item = exchange.Item{}
	err = json.Unmarshal(body, &item)
	return item, err
}

func (l *lean) shown() (s exchange.Shown) {
	var seen names
	for l.open('{'); l.more('}'); {
		switch l.name() {
		case "id":
			seen.once(l, 1)
			s.ID = l.str()
		case "label":
			seen.once(l, 2)
			s.Label = l.str()
		case "value":
			seen.once(l, 4)
			s.Value = l.str()
		case "raw":
			seen.once(l, 8)
			s.Raw = l.str()
		default:
			l.bad = true
		}
	}
	return s
}

// explain reads what a page shows of a calendar.Explanation: its sentence and its days.
func explain(text []byte) (calendar.Explanation, error) {
	l := lean{text: string(text)}
	var e calendar.Explanation
	var seen names
	for l.open('{'); l.more('}'); {
		switch l.name() {
		case "days":
			seen.once(&l, 1)
			e.Days = make([]calendar.DayNote, 0, strings.Count(l.text[l.at:], "{"))
			for l.open('['); l.more(']'); {
				e.Days = append(e.Days, l.day())
			}
		case "text":
			seen.once(&l, 2)
			e.Text = l.str()
		case "start", "startAt", "due": // not shown
			l.str()
		case "provisional":
			l.yes()
		default:
			l.bad = true
		}
	}
	if l.whole() {
		return e, nil
	}
	return explainSlowly(text)
}

func (l *lean) day() (d calendar.DayNote) {
	var seen names
	for l.open('{'); l.more('}'); {
		switch l.name() {
		case "date":
			seen.once(l, 1)
			year, month, day, ok := split(l.str())
			l.bad = l.bad || !ok
			d.Date = calendar.Date{Year: year, Month: time.Month(month), Day: day}
		case "counted":
			seen.once(l, 2)
			d.Counted = l.yes()
		case "why":
			seen.once(l, 4)
			d.Why = l.str()
		case "n": // counted anew where it is shown
			l.number()
		default:
			l.bad = true
		}
	}
	l.bad = l.bad || seen&1 == 0
	return d
}

// explainSlowly is explain by encoding/json.
func explainSlowly(text []byte) (e calendar.Explanation, err error) {
	var raw struct {
		Days []struct {
			Date, Why string
			Counted   bool
		}
		Text string
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return e, err
	}
	e.Text, e.Days = raw.Text, make([]calendar.DayNote, len(raw.Days))
	for i, d := range raw.Days {
		year, month, day, ok := split(d.Date)
		if !ok {
			return e, fmt.Errorf("day %q", d.Date)
		}
		e.Days[i] = calendar.DayNote{Date: calendar.Date{Year: year, Month: time.Month(month), Day: day}, Counted: d.Counted, Why: d.Why}
	}
	return e, nil
}

// split takes 2006-01-02 apart.
func split(s string) (year, month, day int, ok bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	number := func(s string) (n int) {
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return -1
			}
			n = 10*n + int(s[i]-'0')
		}
		return n
	}
	year, month, day = number(s[:4]), number(s[5:7]), number(s[8:])
	return year, month, day, year >= 0 && month >= 0 && day >= 0
}

// names are those an object has had.
type names uint8

func (n *names) once(l *lean, bit names) {
	l.bad = l.bad || *n&bit != 0
	*n |= bit
}

// next is the next byte that is no space, 0 at the end or after something unexpected.
func (l *lean) next() byte {
	for !l.bad && l.at < len(l.text) {
		c := l.text[l.at]
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		l.at++
	}
	return 0
}

func (l *lean) take(c byte) {
	if l.next() != c {
		l.bad = true
		return
	}
	l.at++
}

// open begins a list; more says whether another of it follows, and takes what parts or closes it.
func (l *lean) open(c byte) {
	l.take(c)
	l.first = true
}

func (l *lean) more(shut byte) bool {
	first := l.first
	l.first = false
	switch c := l.next(); {
	case c == shut:
		l.at++
		return false
	case first && c != 0:
		return true
	case c == ',':
		l.at++
		return l.next() != shut || l.fail() // a comma promises one more
	}
	return l.fail()
}

func (l *lean) fail() bool {
	l.bad = true
	return false
}

// name is the name of an object's next value.
func (l *lean) name() string {
	name := l.str()
	l.take(':')
	return name
}

// str is a string without escapes.
func (l *lean) str() string {
	l.take('"')
	if l.bad {
		return ""
	}
	n := strings.IndexByte(l.text[l.at:], '"')
	if n < 0 {
		l.bad = true
		return ""
	}
	s := l.text[l.at : l.at+n]
	for i := range n {
		if s[i] < ' ' || s[i] == '\\' {
			l.bad = true
			return ""
		}
	}
	l.at += n + 1
	return s
}

func (l *lean) yes() bool {
	l.next()
	rest := l.text[l.at:]
	switch {
	case strings.HasPrefix(rest, "true"):
		l.at += len("true")
		return !l.bad
	case strings.HasPrefix(rest, "false"):
		l.at += len("false")
	default:
		l.bad = true
	}
	return false
}

// null takes the word for no list.
func (l *lean) null() bool {
	if l.next() != 'n' || !strings.HasPrefix(l.text[l.at:], "null") {
		return false
	}
	l.at += len("null")
	return true
}

// number passes over a whole number without a sign.
func (l *lean) number() {
	l.next()
	began := l.at
	for l.at < len(l.text) && l.text[l.at] >= '0' && l.text[l.at] <= '9' {
		l.at++
	}
	l.bad = l.bad || l.at == began || l.at > began+1 && l.text[began] == '0'
}

// whole reports that all of the text was read and understood.
func (l *lean) whole() bool { return l.next() == 0 && !l.bad && l.at == len(l.text) }
