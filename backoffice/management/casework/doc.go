// Package casework is what staff read of cases, matters, clocks and disclosures: each list and
// load takes the actor, and its scope is part of the statement.
package casework
