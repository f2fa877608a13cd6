package about

import (
	"html"
	"regexp"
	"strings"
)

// markdown renders what normative documents need: headings, paragraphs, lists, tables, bold.
// Everything else, HTML above all, is shown as the letters it is.
func markdown(text string) string {
	m := &writer{}
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		m.line(strings.TrimRight(line, " \t"))
	}
	m.close()
	return m.out.String()
}

// writer knows which block is open: "" for none, p, ul, ol, table, blockquote.
type writer struct {
	out  strings.Builder
	open string
}

var (
	heading  = regexp.MustCompile(`^(#{1,6})\s+(.+)$`)
	bullet   = regexp.MustCompile(`^\s*[-*+]\s+(.+)$`)
	numbered = regexp.MustCompile(`^\s*\d+[.)]\s+(.+)$`)
	tableRow = regexp.MustCompile(`^\s*\|(.+)\|\s*$`)
	ruleRow  = regexp.MustCompile(`^\s*\|?[\s:|-]+\|?\s*$`)
	strong   = regexp.MustCompile(`\*\*(.+?)\*\*`)
)

func inline(s string) string {
	return strong.ReplaceAllString(html.EscapeString(s), "<strong>$1</strong>")
}

var ends = map[string]string{"p": "</p>\n", "ul": "</ul>\n", "ol": "</ol>\n", "table": "</tbody></table></div>\n", "blockquote": "</p></blockquote>\n"}

var begins = map[string]string{"p": "<p>", "ul": "<ul>", "ol": "<ol>",
	"table": `<div class="scroll" tabindex="0" role="region" aria-label="表"><table><tbody>`, "blockquote": "<blockquote><p>"}

func (m *writer) close() { m.out.WriteString(ends[m.open]); m.open = "" }

// into opens a block unless it is open; fresh says that it was not.
func (m *writer) into(block string) (fresh bool) {
	if m.open == block {
		return false
	}
	m.close()
	m.open = block
	m.out.WriteString(begins[block])
	return true
}

func (m *writer) line(line string) {
	if part := heading.FindStringSubmatch(line); part != nil {
		m.close()
		// The page's own heading is h1, its section's h2: the document's begin below.
		level := string("3456"[min(len(part[1]), 4)-1])
		m.out.WriteString("<h" + level + ">" + inline(part[2]) + "</h" + level + ">\n")
		return
	}
	switch {
	case strings.TrimSpace(line) == "":
		m.close()
	case strings.Trim(line, "-*_ ") == "":
		m.close()
		m.out.WriteString("<hr>\n")
	case tableRow.MatchString(line):
		m.row(line)
	case bullet.MatchString(line):
		m.into("ul")
		m.out.WriteString("<li>" + inline(bullet.FindStringSubmatch(line)[1]) + "</li>")
	case numbered.MatchString(line):
		m.into("ol")
		m.out.WriteString("<li>" + inline(numbered.FindStringSubmatch(line)[1]) + "</li>")
	case strings.HasPrefix(line, ">"):
		m.text("blockquote", strings.TrimSpace(strings.TrimPrefix(line, ">")))
	default:
		m.text("p", strings.TrimSpace(line))
	}
}

func (m *writer) text(block, text string) {
	if !m.into(block) {
		m.out.WriteString("<br>")
	}
	m.out.WriteString(inline(text))
}

func (m *writer) row(line string) {
	m.into("table")
	if ruleRow.MatchString(line) {
		return
	}
	m.out.WriteString("<tr>")
	for _, cell := range strings.Split(tableRow.FindStringSubmatch(line)[1], "|") {
		m.out.WriteString("<td>" + inline(strings.TrimSpace(cell)) + "</td>")
	}
	m.out.WriteString("</tr>")
}
