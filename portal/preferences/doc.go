// Package preferences is the page of language, size and colours.
package preferences
