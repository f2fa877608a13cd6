// Package board is the figures that a book declares: counted in the database, within what the reader may see.
package board
