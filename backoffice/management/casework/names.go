package casework

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/matter"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// Choices fill the selects of a form, and put the ids that forms hold into words: persons of the case, staff, teams.
type Choices struct {
	Parties, Staff, Teams, Recordings, Deadlines []rulebook.Choice
	Open                                         map[string][]matter.OpenItem // by field: runs to be confirmed one by one
	Before                                       map[string]any               // what earlier forms of the run brought

	others []rulebook.Choice // who is not offered, but may be named
}

// Name is the label of an id in a list of choices.
func Name(list []rulebook.Choice, id string) string {
	for _, c := range list {
		if c.ID == id {
			return c.Label
		}
	}
	return ""
}

// Person is the name of one of the court's people.
func (c Choices) Person(id string) string { return cmp.Or(Name(c.Staff, id), Name(c.others, id)) }

// nameless stand for what an id can no longer be asked for.
var nameless = map[string]string{"party": "当事人", "staff": "已离任人员", "recording": "音视频", "attachment": "文件", "deadline": "期限"}

// Spoken is a value with a name in the place of an id.
func (c Choices) Spoken(f rulebook.Field, v any) any {
	id, text := v.(string)
	if !text {
		return v
	}
	list := map[string][]rulebook.Choice{"party": c.Parties, "staff": c.Staff, "team": c.Teams, "recording": c.Recordings, "deadline": c.Deadlines}[f.Type]
	if name := cmp.Or(Name(list, id), Name(c.others, id)); name != "" {
		return name
	}
	if _, err := uuid.Parse(id); err == nil && nameless[f.Type] != "" {
		return nameless[f.Type]
	}
	return v
}

// KnowThoseIn adds who stands in these values and is not known yet, in one query.
func (c *Choices) KnowThoseIn(ctx context.Context, tx *storage.Tx, fields []rulebook.Field, rows []map[string]any) error {
	ids := map[uuid.UUID]bool{}
	for _, values := range rows {
		for _, f := range fields {
			raw, _ := values[f.ID].(string)
			if id, err := uuid.Parse(raw); err == nil && (f.Type == "party" || f.Type == "staff" && c.Person(raw) == "") {
				ids[id] = true
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := tx.NamesOf(ctx, courtdb.NamesOfParams{Court: tx.Court, Ids: slices.Collect(maps.Keys(ids))})
	for _, p := range found {
		label := p.Name
		if role := enforcement.Role(p.Role).Name(); role != "" {
			label += "（" + role + "）"
		}
		c.others = append(c.others, rulebook.Choice{ID: p.ID.String(), Label: label})
	}
	return err
}

func choices(ctx context.Context, tx *storage.Tx, parties []courtdb.CourtParty) (Choices, error) {
	var c Choices
	for _, p := range parties {
		c.Parties = append(c.Parties, rulebook.Choice{ID: p.ID.String(), Label: p.Name + "（" + enforcement.Role(p.Role).Name() + "）"})
	}
	teams := map[string]int{"": len(tx.Book.Court.Teams)}
	for i, t := range tx.Book.Court.Teams {
		teams[t.ID] = i
		c.Teams = append(c.Teams, rulebook.Choice{ID: t.ID, Label: t.Name})
	}
	people, err := tx.StaffNames(ctx, tx.Court)
	slices.SortStableFunc(people, func(a, b courtdb.StaffNamesRow) int { return teams[a.Team] - teams[b.Team] })
	work := tx.Book.RolesMay(rulebook.MayWorkMatter)
	for _, p := range people {
		label := p.Name
		if team := TeamName(tx.Book, p.Team); team != "" {
			label += "（" + team + "）"
		}
		to := &c.others // administrators hold no matters
		if slices.ContainsFunc(p.Roles, func(r string) bool { return slices.Contains(work, r) }) {
			to = &c.Staff
		}
		*to = append(*to, rulebook.Choice{ID: p.ID.String(), Label: label})
	}
	return c, err
}
