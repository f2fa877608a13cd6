// Package calendar counts working days and legal periods of the courts of mainland China and
// explains every deadline day by day, without database or clock.
package calendar
