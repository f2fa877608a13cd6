// Package home is the first page: the list of courts, and a court's four doors.
package home
