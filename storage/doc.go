// Package storage is PostgreSQL for the court's half: transactions that carry the court, the
// actor and one instant; the typed queries of courtdb; the published rulebook. It holds no rule.
package storage
