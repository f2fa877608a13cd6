package public

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// By itself pgx turns every uuid.UUID into text and back, three copies each; a batch of the courier's carries two thousand.
// These hand over the sixteen bytes as they are.

// bytesID is a uuid.UUID that speaks to pgx's own codec.
type bytesID uuid.UUID

// ScanUUID is part of pgtype.UUIDScanner.
func (id *bytesID) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		return fmt.Errorf("NULL is no id")
	}
	*id = v.Bytes
	return nil
}

// UUIDValue is part of pgtype.UUIDValuer.
func (id bytesID) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id, Valid: true}, nil
}

type encodeID struct{ next pgtype.EncodePlan }

func (p *encodeID) SetNext(next pgtype.EncodePlan) { p.next = next }

func (p *encodeID) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(bytesID(value.(uuid.UUID)), buf)
}

type scanID struct{ next pgtype.ScanPlan }

func (p *scanID) SetNext(next pgtype.ScanPlan) { p.next = next }

func (p *scanID) Scan(src []byte, dst any) error {
	return p.next.Scan(src, (*bytesID)(dst.(*uuid.UUID)))
}

func plainIDs(m *pgtype.Map) {
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{func(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
		id, ok := value.(uuid.UUID)
		return &encodeID{}, bytesID(id), ok
	}}, m.TryWrapEncodePlanFuncs...)
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{func(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
		id, ok := target.(*uuid.UUID)
		return &scanID{}, (*bytesID)(id), ok
	}}, m.TryWrapScanPlanFuncs...)
}
