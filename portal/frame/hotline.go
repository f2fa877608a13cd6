package frame

import "strconv"

// hotlineKey is the id of a hotline's translated name in the court's book.
func hotlineKey(i int) string { return "hotline." + strconv.Itoa(i) + ".name" }
