// Package signin is signing in and out, also in the middle of a form.
package signin
