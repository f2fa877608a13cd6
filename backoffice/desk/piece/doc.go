// Package piece is what several pages of the desk show alike: clocks that explain themselves,
// clause chips, the form of a book's fields, who was told, the rail of a matter's steps.
package piece
