// Package feed gives public notices and lots to the court's other sites as Atom, where the court's book says so.
package feed
