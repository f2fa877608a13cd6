// Package account is staff accounts: signing in with a password and a one-time code, sessions
// that can be revoked, lock-out, and what the system administrator may change.
package account
