// Package docket is the spine: every act that means something is recorded here once, and its
// followers do what follows in the same transaction: the case moves, clocks start and stop,
// processes open, disclosure decides. Nothing changes a case silently.
package docket
