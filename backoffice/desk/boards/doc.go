// Package boards is the pages of figures: what a book declares, counted, with the way to what was counted.
package boards
