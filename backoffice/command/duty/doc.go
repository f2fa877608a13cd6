// Package duty is the duty room: the board of tips in hand, the alerts that ring there, and who
// is on duty from when to when.
package duty
