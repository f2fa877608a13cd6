// Package mycase is a party's own case: what happened, what comes next, by whom and by when.
package mycase
