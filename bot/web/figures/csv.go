package figures

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"

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
	body, err := writeCSV(t)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+l.Shop+"-"+t.Name+"-"+l.Span.From+"-"+l.Span.Until+`.csv"`)
	_, _ = w.Write(body) // whoever has gone needs no file
	return nil
}

// writeCSV writes a table so that spreadsheets read it as UTF-8 and take nothing in it for a formula.
func writeCSV(t Table) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	c := csv.NewWriter(&out)
	c.UseCRLF = true
	var head []string
	for _, column := range t.Columns {
		head = append(head, inert(column.Title))
	}
	lines := [][]string{head}
	for _, row := range t.Rows {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, inert(cell))
		}
		lines = append(lines, cells)
	}
	err := c.WriteAll(lines)
	return out.Bytes(), err
}

// inert is a cell that no spreadsheet takes for a formula: what begins like one, be it behind spaces, gets an apostrophe.
func inert(cell string) string {
	begun := strings.TrimLeft(cell, " \t\r\n\u00a0\u3000")
	if begun != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begun)[0]) || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return "'" + cell
	}
	return cell
}
