package registers

import (
	"bytes"
	"io"

	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/management/register"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
	"mingzhi/portal/webkit"
)

// bringing is the page that takes a workbook, with what came of the last one.
type bringing struct {
	process *rulebook.Process
	form    webkit.Form
	checked *register.Checked
}

// Template is the empty workbook.
func Template(r *frame.Request) error {
	var out bytes.Buffer
	if err := r.House.Registers.Template(r.C(), r.Actor, r.Params("process"), &out); err != nil {
		return err
	}
	p, _ := r.Book.Process(r.Params("process"))
	return send(r, p.Name+" 导入模板.xlsx", out.Bytes())
}

// Import is the page that takes a workbook.
func Import(r *frame.Request) error { return importing(r, webkit.Form{}, nil) }

func importing(r *frame.Request, form webkit.Form, c *register.Checked) error {
	p, err := r.House.Registers.Importable(r.C(), r.Actor, r.Params("process"))
	if err != nil {
		return err
	}
	r.Current = "process:" + p.ID
	return r.Show("从 Excel 导入 "+p.Name, bring(bringing{p, form, c}))
}

// Bring checks a workbook whole, and opens one run a row only when nothing is wrong.
func Bring(r *frame.Request) error {
	data, err := upload(r)
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return importing(r, f, nil) })
	}
	c, err := r.House.Registers.Bring(r.C(), r.Actor, r.Params("process"), data)
	if err != nil {
		return r.Again(err, func(f webkit.Form) error { return importing(r, f, nil) })
	}
	if len(c.Faults) > 0 {
		r.Status(422)
		return importing(r, webkit.Form{}, c)
	}
	return r.Done("/process/"+r.Params("process"), "brought")
}

func upload(r *frame.Request) ([]byte, error) {
	header, err := r.Ctx.FormFile("file")
	if err != nil {
		form := problem.Form{}
		form.Add("file", problem.New(problem.Invalid, "register.no_file", "请选择要导入的 Excel 文件。"))
		return nil, form.Err()
	}
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
