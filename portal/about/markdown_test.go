package about

import (
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"# 总则\n第一条 内容。":      "<h3>总则</h3>\n<p>第一条 内容。</p>\n",
		"甲\n乙\n\n丙":          "<p>甲<br>乙</p>\n<p>丙</p>\n",
		"- 甲\n- **乙**":       "<ul><li>甲</li><li><strong>乙</strong></li></ul>\n",
		"<script>x</script>": "<p>&lt;script&gt;x&lt;/script&gt;</p>\n",
		"":                   "",
	} {
		if got := markdown(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got := markdown("| 甲 | 乙 |\n|---|---|\n| 1 | 2 |"); strings.Count(got, "<tr>") != 2 || strings.Count(got, "<td>") != 4 {
		t.Error(got)
	}
}

func FuzzMarkdown(f *testing.F) {
	f.Add("# a\n- b\n| c |\n> d\n**e**")
	f.Fuzz(func(t *testing.T, text string) {
		out := markdown(text)
		for _, bad := range []string{"<script", "<img", "<a ", "javascript:<"} {
			if strings.Contains(out, bad) {
				t.Errorf("%q gives %q", text, out)
			}
		}
	})
}
