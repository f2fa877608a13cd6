// Package rules explains: how a clock was counted, what a clause says, which book is in force
// and what of it is carried.
package rules
