package frame

import (
	"context"

	"mingzhi/portal/webkit"
)

// other is a way to another theme; When says under which colours of the system it is shown.
type other struct{ Theme, Name, When string }

var themes = map[string][]other{"auto": {{"dark", "深色", "when-light"}, {"light", "浅色", "when-dark"}}, "dark": {{"light", "浅色", ""}}, "light": {{"auto", "随系统", ""}}}

func otherThemes(ctx context.Context) []other { return themes[webkit.ViewOf(ctx).Theme] }
