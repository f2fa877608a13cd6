// Package files keeps the three stores of files apart: what the public sent in, what is the court's own, and what is disclosed.
package files
