// Package intake is everything that comes in: it admits what lies in the inbox exactly once,
// opens the seals, and sets aside what cannot be admitted; Excel imports come through here too.
package intake
