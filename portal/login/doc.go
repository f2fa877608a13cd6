// Package login is where a party says who he is: ID number and query code, then six digits from the mobile on file.
package login
