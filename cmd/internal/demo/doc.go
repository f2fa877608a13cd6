// Package demo makes a lifelike court for demonstration: people with accounts, a duty roster, and a
// workbook of cases that comes in through the same import as a real court's.
package demo
