// Package admin is the pages of administrators: importing cases, the working calendar, people
// and their roles, security, the audit.
package admin
