package enforcement

import (
	"errors"
	"reflect"
	"time"

	"github.com/go-playground/validator/v10"
)

// RegisterTags teaches v the tags caseno, idno, uscc, mobile, money and receipt for string
// fields; an empty string fails unless the field says omitempty. uscc accepts whatever
// ParseCreditCode only warns about. now gives the instant for years and dates of birth. The
// error is v's own and means a tag was refused.
func RegisterTags(v *validator.Validate, now func() time.Time) error {
	tags := map[string]func(string) error{
		"caseno":  func(s string) error { _, err := ParseCaseNumber(s, now()); return err },
		"idno":    func(s string) error { _, err := ParseIDNumber(s, now()); return err },
		"uscc":    func(s string) error { _, _, err := ParseCreditCode(s); return err },
		"mobile":  func(s string) error { _, err := ParseMobile(s); return err },
		"money":   func(s string) error { _, err := ParseMoney(s); return err },
		"receipt": func(s string) error { _, err := ParseReceipt(s); return err },
	}
	var errs []error
	for tag, check := range tags {
		errs = append(errs, v.RegisterValidation(tag, func(f validator.FieldLevel) bool {
			return f.Field().Kind() == reflect.String && check(f.Field().String()) == nil
		}))
	}
	return errors.Join(errs...)
}
