// Package enforcement holds the nouns of enforcement work: case numbers, identity numbers,
// money, masks, closed vocabularies and the receipts of tips, all without database or clock.
package enforcement
