// Package board is the duty board, live by server-sent events, and the roster.
package board
