package rulebook

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"

	"mingzhi/backoffice/calendar"
)

// costLimit bounds what one expression may spend; the longest in the seeds needs less than fifty.
const costLimit = 10_000

// environment declares what a condition may ask: the event's facts, the case, the tip, the form's values; in a gate besides
// past (what stands on the case: days and months ago, how often), debtors (the same for each of its debtors) and open (runs of processes).
var environment = sync.OnceValues(func() (*cel.Env, error) {
	facts := cel.MapType(cel.StringType, cel.DynType)
	return cel.NewEnv(cel.Variable("event", facts), cel.Variable("case", facts), cel.Variable("tip", facts), cel.Variable("form", facts),
		cel.Variable("past", facts), cel.Variable("open", facts), cel.Variable("debtors", cel.ListType(facts)), cel.CrossTypeNumericComparisons(true))
})

// programs are compiled conditions by their text, safe for concurrent use.
type programs struct{ compiled sync.Map }

func newPrograms() *programs { return &programs{} }

// program compiles once.
func (p *programs) program(expr string) (cel.Program, error) {
	if p != nil {
		if found, ok := p.compiled.Load(expr); ok {
			return found.(cel.Program), nil
		}
	}
	prg, err := compile(expr)
	if err == nil && p != nil {
		p.compiled.Store(expr, prg)
	}
	return prg, err
}

// compile refuses what cannot be parsed and what does not surely answer yes or no.
func compile(expr string) (cel.Program, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(expr)
	if issues != nil && issues.Err() != nil {
		return nil, fmt.Errorf("条件写法有误：%s", strings.SplitN(issues.Err().Error(), "\n", 2)[0])
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return nil, fmt.Errorf("条件的结果不是“是/否”（得到 %s）", ast.OutputType())
	}
	return env.Program(ast, cel.CostLimit(costLimit))
}

// Holds evaluates a condition over event, case, tip, form, past, debtors and open; an empty condition holds.
// A fact that is missing and not guarded by has() is an error, never a panic and never true.
func (b *Book) Holds(expr string, vars map[string]any) (bool, error) {
	if strings.TrimSpace(expr) == "" {
		return true, nil
	}
	prg, err := b.programs.program(expr)
	if err != nil {
		return false, err
	}
	in := map[string]any{}
	for _, name := range []string{"event", "case", "tip", "form", "past", "open"} {
		in[name] = map[string]any{}
		if facts, ok := vars[name].(map[string]any); ok {
			in[name] = plain(facts)
		} else if v, ok := vars[name]; ok && v != nil {
			in[name] = v
		}
	}
	in["debtors"] = []any{}
	if list, ok := vars["debtors"].([]any); ok {
		in["debtors"] = list
	}
	out, _, err := prg.Eval(in)
	if err != nil {
		return false, fmt.Errorf("条件 %q 无法判断：%w", expr, err)
	}
	yes, ok := out.Value().(bool)
	return yes && ok, nil
}

// plain turns the house's types into what conditions compare with: days into "2026-03-04", amounts into fen,
// vocabularies into their ids.
func plain(facts map[string]any) map[string]any {
	out := make(map[string]any, len(facts))
	for name, v := range facts {
		switch x := v.(type) {
		case calendar.Date:
			v = x.String()
		case time.Time, nil:
		default:
			switch r := reflect.ValueOf(v); r.Kind() {
			case reflect.String:
				v = r.String()
			case reflect.Int64:
				v = r.Int()
			}
		}
		out[name] = v
	}
	return out
}
