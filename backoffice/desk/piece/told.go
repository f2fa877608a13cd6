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

// recallWord is what taking a disclosure back means: what was told is withdrawn, what was not is never told.
func recallWord(t casework.Told) string {
	if t.State == "told" {
		return "撤回"
	}
	return "不再告知"
}
