// Package message is the page that tells whether a message came from the court.
package message
