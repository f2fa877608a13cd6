// Package channel is how a message leaves the house: one small interface that every provider's sender fills.
package channel
