// Package archtest holds the house's import rules as a test; it has no code of its own.
package archtest
