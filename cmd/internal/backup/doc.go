// Package backup writes the database, the file stores and the rulebooks as they were at one instant into one place without any key, and restores them into an empty installation.
package backup
