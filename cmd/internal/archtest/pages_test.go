package archtest

import (
	"slices"
	"testing"

	"mingzhi/backoffice/rulebook"
	"mingzhi/portal"
	"mingzhi/portal/frame"
)

// publicPages are the addresses behind the names by which a book says that a page of the portal carries a clause; that each answers
// is the portal's own test of every route.
var publicPages = map[string]string{"home": "/:court", "documents": "/:court/about", "clauses": "/:court/clause/:id", "hotlines": "/:court", "tips": "/:court/tip",
	"cases": "/:court/case", "applications": "/:court/case/:viewer/apply/:process", "notices": "/:court/notices", "dishonest": "/:court/dishonest",
	"lots": "/:court/lots", "hall": "/:court/hall", "feed": "/:court/feed.xml", "messages": "/:court/message"}

func TestPublicPages(t *testing.T) {
	routes := portal.Routes(nil)
	for _, id := range rulebook.PublicPages {
		path, ok := publicPages[id]
		if !ok || !slices.ContainsFunc(routes, func(r frame.Route) bool { return r.Method == "GET" && r.Path == path }) {
			t.Errorf("a book may name the page %s, and the portal has none at %q", id, path)
		}
	}
}
