// Package about is the page of what this is: the normative document, privacy, hotlines.
package about
