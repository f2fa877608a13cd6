package demo

import (
	"bytes"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// Cells reads every cell of a workbook, for comparing two.
func Cells(data []byte) ([]byte, error) {
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	for _, name := range []string{"案件", "当事人", "经过"} {
		rows, err := f.GetRows(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(&b, rows)
	}
	return b.Bytes(), nil
}
