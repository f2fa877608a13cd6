// Package receipt is the page on which a receipt tells how a tip fares and takes more.
package receipt
