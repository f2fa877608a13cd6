// Package words holds the languages of everything the public and the desk read: one file of
// sentences a language, and the choice between them.
package words
