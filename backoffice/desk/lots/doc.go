// Package lots is the desk's pages of judicial auctions: the list, a lot with all that stands around it, and the forms of its acts.
package lots
