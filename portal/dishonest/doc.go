// Package dishonest answers whether somebody stands on the court's list of dishonest debtors, one query at a time.
package dishonest
