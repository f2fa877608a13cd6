package admin

import (
	"bytes"
	"io"

	"github.com/google/uuid"

	"mingzhi/backoffice/calendar"
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/intake"
	"mingzhi/backoffice/problem"
	"mingzhi/portal/webkit"
	"mingzhi/storage"
)

// checked is a workbook that was read and waits for the word to bring it in.
type checked struct {
	ID, Name string
	Report   intake.Report
}

// Import is the page: the workbook, what was imported, what could not be admitted.
func Import(r *frame.Request) error { return importPage(r, webkit.Form{}, nil) }

func importPage(r *frame.Request, form webkit.Form, c *checked) error {
	runs, err := r.House.Reads.ImportRuns(r.C(), r.Actor)
	if err != nil {
		return err
	}
	poisoned, err := r.House.Reads.Poisoned(r.C(), r.Actor)
	if err != nil {
		return err
	}
	v := importView{form: form, checked: c}
	for _, x := range runs {
		v.runs = append(v.runs, run{x.FileName, x.ActorName, x.At, int(x.Rows), int(x.Created), int(x.Changed), int(x.Unchanged)})
	}
	for _, p := range poisoned {
		v.poisoned = append(v.poisoned, stuck{p.Problem, int(p.Tries), p.LastAt})
	}
	r.Current = "import"
	return r.Show("导入案件", importing(v))
}

// Check is the dry run. The workbook waits, sealed, in the court's own store, so that any node can
// bring it in and nobody sends it twice.
func Check(r *frame.Request) error {
	name, data, err := upload(r)
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return importPage(r, f, nil) })
	}
	report, err := r.House.Intake.Check(r.C(), r.Actor, data)
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return importPage(r, f, nil) })
	}
	c := &checked{ID: storage.NewID().String(), Name: name, Report: report}
	if len(report.Faults) == 0 {
		if err := put(r, c.ID, data); err != nil {
			return err
		}
	}
	return importPage(r, webkit.Form{}, c)
}

func upload(r *frame.Request) (string, []byte, error) {
	header, err := r.Ctx.FormFile("file")
	if err != nil {
		form := problem.Form{}
		form.Add("file", problem.New(problem.Invalid, "import.no_file", "请选择要导入的 Excel 文件。"))
		return "", nil, form.Err()
	}
	f, err := header.Open()
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return header.Filename, data, err
}

// place of a waiting workbook: under the person who brought it, so that nobody confirms another's.
func place(r *frame.Request, id string) string {
	return r.Court + "/import/" + r.Actor.ID.String() + "/" + id
}

func put(r *frame.Request, id string, data []byte) error {
	key := place(r, id)
	sealed, err := r.House.Store.Keys.Seal("court_file:"+key, data)
	if err != nil {
		return err
	}
	return r.House.Store.Files.Put(r.C(), key, bytes.NewReader(sealed))
}

// Confirm brings the checked workbook in.
func Confirm(r *frame.Request) error {
	id, err := r.ID("file")
	if err != nil {
		return err
	}
	data, err := take(r, id)
	if err != nil {
		return err
	}
	day, err := calendar.ParseDate(r.FormValue("cut_over"))
	if err != nil {
		day = calendar.On(r.Now)
	}
	report, err := r.House.Intake.Import(r.C(), r.Actor, data, intake.Options{Name: r.FormValue("name"), CutOver: day})
	if err != nil {
		return r.Again(err, func(f webkit.Form) error {
			return importPage(r, f, &checked{ID: id.String(), Name: r.FormValue("name"), Report: report})
		})
	}
	_ = r.House.Store.Files.Delete(r.C(), place(r, id.String())) // what stays is swept with old files
	return r.Done("/import", "imported")
}

func take(r *frame.Request, id uuid.UUID) ([]byte, error) {
	key := place(r, id.String())
	f, err := r.House.Store.Files.Get(r.C(), key)
	if err != nil {
		return nil, problem.New(problem.NotFound, "import.gone", "检查过的文件已经不在，请重新上传检查。").Because(err)
	}
	defer f.Close()
	sealed, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return r.House.Store.Keys.Open("court_file:"+key, sealed)
}
