// Package boot is what every program of the house needs to live: the clock, the log, listeners,
// the table of background work and a graceful stop. It knows neither half.
package boot
