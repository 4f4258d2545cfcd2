// contract

package doc

// Render writes a diagnostic for a terminal: "file:line:col: message; hint [code]", then the source line and a mark
// under it by display width, then the related places. source is the text of d's file and may be nil.
func Render(d Diagnostic, source []byte) string {
	return d.Range.String() + ": " + d.Message + " [" + string(d.Code) + "]\n"
}
