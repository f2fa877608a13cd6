// Package staff is who acts: a person of the court, the system itself, the public through the
// inbox, or an import; with what the court's rulebook lets that actor do and how far it sees.
package staff
