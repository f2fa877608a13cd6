package words

import (
	"context"

	"mingzhi/backoffice/problem"
)

// Problem is the sentence of a problem in ctx's language, else its own Chinese one.
func Problem(ctx context.Context, p *problem.Error) string {
	text, _ := ProblemIn(ctx, p)
	return text
}

// ProblemIn is Problem with the language the sentence is in. A problem's own Chinese text is
// the more exact one (it may name the kind of file that was refused), so Chinese pages keep it.
func ProblemIn(ctx context.Context, p *problem.Error) (text, lang string) {
	if p == nil {
		return "", Lang(ctx)
	}
	t := of(ctx)
	if t.tag != Chinese && t.known[p.Key] {
		args := make([]any, 0, 2*len(p.Args))
		for name, value := range p.Args {
			args = append(args, name, value)
		}
		return In(ctx, p.Key, args...)
	}
	return fill(p.Text, p.Args), Chinese
}
