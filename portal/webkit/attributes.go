package webkit

import (
	"strconv"

	"github.com/a-h/templ"
)

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// attributes are what every kind of input has in common.
func (f Field) attributes(form Form) templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if f.Type != "checkbox" {
		a["class"] = "input"
	}
	if f.Required {
		a["required"] = true
	}
	if ids := f.described(form); ids != "" {
		a["aria-describedby"] = ids
	}
	if form.Wrong(f.Name) != nil {
		a["aria-invalid"] = "true"
	}
	for name, value := range map[string]string{"inputmode": f.Mode, "autocomplete": f.Complete, "accept": f.Accept} {
		if value != "" {
			a[name] = value
		}
	}
	if f.Max > 0 && f.Type == "textarea" {
		// The browser must not cut what is pasted: the counter warns, the server explains.
		a["data-max"] = strconv.Itoa(f.Max)
	} else if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Multiple {
		a["multiple"] = true
	}
	return a
}
