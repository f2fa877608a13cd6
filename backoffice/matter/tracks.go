package matter

import (
	"context"

	"mingzhi/backoffice/docket"
	"mingzhi/backoffice/rulebook"
	"mingzhi/storage"
	"mingzhi/storage/courtdb"
)

// beside opens the processes that run beside each other while the step waits for them all.
func (e *Engine) beside(ctx context.Context, tx *storage.Tx, s *state, step *rulebook.Step) error {
	if len(step.Parallel) == 0 {
		return nil
	}
	s.Holder = nil
	b := begin{About: About{Case: storage.Deref(s.CaseID), Tip: storage.Deref(s.TipID), Lot: storage.Deref(s.LotID), Party: storage.Deref(s.PartyID)},
		urgent: s.Urgent, parent: s.ID}
	if s.CaseID != nil {
		file, err := docket.OpenFile(ctx, tx, *s.CaseID)
		if err != nil {
			return err
		}
		b.file = file
	}
	for _, id := range step.Parallel {
		p, ok := tx.Book.Process(id)
		if !ok {
			continue
		}
		if _, err := e.open(ctx, tx, p, b, nil); err != nil {
			return err
		}
	}
	return nil
}

// join tells the run that waits what became of one beside it; the last to end leads it on.
func (e *Engine) join(ctx context.Context, tx *storage.Tx, child *state) error {
	s, err := lock(ctx, tx, *child.Parent)
	if err != nil || s.State != "open" {
		return err
	}
	brought := map[string]any{"state": child.State}
	for k, v := range child.form {
		if k != "case_facts" && k != "materials" {
			brought[k] = v
		}
	}
	s.form[child.Process] = brought
	old := s.Step
	left, err := tx.OpenTracks(ctx, courtdb.OpenTracksParams{Court: tx.Court, Parent: s.ID, ID: child.ID})
	if err != nil {
		return err
	}
	if left > 0 {
		return s.save(ctx, tx, old, s.Awaiting)
	}
	step, ok := s.process.Step(s.Step)
	if !ok || len(step.Parallel) == 0 {
		return s.save(ctx, tx, old, s.Awaiting)
	}
	if err := e.stopClock(ctx, tx, s, step.ID); err != nil {
		return err
	}
	if err := s.note(ctx, tx, "joined", nil); err != nil {
		return err
	}
	if err := e.advance(ctx, tx, s); err != nil {
		return err
	}
	if err := s.save(ctx, tx, old, ""); err != nil {
		return err
	}
	if err := e.recordAs(ctx, tx, s, step, step.Records, nil); err != nil {
		return err
	}
	if err := e.implicit(ctx, tx, s, step.ID, nil); err != nil || s.State == "open" {
		return err
	}
	return e.implicit(ctx, tx, s, "done", nil)
}
