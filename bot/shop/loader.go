package shop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"xiaoer/bot"
	"xiaoer/intents"
	"xiaoer/rules"
	"xiaoer/rules/doc"
)

// Options are what a Loader needs.
type Options struct {
	Classifier *intents.Classifier // what shops extend; intents.Built() when nil
	Secrets    Secrets             // finds what connect.yaml refers to; without it nothing is looked up and nothing warned of
}

// A Loader reads folders. It keeps what was parsed and compiled by content, so that shops on one base folder share it.
// It is safe for concurrent use.
type Loader struct {
	o     Options
	pack  *pack
	cache cache
}

// NewLoader reads the embedded base pack.
func NewLoader(o Options) (*Loader, error) {
	if o.Classifier == nil {
		built, err := intents.Built()
		if err != nil {
			return nil, fmt.Errorf("read built-in intents: %w", err)
		}
		o.Classifier = built
	}
	base, err := readPack()
	if err != nil {
		return nil, err
	}
	return &Loader{o: o, pack: base, cache: newCache()}, nil
}

// Load reads one shop's folder on the disk. The folder's absence is a problem, never an error.
func (l *Loader) Load(dir string) *Result { return l.load(disk(), dir, "") }

// LoadFS reads one shop's folder of a file system, such as an embedded one; `extends` stays within it.
func (l *Loader) LoadFS(tree fs.FS, dir string) *Result { return l.load(within(tree), dir, "") }

// A run is one reading of one folder.
type run struct {
	*Loader
	place    place
	reader   reader
	problems *doc.Problems
	tree     fs.FS // the shop's own folder, nil when it cannot be opened
	closers  []func()
	watch    []string
	sources  map[string][]byte
	prefix   string
	cut      bool // a base could not be read, so the chain is not whole
}

// load reads a folder; prefix is put before the names of its files.
func (l *Loader) load(p place, dir, prefix string) *Result {
	problems := &doc.Problems{}
	r := &run{Loader: l, place: p, problems: problems, reader: reader{problems: problems}, sources: map[string][]byte{}, prefix: prefix}
	defer func() {
		for _, done := range r.closers {
			done()
		}
	}()
	chain := r.climb(dir, prefix)
	out := &Result{ID: filepath.Base(dir), Dir: dir, Sources: r.sources, Watch: r.watch}
	if len(chain) == 0 {
		out.Problems = problems.All()
		return out
	}
	r.compile(chain, out)
	return out
}

// parseLayer parses the documents of a folder.
func (r *run) parseLayer(f *folder) *layer {
	l := &layer{folder: f}
	if f.shop != nil {
		l.shop = r.parse(*f.shop)
	}
	for _, c := range f.rules {
		l.rules = append(l.rules, r.parse(c))
	}
	if f.intents != nil {
		l.intent = r.parse(*f.intents)
	}
	return l
}

// parse parses a document, or takes it from an earlier reading of the same bytes under the same name.
func (r *run) parse(c content) *doc.File {
	r.sources[c.name] = c.data
	p := r.cache.parsed.get(hashOf(c.name, c.data), func() parsed {
		var found doc.Problems
		return parsed{file: doc.Parse(c.name, c.data, &found), problems: found.All()}
	})
	for _, d := range p.problems {
		r.problems.Add(d)
	}
	return p.file
}

// A parsed document with what was wrong with it.
type parsed struct {
	file     *doc.File
	problems []doc.Diagnostic
}

// compile makes the shop of a chain of folders.
func (r *run) compile(chain []*layer, out *Result) {
	own := chain[0]
	root := r.mergedRoot(chain)
	s := readSettings(r.problems, root)
	out.ID = r.idOf(s, own, out.ID)
	if id := own.root().Get("id"); id != nil {
		out.hasID, out.idAt = true, id.Range()
	}
	r.cut = r.cut || s.unread["extends"]
	r.refuseNoTeam(own, root, s)
	connect := r.connect(own)
	u := &unit{run: r, chain: chain, settings: s, goods: r.products(chain), classifier: r.classifier(chain), sources: ruleSources(chain, r.problems)}
	var book *bot.Book
	var quick []bot.QuickReply
	if u.readable() {
		book = u.compile()
		quick = u.quick()
		u.lint()
	}
	r.tests(own, out)
	r.finish(out, u, book, connect)
	if out.Shop != nil {
		out.Shop.Quick = quick
	}
}

