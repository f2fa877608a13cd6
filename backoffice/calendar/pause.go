package calendar

import "slices"

// Pause is a stretch of days that a period leaves out (审限规定第9条). Both ends belong to it;
// a zero To means that it still lasts.
type Pause struct {
	From   Date   `json:"from"`
	To     Date   `json:"to"`
	Reason string `json:"reason"` // e.g. 中止执行; shown to people
}

func (p Pause) reason() string {
	if p.Reason == "" {
		return "期间中止"
	}
	return p.Reason
}

// String is "2026-01-05至2026-01-09（中止执行）".
func (p Pause) String() string {
	to := p.To.String()
	if to == "" {
		to = "今"
	}
	return p.From.String() + "至" + to + "（" + p.reason() + "）"
}

// merge orders pauses and cuts overlaps off the later one; empty and reversed ones fall out.
func merge(pauses []Pause) []Pause {
	sorted := slices.Clone(pauses)
	slices.SortStableFunc(sorted, func(a, b Pause) int { return a.From.noon().Compare(b.From.noon()) })
	var out []Pause
	for _, p := range sorted {
		if p.From.IsZero() {
			continue
		}
		if n := len(out); n > 0 {
			before := out[n-1]
			if before.To.IsZero() {
				break
			}
			if !p.From.After(before.To) {
				p.From = before.To.Add(1)
			}
		}
		if p.To.IsZero() || !p.To.Before(p.From) {
			out = append(out, p)
		}
	}
	return out
}

func pausedOn(pauses []Pause, d Date) (Pause, bool) {
	for _, p := range pauses {
		if !d.Before(p.From) && (p.To.IsZero() || !d.After(p.To)) {
			return p, true
		}
	}
	return Pause{}, false
}
