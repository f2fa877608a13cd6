// Package desk is the staff's web: every route with its permission in one table, one folder a page.
package desk
