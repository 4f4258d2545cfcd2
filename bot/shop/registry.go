package shop

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"xiaoer/rules/doc"
)

// RegistryOptions are what a Registry needs.
type RegistryOptions struct {
	Dir    string // one shop's folder or a folder of them
	Loader *Loader
	Logger *slog.Logger     // slog.Default() when nil
	Now    func() time.Time // time.Now when nil
	// Changed is called after shops were swapped in by Reload or Watch, with their ids. It may be nil.
	Changed func(ids []string)
}

// A Registry keeps the shops of a folder, each in its last good version.
type Registry struct {
	o       RegistryOptions
	reading sync.Mutex // one reading at a time

	readings map[string]*reading // by folder; for whoever reads

	shelf atomic.Pointer[shops]

	reloaded, failed atomic.Int64 // see Reloads
}

// shops is what is known at one moment. It is never changed, only replaced as a whole.
type shops struct {
	serving map[string]*Shop
	status  map[string]Status
	names   []string // of all, sorted
	watch   []string // folders to watch
}

// What Shop answers instead of a shop.
var (
	ErrUnknown = errors.New("no such shop")
	ErrBroken  = errors.New("the shop's folder has problems")
)

// A Status is how one shop stands.
type Status struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Dir      string           `json:"dir"`
	Serving  bool             `json:"serving"` // a good version is served, perhaps not the newest
	Hash     string           `json:"hash"`    // of the version that is served
	Loaded   time.Time        `json:"loaded,omitzero"`
	Failed   time.Time        `json:"failed,omitzero"` // last reading that found errors; zero when the last was good
	Problems []doc.Diagnostic `json:"problems"`        // of the last reading
}