// readable tells whether there is a shop.yaml and everything below it could be read. Where something could not, what the rules name would seem to be
// missing, and one mistake would look like many.
func (u *unit) readable() bool {
	if u.chain[0].folder.shop == nil || u.cut {
		return false
	}
	for _, l := range u.chain {
		if l.folder.shop != nil && (l.shop.Root == nil || l.shop.Root.Kind != doc.Mapping) {
			return false
		}
	}
	return true
}

// mergedRoot is the shop's mapping over those of its bases.
func (r *run) mergedRoot(chain []*layer) *doc.Node {
	own := chain[0]
	if own.folder.shop == nil {
		r.problems.Error(doc.WholeFile(own.folder.prefix+shopFile), doc.MissingKey, "there is no shop.yaml").
			WithHint("write one with id, name and teams; `xiaoer init DIR` makes a starter shop")
	}
	if own.folder.shop != nil && r.isEmpty(own) {
		r.problems.Error(doc.WholeFile(own.folder.prefix+shopFile), doc.MissingKey, "shop.yaml is empty").
			WithHint("give it id, name and teams")
		return nil
	}
	var root *doc.Node
	for _, l := range slices.Backward(chain) {
		root = mergeSettings(l.root(), root)
	}
	return root
}

// isEmpty tells whether shop.yaml says nothing, as opposed to what cannot be read.
func (r *run) isEmpty(own *layer) bool {
	name := own.folder.shop.name
	return own.root() == nil && !slices.ContainsFunc(r.problems.All(), func(d doc.Diagnostic) bool { return d.Range.File == name }) ||
		own.root() != nil && own.root().Kind == doc.Null
}

func (r *run) idOf(s *settings, own *layer, folder string) string {
	if s.id != "" {
		return s.id
	}
	if n := own.root().Get("id"); n != nil && n.Kind == doc.Scalar && n.Text != "" && len(n.Text) <= maxID {
		return n.Text
	}
	return folder
}

// refuseNoTeam reports a shop without any team, unless its teams are there and could not be read.
func (r *run) refuseNoTeam(own *layer, root *doc.Node, s *settings) {
	if r.cut || s.unread["teams"] {
		return
	}
	teams := root.Pair("teams")
	listed := teams != nil && (teams.Value.Kind == doc.Scalar || teams.Value.Kind == doc.Sequence || len(teams.Value.Pairs) > 0)
	if len(s.teams) > 0 || listed || own.folder.shop == nil || own.shop.Root == nil || own.shop.Root.Kind != doc.Mapping {
		return
	}
	at := doc.WholeFile(own.folder.prefix + shopFile)
	switch {
	case teams != nil:
		at = teams.Key.Range()
	case len(root.Pairs) > 0:
		at = root.Pairs[0].Key.Range()
	}
	r.problems.Error(at, doc.NoWayOut, "the shop has no team, so no buyer could reach a human").
		WithHint("add teams: {aftersales: {title: 售后, first_reply: 3m}}")
}

func (r *run) connect(own *layer) Connect {
	if own.folder.connect == nil {
		c := defaultConnect()
		c.Orders.File = own.folder.orders
		return c
	}
	file := r.parse(*own.folder.connect)
	c := readConnect(&doc.Decoder{Problems: r.problems}, file.Root, r.o.Secrets, r.tree)
	if c.Orders.File == "" && c.Orders.URL == "" && file.Root.Get("orders") == nil {
		c.Orders.File = own.folder.orders
	}
	return c
}

// products reads the catalogue: the shop's own, else the nearest base's.
func (r *run) products(chain []*layer) *catalogue {
	for _, l := range chain {
		if l.folder.products != nil {
			r.sources[l.folder.products.name] = l.folder.products.data
			return readProducts(l.folder.products, r.problems)
		}
	}
	return readProducts(nil, r.problems)
}

// classifier extends the built-in one with the intents of the farthest base first. Equal documents give one classifier.
func (r *run) classifier(chain []*layer) *intents.Classifier {
	c := r.o.Classifier
	key := ""
	for _, l := range slices.Backward(chain) {
		if l.intent == nil || l.intent.Root == nil || l.intent.Root.Kind == doc.Null {
			continue
		}
		key = hashOf(key, []byte(l.folder.intents.name), l.folder.intents.data)
		base, file := c, l.intent
		got := r.cache.extended.get(key, func() extended {
			var found doc.Problems
			e := extended{classifier: base.Extend(file, &found)}
			e.problems = found.All()
			return e
		})
		for _, d := range got.problems {
			r.problems.Add(d)
		}
		if got.classifier != nil {
			c = got.classifier
		}
	}
	return c
}

