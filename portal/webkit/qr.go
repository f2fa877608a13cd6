package webkit

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR is a code as one path of black modules, for an inline picture.
type QR struct {
	Path string
	Size int // modules a side, with the quiet zone
}

// NewQR draws text; a text too long for a code gives the zero QR, and the card shows none.
func NewQR(text string) QR {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return QR{}
	}
	const quiet = 4
	side := code.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := range side {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return QR{Path: path.String(), Size: side + 2*quiet}
}

// ViewBox is the picture's coordinate system.
func (q QR) ViewBox() string { return fmt.Sprintf("0 0 %d %d", q.Size, q.Size) }

func (r Receipt) digits() string { return strings.Join(r.Groups, "") }
