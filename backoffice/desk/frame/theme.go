package frame

import (
	"context"

	"mingzhi/portal/webkit"
)

var themes = map[string][2]string{"auto": {"dark", "深色"}, "dark": {"light", "浅色"}, "light": {"auto", "随系统"}}

// otherTheme is the next one of auto, dark, light.
func otherTheme(ctx context.Context) string { return themes[webkit.ViewOf(ctx).Theme][0] }

func themeName(ctx context.Context) string { return themes[webkit.ViewOf(ctx).Theme][1] }
