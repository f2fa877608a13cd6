// Package matters is the page of a matter, and of a tip, whose matter is its work.
package matters
