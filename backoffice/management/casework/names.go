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

// Spoken is a value with names in the place of ids, in rows too.
func (c Choices) Spoken(f rulebook.Field, v any) any {
	switch v := v.(type) {
	case string:
		list := map[string][]rulebook.Choice{"party": c.Parties, "staff": c.Staff, "team": c.Teams, "recording": c.Recordings, "deadline": c.Deadlines}[f.Type]
		if name := cmp.Or(Name(list, v), Name(c.others, v)); name != "" {
			return name
		}
		if word := nameless[f.Type]; word != "" && isID(v) {
			return word
		}
	case []any:
		out := slices.Clone(v)
		for i, row := range v {
			cells, ok := row.(map[string]any)
			if !ok {
				continue
			}
			cells = maps.Clone(cells)
			for _, col := range f.Rows {
				if cell, ok := cells[col.ID]; ok {
					cells[col.ID] = c.Spoken(col, cell)
				}
			}
			out[i] = cells
		}
		return out
	}
	return v
}

func isID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil
}

// KnowThoseIn adds who stands in these values and is not known yet, in one query.
func (c *Choices) KnowThoseIn(ctx context.Context, tx *storage.Tx, fields []rulebook.Field, rows []map[string]any) error {
	var ids []uuid.UUID
	for _, values := range rows {
		for _, f := range fields {
			ids = c.unknown(f, values[f.ID], ids)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := tx.NamesOf(ctx, courtdb.NamesOfParams{Court: tx.Court, Ids: ids})
	for _, p := range found {
		label := p.Name
		if role := enforcement.Role(p.Role).Name(); role != "" {
			label += "（" + role + "）"
		}
		c.others = append(c.others, rulebook.Choice{ID: p.ID.String(), Label: label})
	}
	return err
}

func (c *Choices) unknown(f rulebook.Field, v any, ids []uuid.UUID) []uuid.UUID {
	switch v := v.(type) {
	case string:
		if id, err := uuid.Parse(v); err == nil && (f.Type == "party" || f.Type == "staff" && c.Person(v) == "") && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	case []any:
		for _, row := range v {
			cells, _ := row.(map[string]any)
			for _, col := range f.Rows {
				ids = c.unknown(col, cells[col.ID], ids)
			}
		}
	}
	return ids
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
