package rules

import (
	"mingzhi/backoffice/desk/frame"
	"mingzhi/backoffice/problem"
	"mingzhi/backoffice/rulebook"
)

// Deadline explains one clock.
func Deadline(r *frame.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	d, err := r.House.Reads.Deadline(r.C(), r.Actor, id)
	if err != nil {
		return err
	}
	return r.Show(d.Name, deadline(d))
}

// Clause is the text of one clause in the court's words, with what carries it.
func Clause(r *frame.Request) error {
	c, ok := r.Book.Clause(r.Params("id"))
	if !ok {
		return problem.New(problem.NotFound, "clause.not_found", "规则书里没有这一条，请核对编号。")
	}
	covered := ""
	for _, row := range rulebook.Coverage(r.Book) {
		if row.Clause == c.ID {
			covered = row.Carrier
		}
	}
	return r.Show("条款 "+c.ID, clause(c, covered))
}

// Book shows the published versions and clause by clause what carries it.
func Book(r *frame.Request) error {
	versions, err := r.House.Reads.Versions(r.C(), r.Actor)
	if err != nil {
		return err
	}
	v := bookView{only: r.Query("only")}
	for _, row := range versions {
		v.versions = append(v.versions, version{int(row.Version), row.Hash, row.PublishedAt})
	}
	v.count(r.Book)
	r.Current = "rulebook"
	return r.Show("规则书", book(v))
}
