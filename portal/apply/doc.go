// Package apply is any form that the court's book opens to people outside: fields, check, ticket.
package apply
