// Package storagetest gives each test a fresh database on a real PostgreSQL, and fails, never skips, when there is none.
package storagetest
