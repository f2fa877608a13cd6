// Package inquiry is what the public may ask and submit, shared by the portal and the bots.
package inquiry
