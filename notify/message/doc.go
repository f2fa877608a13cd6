// Package message turns a template of the rulebook into one row of outgoing: provider template,
// ordered parameters, rendered text and check code, with the address sealed for the courier.
package message
