package matter

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/backoffice/staff"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// View is a matter as a page shows it: the process, where it stands, what was done, its clocks.
type View struct {
	courtdb.CourtMatter
	Process   *rulebook.Process
	Current   *rulebook.Step
	Mends     []rulebook.Field // of the opening form, which the actor may mend at this step
	Values    map[string]any   // form and free text together
	History   []Done
	Deadlines []courtdb.CourtDeadline
	Gates     []docket.Gate // before the current step, for whoever may do it
	Materials []Material    // that the current step needs
	Tracks    []Track
	Open      map[string][]OpenItem // by field, to be confirmed

	CanTake, CanComplete, CanReceive, CanReturn, CanWithdraw, CanReopen, CanAssign bool
	Quick                                                                          bool // the step is done by taking it, with what may be filled in
	Own                                                                            bool // the step is an approval of what the actor asked for himself
}

// Track is a run beside others that the step waits for.
type Track struct{ courtdb.TracksRow }

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
	if err != nil {
		return nil, err
	}
	rows, err := tx.Tracks(ctx, courtdb.TracksParams{Court: tx.Court, Parent: id})
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		v.Tracks = append(v.Tracks, Track{r})
	}
	if v.Current != nil {
		v.Mends = s.mends(tx.Actor, v.Current)
	}
	v.allow(tx.Actor)
	return v, v.ahead(ctx, tx, s)
}

// ahead gathers what stands before the current step, for whoever may do it.
func (v *View) ahead(ctx context.Context, tx *storage.Tx, s *state) (err error) {
	if !v.CanTake && !v.CanComplete {
		return nil
	}
	if s.CaseID != nil {
		file, err := docket.OpenFile(ctx, tx, *s.CaseID)
		if err != nil {
			return err
		}
		s.about(file)
	}
	if err := s.independent(ctx, tx, v.Current); err != nil {
		v.Own, v.CanTake, v.CanComplete = true, false, false
		return nil
	}
	v.Quick = v.CanTake && !s.asks(tx.Book, v.Current)
	if v.Gates, err = s.gatesBefore(ctx, tx, v.Current); err != nil {
		return err
	}
	pending(v.Gates, v.Current.Fields(), v.Values)
	if v.Materials, err = s.need(tx, v.Current); err != nil {
		return err
	}
	v.Open, err = openItems(ctx, tx, append(slices.Clone(v.Mends), v.Current.Form...), s.CaseID)
	return err
}

// pending marks the gates that ask for what the form is only about to say: they are neither open nor shut yet.
func pending(gates []docket.Gate, fields []rulebook.Field, values map[string]any) {
	for i := range gates {
		g := &gates[i]
		for _, f := range fields {
			if values[f.ID] == nil && strings.Contains(g.When+" "+g.That+" ", "form."+f.ID) {
				g.Open, g.Unclear = false, true
			}
		}
	}
}

func (v *View) allow(a staff.Actor) {
	v.CanReopen = mayReopen(v.Process, v.CourtMatter, a)
	if v.State != "open" || v.Current == nil || !a.Can(rulebook.MayWorkMatter) {
		return
	}
	v.CanWithdraw, v.CanAssign = mayWithdraw(v.Process, v.CourtMatter, a), mayAssign(v.Process, v.CourtMatter, a)
	mine := may(a, v.Current.By, v.Team)
	free := zero(v.Holder)
	v.CanReceive = v.Awaiting != "" && may(a, []string{v.Awaiting}, v.Team)
	alone := len(v.Current.Parallel) == 0
	v.CanTake = v.Awaiting == "" && mine && free && alone
	v.CanComplete = v.Awaiting == "" && mine && !free && *v.Holder == a.ID && alone
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
