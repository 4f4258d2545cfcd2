package orders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"xiaoer/bot"
	"xiaoer/rules/doc"
)

const maxFile = 32 << 20 // bytes

// FileOptions describe a file of orders.
type FileOptions struct {
	Path string         // orders.csv or orders.yaml
	Zone *time.Location // of times without a zone; UTC when nil
	Now  func() time.Time
	// Changed is told how each later reading of the changed file ended; the problems name places, never a buyer. It may
	// be nil.
	Changed func([]doc.Diagnostic)
}

// File is a source that reads a file of orders with buyer_id. It reads the file again when its size or time of change
// differs at a look-up. A file that became unreadable, or has errors, leaves the last good orders in place.
type File struct {
	o FileOptions

	mu      sync.RWMutex
	seen    stamp
	byNo    map[string][]bot.Order
	byBuyer map[string][]bot.Order
	good    bool // some version could be read
}

type stamp struct {
	size int64
	at   time.Time
}

// NewFile reads the file. Problems are those of the first reading; a file with errors makes a source that is down until
// the file is mended.
func NewFile(o FileOptions) (f *File, problems []doc.Diagnostic) {
	if o.Now == nil {
		o.Now = time.Now
	}
	f = &File{o: o}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f, f.read()
}

// Lookup is the Source.
func (f *File) Lookup(_ context.Context, l bot.Lookup) bot.LookupResult {
	f.refresh()
	f.mu.RLock()
	defer f.mu.RUnlock()
	switch {
	case !f.good:
		return down()
	case l.No != "":
		return own(l, f.byNo[l.No], false, f.o.Now())
	default:
		return own(l, f.byBuyer[l.Buyer], false, f.o.Now())
	}
}

// refresh reads the file again when it looks changed.
func (f *File) refresh() {
	now, err := stampOf(f.o.Path)
	f.mu.RLock()
	same := err == nil && now == f.seen
	f.mu.RUnlock()
	if same || err != nil {
		return
	}
	f.mu.Lock()
	if now == f.seen { // another look-up was first
		f.mu.Unlock()
		return
	}
	problems := f.read()
	f.mu.Unlock()
	if f.o.Changed != nil {
		f.o.Changed(problems)
	}
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{size: info.Size(), at: info.ModTime()}, nil
}

// read reads the file and swaps its orders in when it has no errors. The caller holds the lock.
func (f *File) read() []doc.Diagnostic {
	var p doc.Problems
	name := filepath.Base(f.o.Path)
	f.seen, _ = stampOf(f.o.Path)
	data, err := readBounded(f.o.Path)
	if err != nil {
		p.Error(doc.WholeFile(name), doc.Syntax, "this file cannot be read: %v", err)
		return p.All()
	}
	list := Parse(name, data, f.o.Zone, &p)
	if !p.HasErrors() {
		f.good = true
		f.byNo, f.byBuyer = map[string][]bot.Order{}, map[string][]bot.Order{}
		for _, o := range list {
			f.byNo[o.No] = append(f.byNo[o.No], o)
			f.byBuyer[o.BuyerID] = append(f.byBuyer[o.BuyerID], o)
		}
	}
	return p.All()
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err
		}
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("it is no plain file")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return data, err
}
