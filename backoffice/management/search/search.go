package search

import "mingzhi/storage"

// Desk searches.
type Desk struct{ store *storage.Store }

// New makes the desk.
func New(store *storage.Store) *Desk { return &Desk{store} }
