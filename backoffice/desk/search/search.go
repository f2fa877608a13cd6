package search

import (
	"net/url"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/portal/webkit"
)

// Show is what was found; what names one thing exactly opens it at once.
func Show(r *frame.Request) error {
	found, err := r.House.Search.Find(r.C(), r.Actor, r.Query("q"))
	if err != nil {
		return err
	}
	if found.Exact != "" && r.Query("all") == "" {
		return webkit.Redirect303(r.Ctx, (&url.URL{Path: r.At(found.Exact)}).EscapedPath())
	}
	r.Current = "search"
	return r.Show("查找", page(found))
}

// whole is the list of a kind, searched for the same text.
func whole(path, text string) string { return path + url.QueryEscape(text) }
