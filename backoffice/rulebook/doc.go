// Package rulebook is a court's rules as data: the schema, the strict loader, the checker
// that names file, line and entry, and the seeds of two courts in books/.
package rulebook
