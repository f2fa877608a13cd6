// Package problem is the house's one error vocabulary: a kind the machine can
// act on, a sentence a person can act on, and, where a rule refused, its legal basis.
package problem
