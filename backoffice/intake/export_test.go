package intake

// ReadForTest reads a workbook's rows, for fuzzing.
func ReadForTest(data []byte) ([]Fault, error) {
	_, faults, err := read(data)
	return faults, err
}
