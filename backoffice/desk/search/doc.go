// Package search is the page of the search box.
package search
