// Package webkit is the HTML kit of both webs, the public's and the staff's: application,
// rendering, error page, CSRF, headers, assets and shared pieces; it knows no domain.
package webkit
