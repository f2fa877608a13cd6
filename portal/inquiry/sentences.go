package inquiry

import (
	"errors"

	"github.com/go-playground/validator/v10"

	"mingzhi/backoffice/enforcement"
	"mingzhi/backoffice/problem"
)

// tipFields names the form's fields by the struct's.
var tipFields = map[string]string{
	"Key": "key", "Kind": "kind", "Debtor": "debtor", "CaseNumber": "case_number", "What": "what", "Where": "where",
	"When": "when", "Name": "name", "Mobile": "mobile", "Warning": "warning",
}

// sentence says what is wrong with a field in the field's own words, not the validator's.
func (s *Service) sentence(tip Tip, w validator.FieldError) *problem.Error {
	switch w.Tag() {
	case "max":
		return problem.New(problem.Invalid, "tip.too_long", "这一项最多填 {max} 个字，请写得短一些。", "max", w.Param())
	case "caseno":
		_, err := enforcement.ParseCaseNumber(tip.CaseNumber, s.store.Now())
		return itself(err)
	case "mobile":
		_, err := enforcement.ParseMobile(tip.Mobile)
		return itself(err)
	}
	switch w.Field() {
	case "Kind":
		return problem.New(problem.Invalid, "tip.kind_missing", "请选择您要提供的是人员线索还是财产线索。")
	case "Debtor":
		return problem.New(problem.Invalid, "tip.debtor_missing", "请填写被执行人的姓名或名称；不知道的，请填写案号。")
	case "What":
		return problem.New(problem.Invalid, "tip.what_missing", "请写明您看到了什么。")
	case "Warning":
		return problem.New(problem.Invalid, "tip.warning_missing", "请阅读法律责任告知，并在方框内打勾确认。")
	case "Key":
		return problem.New(problem.Invalid, "tip.key_missing", "这张表格已经失效，请刷新页面后重新填写。")
	}
	return problem.New(problem.Invalid, "tip.field_invalid", "这一项填写得不对，请核对。")
}

func itself(err error) *problem.Error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return nil
}
