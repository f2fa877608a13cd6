package board

import (
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
)

// Desk counts.
type Desk struct{ store *storage.Store }

// New makes the desk.
func New(store *storage.Store) *Desk { return &Desk{store} }

// Sees reports whether an actor may see a board: the roles it names, else everybody who works on cases or matters.
func Sees(a staff.Actor, b *rulebook.Board) bool {
	if len(b.View) > 0 {
		return a.Is(b.View...)
	}
	return a.Can(rulebook.MayViewCase) || a.Can(rulebook.MayWorkMatter)
}
