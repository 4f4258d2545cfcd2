package figures

import (
	"encoding/csv"
	"io"
	"strings"
)

// WriteCSV writes a table so that spreadsheets read it as UTF-8 and take nothing in it for a formula.
func WriteCSV(w io.Writer, head []string, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = inert(cell)
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// inert is a cell that no spreadsheet takes for a formula: what begins like one, be it behind spaces, gets an apostrophe.
func inert(cell string) string {
	begun := strings.TrimLeft(cell, " \t\r\n\u00a0\u3000")
	if begun != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begun)[0]) || strings.HasPrefix(cell, "\t") || strings.HasPrefix(cell, "\r") {
		return "'" + cell
	}
	return cell
}
