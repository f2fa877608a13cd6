// Package register is the registers of a court: the runs of each process as lists that can be filtered, kept as a view, written to
// Excel and read from it, and printed in the official form.
package register
