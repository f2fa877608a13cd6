// Package gate carries what was disclosed outward and what came in inward between two networks, in signed, numbered batches applied exactly once.
package gate
