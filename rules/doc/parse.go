// contract

package doc

import (
	"gopkg.in/yaml.v3"
)

// A File is one parsed document.
type File struct {
	Name string
	Root *Node // nil when the file could not be read or is empty
	src  *source
}

type style uint8

type source struct{ name string }

// Parse reads one YAML document and reports every problem it finds to p. It is bounded in time and memory for any
// bytes, and never panics. After a syntax error Root is nil.
func Parse(name string, source []byte, p *Problems) *File {
	f := &File{Name: name}
	var n yaml.Node
	if err := yaml.Unmarshal(source, &n); err != nil {
		p.Error(WholeFile(name), Syntax, "%v", err)
	}
	return f
}
