package piece

import "mingzhi/backoffice/management/casework"

func split(list []casework.Told, told bool) []casework.Told {
	var out []casework.Told
	for _, t := range list {
		if (t.State == "told") == told {
			out = append(out, t)
		}
	}
	return out
}

// StateIcon is the picture beside the word of a decision.
func StateIcon(state string) string {
	switch state {
	case "told":
		return "done"
	case "held":
		return "pause"
	case "awaiting_release":
		return "clock"
	}
	return "lock"
}
