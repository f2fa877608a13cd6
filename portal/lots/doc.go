// Package lots shows property put to judicial auction: the list, one lot, questions, viewings.
package lots
