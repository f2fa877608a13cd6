// Package hall is the screen that rolls by itself in the court's hall: no input, no cookies, rows read anew at every turn.
package hall