// OpenRegistry reads every shop once. The error says that the folder cannot be read; broken shops are no error.
func OpenRegistry(o RegistryOptions) (*Registry, error) {
	if o.Loader == nil {
		return nil, errors.New("a registry needs a loader")
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Registry{o: o}
	r.shelf.Store(&shops{serving: map[string]*Shop{}, status: map[string]Status{}})
	if err := r.Reload(); err != nil {
		return nil, err
	}
	r.reloaded.Store(0)
	r.failed.Store(0)
	return r, nil
}

// Reloads counts, since the registry was opened, how often a shop's changed folder was swapped in, and how often one had errors.
func (r *Registry) Reloads() (swapped, failed int64) { return r.reloaded.Load(), r.failed.Load() }

// Shop gives the served version of a shop, without a lock: ErrUnknown, or ErrBroken while no good version was seen.
func (r *Registry) Shop(id string) (*Shop, error) {
	now := r.shelf.Load()
	if s := now.serving[id]; s != nil {
		return s, nil
	}
	if _, known := now.status[id]; known {
		return nil, ErrBroken
	}
	return nil, ErrUnknown
}

// Shops lists the served shops by id.
func (r *Registry) Shops() []*Shop {
	now := r.shelf.Load()
	out := make([]*Shop, 0, len(now.serving))
	for _, s := range now.serving {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *Shop) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Names lists every shop, the broken ones too, in order and without any work: it is asked for by each call of an agent's. It is nobody's to
// change.
func (r *Registry) Names() []string { return r.shelf.Load().names }

// Status lists every shop by id, the broken ones too.
func (r *Registry) Status() []Status {
	now := r.shelf.Load()
	out := make([]Status, 0, len(now.status))
	for _, s := range now.status {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Status) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Reload reads again whatever may have changed; what is good is swapped in, what is broken leaves the last good version. A shop whose
// folder is gone is no longer served. The error says that the folder itself cannot be read; then nothing changes.
func (r *Registry) Reload() error {
	r.reading.Lock()
	defer r.reading.Unlock()
	results, err := r.readAll()
	if err != nil {
		r.o.Logger.Error("shops cannot be read", "err", err)
		return err
	}
	before := r.shelf.Load()
	after := &shops{serving: map[string]*Shop{}, status: map[string]Status{}, watch: []string{r.o.Dir}}
	for _, result := range results {
		r.take(after, before, result)
		after.watch = append(after.watch, result.Watch...)
	}
	after.names = slices.Sorted(maps.Keys(after.status))
	r.shelf.Store(after)
	r.tell(before, after)
	return nil
}

// take puts a reading's outcome on the new shelf.
func (r *Registry) take(after, before *shops, result *Result) {
	now := r.o.Now()
	s := Status{ID: result.ID, Name: result.ID, Dir: result.Dir, Problems: result.Problems}
	old, had := before.status[result.ID]
	if s.Problems == nil {
		s.Problems = []doc.Diagnostic{}
	}
	good := result.Shop
	switch last := before.serving[result.ID]; {
	case good == nil && last != nil && last.Dir == result.Dir:
		good, s.Failed, s.Loaded = last, now, old.Loaded
	case good == nil:
		s.Failed = now
	case last != nil && last.sameAs(good):
		good, s.Loaded = last, old.Loaded
	default:
		s.Loaded = now
	}
	if !s.Failed.IsZero() && had && sameProblems(old.Problems, s.Problems) {
		s.Failed = old.Failed
	}
	if good != nil {
		s.Name, s.Serving, s.Hash = good.Book.Shop.Name, true, good.Book.Hash
		after.serving[result.ID] = good
	}
	after.status[result.ID] = s
}

// tell logs what changed and calls Changed.
func (r *Registry) tell(before, after *shops) {
	var changed []string
	for id, s := range after.status {
		old := before.status[id]
		if !old.Failed.IsZero() && s.Failed.IsZero() {
			r.o.Logger.Info("shop is sound again", "shop", id)
		}
		switch {
		case !s.Failed.IsZero() && !s.Failed.Equal(old.Failed):
			first := firstError(s.Problems)
			r.failed.Add(1)
			r.o.Logger.Error("shop has problems", "shop", id, "serving", s.Serving, "problem", first)
		case after.serving[id] != nil && after.serving[id] != before.serving[id]:
			r.o.Logger.Info("shop loaded", "shop", id, "hash", s.Hash)
			r.reloaded.Add(1)
			changed = append(changed, id)
		}
	}
	for id := range before.status {
		if _, there := after.status[id]; !there {
			r.o.Logger.Info("shop gone", "shop", id)
			changed = append(changed, id)
		}
	}
	slices.Sort(changed)
	if len(changed) > 0 && r.o.Changed != nil {
		r.o.Changed(changed)
	}
}

func firstError(all []doc.Diagnostic) string {
	for i := range all {
		if all[i].Severity == doc.Error {
			return fmt.Sprintf("%s: %s [%s]", all[i].Range, all[i].Message, all[i].Code)
		}
	}
	return ""
}

func sameProblems(a, b []doc.Diagnostic) bool {
	return slices.EqualFunc(a, b, func(x, y doc.Diagnostic) bool { return x.Range == y.Range && x.Message == y.Message })
}

// refuseTwins makes broken what has the id of a shop before it in the order of folders: neither could be told apart.
func refuseTwins(all []*Result) []*Result {
	first := map[string]*Result{}
	for _, result := range all {
		twin, twice := first[result.ID]
		if !twice {
			first[result.ID] = result
			continue
		}
		p := &doc.Problems{}
		for _, d := range result.Problems {
			p.Add(d)
		}
		at := result.idAt
		if !at.Start.IsValid() {
			at = doc.WholeFile(filepath.ToSlash(filepath.Join(filepath.Base(result.Dir), shopFile)))
		}
		d := p.Error(at, doc.DuplicateID, "the id %q is another shop's: %s", result.ID, filepath.Base(twin.Dir)).WithHint("give this shop an id of its own")
		if twin.idAt.Start.IsValid() {
			d.Relate(twin.idAt, "used first here")
		}
		// It is listed under its folder's name, since its id is the other's.
		result.Problems, result.Shop, result.ID = p.All(), nil, result.ID+" ("+filepath.Base(result.Dir)+")"
	}
	return all
}
