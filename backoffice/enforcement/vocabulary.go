package enforcement

// vocabulary is a closed list of identifiers with their Chinese names, in display order.
type vocabulary[T ~string] []struct {
	id   T
	text string
}

func (v vocabulary[T]) name(id T) string {
	for _, e := range v {
		if e.id == id {
			return e.text
		}
	}
	return ""
}

func (v vocabulary[T]) has(id T) bool { return v.name(id) != "" }

func (v vocabulary[T]) all() []T {
	ids := make([]T, len(v))
	for i, e := range v {
		ids[i] = e.id
	}
	return ids
}
