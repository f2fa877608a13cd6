package storage

import "github.com/google/uuid"

// NewID is a fresh UUIDv7: it sorts by the time it was made.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Ref points to an id, or is nil for the zero id, as nullable columns want it.
func Ref(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// Deref is the id pointed to, or the zero id.
func Deref(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
