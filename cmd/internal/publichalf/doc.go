// Package publichalf is the internet half, wired: the portal and the courier over the public store.
// Staff code is not linked through it.
package publichalf
