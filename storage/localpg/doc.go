// Package localpg runs the private PostgreSQL that serves when no DATABASE_URL is set: it starts, watches and stops it, as root or as an ordinary user, and never touches a folder that is not its own.
package localpg
