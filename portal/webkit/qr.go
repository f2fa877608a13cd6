package webkit

import (
	"fmt"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// QR is a code as one path of black modules, for an inline picture.
type QR struct {
	Path string
	Size int // modules a side, with the quiet zone
}

const quiet = 4 // modules of white around a code

// NewQR draws text; a text too long for a code gives the zero QR, and the card shows none.
func NewQR(text string) QR {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QR{}
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
			}
			x += run + 1
		}
	}
	return QR{Path: path.String(), Size: code.Size + 2*quiet}
}

// ViewBox is the picture's coordinate system.
func (q QR) ViewBox() string { return fmt.Sprintf("0 0 %d %d", q.Size, q.Size) }

func (r Receipt) digits() string { return strings.Join(r.Groups, "") }
