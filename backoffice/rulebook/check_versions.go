package rulebook

import "mingzhi/backoffice/calendar"

// version is one version of an entry, whatever its kind.
type version struct {
	kind string
	Entry
}

// checkVersions holds ids, names and days in force of every entry.
func (c *checker) checkVersions() {
	all := map[string][]version{}
	for _, v := range c.entries() {
		p := c.in(v.At, v.ID)
		if v.ID == "" {
			p.say("", "条目没有 id。")
			continue
		}
		if v.kind != "template" && v.kind != "disclosure" {
			p.need("", "名称（name）", v.Name)
		}
		if v.From != nil && v.Until != nil && v.Until.Before(*v.From) {
			p.say("until", "失效日（until）早于生效日（from）。")
		}
		key := v.kind + " " + v.ID
		for _, other := range all[key] {
			if overlap(v.Entry, other.Entry) {
				c.sayOverlap(p, v, other)
			}
		}
		all[key] = append(all[key], v)
	}
}

// sayOverlap tells a plain repetition from two versions whose days meet.
func (c *checker) sayOverlap(p place, v, other version) {
	if v.From == nil && v.Until == nil && other.From == nil && other.Until == nil {
		p.say("id", "编号重复：第 %d 行已经有 %s。", other.At.Line, v.ID)
		return
	}
	p.say("id", "与第 %d 行的 %s 施行日期重叠：同一天只能有一个版本有效。", other.At.Line, v.ID)
}

// overlap treats a missing day as open; first and last day both count.
func overlap(a, b Entry) bool {
	before := func(until, from *calendar.Date) bool { return until != nil && from != nil && until.Before(*from) }
	return !before(a.Until, b.From) && !before(b.Until, a.From)
}

// entries is every entry that can have versions.
func (b *Book) entries() []version {
	var out []version
	for _, e := range b.Events {
		out = append(out, version{"event", e.Entry})
	}
	for _, e := range b.Processes {
		out = append(out, version{"process", e.Entry})
	}
	for _, e := range b.Deadlines {
		out = append(out, version{"deadline", e.Entry})
	}
	for _, e := range b.Disclosures {
		out = append(out, version{"disclosure", e.Entry})
	}
	for _, e := range b.Alerts {
		out = append(out, version{"alert", e.Entry})
	}
	for _, e := range b.Templates {
		out = append(out, version{"template", e.Entry})
	}
	for _, e := range b.Remedies {
		out = append(out, version{"remedy", e.Entry})
	}
	for _, e := range b.Figures {
		out = append(out, version{"figure", e.Entry})
	}
	for _, e := range b.LotItems {
		out = append(out, version{"lot item", e.Entry})
	}
	for _, e := range b.Gates {
		out = append(out, version{"gate", e.Entry})
	}
	for _, e := range b.Boards {
		out = append(out, version{"board", e.Entry})
	}
	return out
}
