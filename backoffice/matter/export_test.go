package matter

import (
	"context"

	"github.com/google/uuid"

	"mingzhi/backoffice/docket"
	"mingzhi/storage"
)

// Forget makes the engine a node that has just started.
func (e *Engine) Forget() { e.spans.Clear() }

// Begin opens a run as an event would.
func (e *Engine) Begin(ctx context.Context, tx *storage.Tx, process string, caseID uuid.UUID) error {
	p, _ := tx.Book.Process(process)
	file, err := docket.OpenFile(ctx, tx, caseID)
	if err != nil {
		return err
	}
	_, err = e.open(ctx, tx, p, begin{About: About{Case: caseID}, file: file}, nil)
	return err
}
