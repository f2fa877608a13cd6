// Package tip is the page on which anybody tells the court of a person or an asset.
package tip
