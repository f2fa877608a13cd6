// Package matter runs the processes of a rulebook: a matter (事项) is one run, opened by an event
// or a person, moved step by step by those whom the book names, each step with its own clock.
package matter
