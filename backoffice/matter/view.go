package matter

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/google/uuid"

	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// View is a matter as a page shows it: the process, where it stands, what was done, its clocks.
type View struct {
	courtdb.CourtMatter
	Process                                     *rulebook.Process
	Current                                     *rulebook.Step
	Values                                      map[string]any // form and free text together
	History                                     []Done
	Deadlines                                   []courtdb.CourtDeadline
	CanTake, CanComplete, CanReceive, CanReturn bool
}

// Done is one act of the history with its opened words.
type Done struct {
	courtdb.MatterStepsRow
	Words map[string]any
}

// Show loads a matter for a page within an open transaction; the page's own act has checked scope.
func Show(ctx context.Context, tx *storage.Tx, id uuid.UUID) (*View, error) {
	row, err := tx.MatterByID(ctx, courtdb.MatterByIDParams{Court: tx.Court, ID: id})
	if storage.NoRows(err) {
		return nil, notFound
	}
	if err != nil {
		return nil, err
	}
	s, err := unpack(tx, row)
	if err != nil {
		return nil, err
	}
	v := &View{CourtMatter: row, Process: s.process, Values: maps.Clone(s.form)}
	maps.Copy(v.Values, s.notes)
	v.Current, _ = s.process.Step(s.Step)
	if v.History, err = history(ctx, tx, id); err != nil {
		return nil, err
	}
	v.Deadlines, err = tx.DeadlinesOfMatter(ctx, courtdb.DeadlinesOfMatterParams{Court: tx.Court, MatterID: id})
	v.allow(tx.Actor)
	return v, err
}

func (v *View) allow(a staff.Actor) {
	if v.State != "open" || v.Current == nil || !a.Can(rulebook.MayWorkMatter) {
		return
	}
	mine := may(a, v.Current.By, v.Team)
	free := zero(v.Holder)
	v.CanReceive = v.Awaiting != "" && may(a, []string{v.Awaiting}, v.Team)
	v.CanTake = v.Awaiting == "" && mine && free
	v.CanComplete = v.Awaiting == "" && mine && !free && *v.Holder == a.ID
	v.CanReturn = v.Current.Return != "" && (v.CanComplete || v.CanReceive)
}

func history(ctx context.Context, tx *storage.Tx, id uuid.UUID) ([]Done, error) {
	rows, err := tx.MatterSteps(ctx, courtdb.MatterStepsParams{Court: tx.Court, MatterID: id})
	if err != nil {
		return nil, err
	}
	out := make([]Done, len(rows))
	for i, r := range rows {
		out[i] = Done{MatterStepsRow: r}
		if r.Notes == nil {
			continue
		}
		plain, err := tx.Keys.Open("matter_step.notes:"+r.ID.String(), r.Notes)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &out[i].Words); err != nil {
			return nil, err
		}
	}
	return out, nil
}
