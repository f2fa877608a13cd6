// Package cases is the list of cases, the page of one, recording an event on it, and the
// disclosures that wait for a decision.
package cases
