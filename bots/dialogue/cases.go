package dialogue

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/enforcement"
	"mingzhi/portal/inquiry"
	"mingzhi/portal/words"
)

// How much of a case stands in a message, and how many cases in a list.
const (
	newest    = 3
	nextSteps = 2
	listed    = 9
)

// cases tells a bound person where his case stands, or lists his cases. wanted is a case number, or empty.
func (t *turn) cases(ctx context.Context, wanted string) error {
	user, err := t.User(ctx)
	if err != nil {
		return err
	}
	if user.Person == nil {
		t.say(words.T(ctx, "bot.unbound", "link", t.Link("/login")))
		return nil
	}
	list, err := t.Cases(ctx, user.Person)
	if err != nil {
		return t.refuse(ctx, err)
	}
	if wanted != "" {
		return t.byNumber(ctx, list, wanted)
	}
	t.s.Cases = nil
	switch len(list) {
	case 0:
		t.say(words.T(ctx, "bot.no_cases"))
		return nil
	case 1:
		return t.show(ctx, list[0])
	}
	var b strings.Builder
	for i, c := range list {
		if i == listed {
			b.WriteString("\n" + words.T(ctx, "bot.more_cases", "n", len(list)-listed, "link", t.Link("/case")))
			break
		}
		t.s.Cases = append(t.s.Cases, c.Viewer)
		b.WriteString("\n" + strconv.Itoa(i+1) + ". " + c.Number + "  " + t.pressing(ctx, c))
	}
	t.say(words.T(ctx, "bot.cases", "n", len(list)) + b.String() + "\n\n" + words.T(ctx, "bot.cases_choose"))
	return nil
}

// pressing is the one thing that comes next, for a list.
func (t *turn) pressing(ctx context.Context, c inquiry.Case) string {
	if len(c.Next) == 0 {
		return ""
	}
	return c.Next[0].Name + " · " + t.left(ctx, c.Next[0])
}

// byNumber never tells whether a case that is not his exists.
func (t *turn) byNumber(ctx context.Context, list []inquiry.Case, wanted string) error {
	if number, err := enforcement.ParseCaseNumber(wanted, t.Now()); err == nil {
		wanted = number.String()
	} else if oneNumber.MatchString(wanted) && len(t.s.Cases) > 0 {
		return t.chosen(ctx, wanted)
	}
	i := slices.IndexFunc(list, func(c inquiry.Case) bool { return c.Number == wanted })
	if i < 0 {
		t.say(words.T(ctx, "bot.not_yours"))
		return nil
	}
	return t.show(ctx, list[i])
}

// chosen is a number out of the list that was shown.
func (t *turn) chosen(ctx context.Context, text string) error {
	user, err := t.User(ctx)
	if err != nil || user.Person == nil {
		t.menu(ctx)
		return err
	}
	list, err := t.Cases(ctx, user.Person)
	if err != nil {
		return t.refuse(ctx, err)
	}
	n, _ := strconv.Atoi(text)
	if n <= len(t.s.Cases) {
		if i := slices.IndexFunc(list, func(c inquiry.Case) bool { return c.Viewer == t.s.Cases[n-1] }); i >= 0 {
			return t.show(ctx, list[i])
		}
	}
	t.say(words.T(ctx, "bot.cases_choose"))
	return nil
}

// show is the case page in a message: who owes the next step by when stands first.
func (t *turn) show(ctx context.Context, c inquiry.Case) error {
	parts := []string{words.T(ctx, "bot.case_head", "number", c.Number, "role", t.role(c))}
	var next []string
	for i, k := range c.Next {
		if i < nextSteps {
			next = append(next, t.step(ctx, k, i == 0))
		}
	}
	if len(next) == 0 {
		next = append(next, words.T(ctx, "case.nothing_next"))
	}
	parts = append(parts, strings.Join(next, "\n"))
	var track []string
	for i, e := range c.Track {
		if i < newest {
			track = append(track, day(ctx, e.At, c.At)+"  "+shorten(e.Title, 60))
		}
	}
	if len(track) == 0 {
		track = append(track, words.T(ctx, "bot.no_track"))
	}
	parts = append(parts, words.T(ctx, "bot.track")+"\n"+strings.Join(track, "\n"))
	if c.Header.Judge != "" {
		parts = append(parts, strings.TrimSpace(words.T(ctx, "bot.judge", "judge", c.Header.Judge, "phone", c.Header.Phone)))
	}
	parts = append(parts, words.T(ctx, "bot.case_link", "link", t.Link("/case/"+c.Viewer.String())))
	t.say(strings.Join(parts, "\n\n"))
	if len(c.Track) > newest || len(c.Letters) > 0 {
		return nil // what was not shown has not been read: the page reports it when it is opened
	}
	return t.NoteRead(ctx, c)
}

func (t *turn) role(c inquiry.Case) string {
	name := func(id string) string {
		if word := t.court.Roles[id]; word != "" {
			return word
		}
		return enforcement.Role(id).Name()
	}
	if c.Role != c.StandsFor && c.StandsFor != "" {
		return name(c.StandsFor) + " · " + name(c.Role)
	}
	return name(c.Role)
}

// step is what comes next: what, by whom, until when, how long still.
func (t *turn) step(ctx context.Context, k inquiry.Clock, first bool) string {
	key := "bot.then"
	if first {
		key = "bot.next"
	}
	text := words.T(ctx, key, "what", k.Name)
	who := ""
	if k.Owner != "" {
		who = words.T(ctx, "track.owner", "owner", k.Owner)
	}
	if k.Paused {
		return lines(text, lines(who, words.T(ctx, "due.paused")))
	}
	by := day(ctx, k.Due, t.Now())
	if k.Unit == calendar.HourUnit || k.Unit == calendar.MinuteUnit {
		by = clock(ctx, k.Due, t.Now())
	}
	return lines(text, who, words.T(ctx, "bot.by", "date", by, "left", t.left(ctx, k)))
}

func (t *turn) left(ctx context.Context, k inquiry.Clock) string {
	unit := words.T(ctx, "unit."+string(k.Unit), "n", k.Left)
	switch {
	case k.Paused:
		return words.T(ctx, "due.paused")
	case k.Over:
		return words.T(ctx, "due.over", "n", k.Left, "unit", unit)
	case k.Left == 0:
		return words.T(ctx, "due.today")
	}
	return words.T(ctx, "due.left", "n", k.Left, "unit", unit)
}

// viewer is the case a talk with an officer is filed with.
func (t *turn) viewer(ctx context.Context) (uuid.UUID, error) {
	user, err := t.User(ctx)
	if err != nil || user.Person == nil {
		return uuid.Nil, err
	}
	list, err := t.Cases(ctx, user.Person)
	if err != nil || len(list) == 0 {
		return uuid.Nil, err
	}
	return list[0].Viewer, nil
}
