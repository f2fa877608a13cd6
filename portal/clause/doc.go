// Package clause is the page of one article behind a clause chip.
package clause
