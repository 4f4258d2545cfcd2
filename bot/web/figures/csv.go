package figures

import (
	"bytes"
	"net/http"

	"xiaoer/bot/figures"
	"xiaoer/bot/web/page"
)

// getCSV sends one table as a file.
func (p *pages) getCSV(w http.ResponseWriter, r *http.Request, l look) error {
	if !l.All() {
		return &page.Problem{Status: http.StatusForbidden}
	}
	report, err := p.report(r.Context(), l)
	if err != nil {
		return err
	}
	name := r.PathValue("table")
	t, ok := p.tables(l, &report)[name]
	if name == "questions" {
		if t, err = p.questionTable(r.Context(), l, &report); err != nil {
			return err
		}
		ok = true
	}
	if !ok {
		return &page.Problem{Status: http.StatusNotFound}
	}
	body, err := t.csv()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+l.Shop+"-"+t.Name+"-"+l.Span.From+"-"+l.Span.Until+`.csv"`)
	_, _ = w.Write(body) // whoever has gone needs no file
	return nil
}

// csv is the whole table as a file.
func (t Table) csv() ([]byte, error) {
	head, rows := make([]string, len(t.Columns)), make([][]string, len(t.Rows))
	for i, column := range t.Columns {
		head[i] = column.Title
	}
	for i, row := range t.Rows {
		rows[i] = row.Cells
	}
	var out bytes.Buffer
	err := figures.WriteCSV(&out, head, rows)
	return out.Bytes(), err
}