// An extended classifier with what was wrong with its document.
type extended struct {
	classifier *intents.Classifier
	problems   []doc.Diagnostic
}

// tests parses the test documents. What is wrong with them is told but keeps no shop from being served.
func (r *run) tests(own *layer, out *Result) {
	for _, c := range own.folder.tests {
		out.Tests = append(out.Tests, r.parse(c))
	}
}

// finish applies the allowances and fills the result in.
func (r *run) finish(out *Result, u *unit, book *bot.Book, connect Connect) {
	allowed := &allowances{list: u.settings.allowed, lines: r.line}
	final := &doc.Problems{}
	serious := false
	for _, d := range r.problems.All() {
		// What withholds the book cannot be allowed, else a shop would be broken without a word.
		withholds := d.Severity == doc.Error && d.Code != doc.Compliance && u.rules == nil
		if allowed.silences(d) && !withholds {
			continue
		}
		final.Add(d)
		serious = serious || d.Severity == doc.Error && !r.isTest(d.Range.File)
	}
	allowed.warnUnused(final)
	out.Problems = final.All()
	if !serious && book != nil && book.Rules != nil {
		book.Budget = connect.Webhook.Budget
		book.Hash = r.hash(u, book.Budget)
		out.Shop = &Shop{ID: out.ID, Dir: out.Dir, Book: book, Classifier: u.classifier, Connect: connect, Tests: out.Tests}
	}
}

func (r *run) isTest(file string) bool {
	own := strings.TrimPrefix(file, r.prefix)
	return own == testsFile || strings.HasPrefix(own, "tests/")
}

// line is a line of a file, from 1.
func (r *run) line(file string, n int) string {
	data := r.sources[file]
	for ; n > 1 && data != nil; n-- {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return strings.TrimPrefix(string(line), "\ufeff")
}

// hash identifies everything that a shop says: its documents, those of its bases, and the base pack.
func (r *run) hash(u *unit, budget bot.Budget) string {
	h := sha256.New()
	put := func(c *content) {
		if c != nil {
			h.Write(fmt.Appendf(nil, "%s %d\n", path.Base(c.name), len(c.data)))
			h.Write(c.data)
		}
	}
	for _, l := range u.chain {
		put(l.folder.shop)
		for i := range l.folder.rules {
			put(&l.folder.rules[i])
		}
		put(l.folder.intents)
		put(l.folder.products)
	}
	h.Write(fmt.Append(nil, r.pack.hash, u.classifier.Hash()))
	if budget != (bot.Budget{}) {
		h.Write(fmt.Appendf(nil, "budget %d %s", budget.Messages, budget.Within))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func hashOf(name string, data ...[]byte) string {
	h := sha256.New()
	h.Write(fmt.Appendf(nil, "%q\n", name))
	for _, d := range data {
		h.Write(fmt.Appendf(nil, "%d\n", len(d)))
		h.Write(d)
	}
	return string(h.Sum(nil))
}

// A cache keeps what was made of documents by their content.
type cache struct {
	parsed   *shelf[parsed]
	extended *shelf[extended]
	books    *shelf[compiled]
	complied *shelf[[]doc.Diagnostic]
}

func newCache() cache {
	return cache{
		parsed: newShelf[parsed](4096), extended: newShelf[extended](256), books: newShelf[compiled](1024),
		complied: newShelf[[]doc.Diagnostic](4096),
	}
}

// A shelf keeps at most a number of things by key; when it is full it forgets everything and begins anew. What is made
// twice at the same time is kept once.
type shelf[T any] struct {
	mu   sync.Mutex
	most int
	kept map[string]T
}

func newShelf[T any](most int) *shelf[T] { return &shelf[T]{most: most, kept: map[string]T{}} }

func (s *shelf[T]) get(key string, build func() T) T {
	s.mu.Lock()
	v, ok := s.kept[key]
	s.mu.Unlock()
	if ok {
		return v
	}
	v = build()
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.kept[key]; ok {
		return first
	}
	if len(s.kept) >= s.most {
		s.kept = map[string]T{}
	}
	s.kept[key] = v
	return v
}

// A compiled rule book, nil where a rule has an error, with what was found while compiling.
type compiled struct {
	book     *rules.Book
	problems []doc.Diagnostic
}
