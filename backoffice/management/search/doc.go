// Package search finds what a few typed characters may mean: cases, matters, tips, lots, processes and clauses.
package search
