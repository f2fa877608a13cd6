// Package exchange is what crosses between the two halves: the court's public profile outward,
// tips and delivery reports inward. A leaf that both halves read and write as JSON.
package exchange
