package analyzer

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// When the answers of a whole run aren't known, what an earlier run found about single
// packages may still hold: of a private package the summary, of an external one what
// its source says beyond its API, and of both the API, as export data without positions.
//
// An entry is found by all that it depends on: the program, the platform, the place of
// the package in its module, names and contents of its files (of an external package
// that never changes, version and hash of its module), and for each import what package it
// is and the digest of its API. That digest covers what the API takes from other
// packages, so that importers need not look any further. An edit of a function body,
// of a comment or of an unexported declaration that no exported one mentions leaves it
// as it was, and with it all entries above.
//
// A package whose summary depends on more than that has no entry and is read every
// time: one with embedded files, assembly or other sources that aren't Go, and one that
// is broken. A package with cgo or generated constants hasn't even an API that could
// be kept, nor has any that imports it. Where private code has cgo, which looks for
// methods in all that it imports, or ignores a function with results, whose callers
// have to be checked, nothing at all is taken from here.

// summaries are what is kept of the packages of a world.
type summaries struct {
	cache *cache
	in    *inputs.Reader
	// around is what all entries depend on.
	around []string
	// sums are the go.sum hashes of the modules of external packages that never change.
	sums map[string]string
	// contents are those of the files of private packages, and of external ones that may
	// change, before the analysis.
	contents map[string]store.ID
	// checking says that entries are not used, but compared with what should be in them.
	checking bool

	mu    sync.Mutex
	wrong []string // what was not as it should be in entries, if checking
}

// keptPackage is what is kept of a private package.
type keptPackage struct {
	digest  store.ID // of the API
	outline outline
	unit    *unit
}

// keptExternal is what is kept of an external package.
type keptExternal struct {
	digest      store.ID // of the API
	registers   []string
	initialises bool
	linknames   []string
	methods     map[string]callgraph.MethodKinds
}

// errNeedsSource is the error of an analysis that can do nothing with what is kept of
// packages.
var errNeedsSource = errors.New("packages are needed with their source")

// summaries returns what is kept of the packages that a run with the cache sees.
func (c *cache) summaries() *summaries {
	if c == nil {
		return nil
	}
	return &summaries{cache: c}
}

// of finds out what the entries for a world depend on. Files are as they were when
// the tree was read, which is what the answers will be kept for.
func (s *summaries) of(w *world) *summaries {
	if s == nil {
		return nil
	}
	ids, err := w.identities()
	if err != nil {
		return nil // the analysis will tell
	}
	s.in, s.contents, s.sums = w.in, make(map[string]store.ID), make(map[string]string)
	s.around = []string{w.goos, w.goarch, w.env["GOVERSION"], w.env["GOEXPERIMENT"], w.env["CGO_ENABLED"]}
	var modules []string
	for _, p := range w.private {
		modules = append(modules, p.module.Path)
		s.read(p.goFiles)
	}
	slices.Sort(modules)
	s.around = append(s.around, slices.Compact(modules)...)
	for _, p := range w.external {
		if len(p.goFiles) > 0 && !w.in.Fixed(p.goFiles[0]) {
			s.read(p.goFiles)
		} else if m, _, err := ids.of(p); err == nil {
			s.sums[p.id] = m.Sum
		}
	}
	return s
}

// read notes the contents of files.
func (s *summaries) read(files []string) {
	for _, f := range files {
		id, ok := s.cache.tree.Content(f)
		if !ok {
			id, ok = s.cache.index.Content(f)
		}
		if ok {
			s.contents[f] = id
		}
	}
}

// key describes what an entry depends on. It is made of parts; any that is unknown
// leaves the package without a key.
type key struct {
	wire.Writer
	unknown bool
}

func (s *summaries) newKey(id, path, dir string) *key {
	k := &key{}
	k.Strings(s.around)
	k.Strings([]string{id, path, dir})
	return k
}

// files adds names and contents.
func (k *key) files(s *summaries, files []string) {
	k.Uint(uint64(len(files)))
	for _, f := range files {
		id, ok := s.contents[f]
		k.unknown = k.unknown || !ok
		k.String(filepath.Base(f))
		k.Raw(id[:])
	}
}

// imports adds the packages that a package imports, and their APIs.
func (k *key) imports(c *checker, edges []importEdge) {
	k.Uint(uint64(len(edges)))
	for _, e := range edges {
		a, ok := c.api(e.id)
		k.unknown = k.unknown || !ok
		k.Strings([]string{e.path, e.id})
		if p := c.w.external[e.id]; p != nil && p.module != nil {
			k.String(p.module.Path)
		} else {
			k.Bool(p != nil)
		}
		k.Raw(a.digest[:])
	}
}

// action returns the action of an entry; false if there is none.
func (k *key) action(s *summaries, kind string) (store.ID, bool) {
	return s.cache.store.Action(kind, string(k.Bytes())), !k.unknown
}

// Kinds of entries, which begin their contents as well.
const (
	packageKind  = "package"
	externalKind = "external"
	programKind  = "program"
)

// privateKey returns the action of a private package.
func (c *checker) privateKey(p *privatePackage) (store.ID, bool) {
	embeds := len(p.embedPatterns) > 0 || slices.ContainsFunc(p.imports, func(e importEdge) bool { return e.path == "embed" })
	if len(p.errs) > 0 || len(p.otherFiles) > 0 || embeds {
		return store.ID{}, false
	}
	k := c.kept.newKey(p.id, p.path, c.w.relative(p.dir))
	k.Strings([]string{p.forTest, p.name, p.goVersion()})
	k.files(c.kept, p.goFiles)
	k.imports(c, p.imports)
	return k.action(c.kept, packageKind)
}

// externalKey returns the action of an external package.
func (c *checker) externalKey(p *externalPackage) (store.ID, bool) {
	if len(p.errs) > 0 || len(p.goFiles) == 0 {
		return store.ID{}, false
	}
	k := c.kept.newKey(p.id, p.path, "")
	k.Strings([]string{p.name, p.goVersion()})
	if m := p.module; m != nil {
		if m.Replace != nil {
			m = m.Replace
		}
		k.Strings([]string{p.module.Path, m.Path, m.Version})
	}
	if fixed := c.w.in.Fixed(p.goFiles[0]); fixed {
		var names []string
		for _, f := range p.goFiles {
			names = append(names, filepath.Base(f))
		}
		k.Strings(names)
		sum, ok := c.kept.sums[p.id]
		k.unknown = k.unknown || !ok
		k.String(sum)
	} else {
		k.files(c.kept, p.goFiles)
	}
	k.imports(c, p.imports)
	return k.action(c.kept, externalKind)
}

// get returns an entry and the export data at its end; false if there is none.
func get[T any](s *summaries, action store.ID, kind string) (v T, data []byte, ok bool) {
	if s.checking {
		return v, nil, false
	}
	content, ok := s.cache.store.Get(action)
	if !ok {
		return v, nil, false
	}
	r := wire.NewReader(content)
	if r.String() != kind {
		return v, nil, false
	}
	v, data = wire.ReadValue[T](r), wire.ReadValue[[]byte](r)
	return v, data, r.Close() == nil
}

// put keeps an entry, or compares it. That it can't be kept makes later runs slow and
// not wrong. A package whose API isn't the same after it has been written and
// read, such as one with a constant of more digits than export data have, is not kept.
func (c *checker) put(action store.ID, kind, id string, v any, a api) {
	var w wire.Writer
	w.String(kind)
	w.Value(v)
	s := c.kept
	if !s.checking {
		head := len(w.Bytes())
		w.Value(a.data)
		if !c.isAPI(id, w.Bytes()[head:], a.digest) {
			return
		}
		_ = s.cache.store.Put(action, w.Bytes())
		return
	}
	content, ok := s.cache.store.Get(action)
	if !ok {
		return
	}
	if data, same := bytes.CutPrefix(content, w.Bytes()); !same || !c.isAPI(id, data, a.digest) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wrong = append(s.wrong, "package "+id+": what the cache had of it was wrong")
		_ = s.cache.store.Remove(action)
	}
}

// program returns the linked program that an entry holds; false if there is none.
func (s *summaries) program(action store.ID, of []*callgraph.Summary) (*callgraph.Program, bool) {
	if s.checking {
		return nil, false
	}
	content, ok := s.cache.store.Get(action)
	if !ok {
		return nil, false
	}
	r := wire.NewReader(content)
	if r.String() != programKind {
		return nil, false
	}
	stored := wire.ReadValue[*callgraph.Stored](r)
	if r.Close() != nil || stored == nil {
		return nil, false
	}
	return stored.Program(of)
}

// keepProgram keeps a linked program, or compares it.
func (s *summaries) keepProgram(action store.ID, p *callgraph.Program) {
	var w wire.Writer
	w.String(programKind)
	w.Value(p.Store())
	if !s.checking {
		_ = s.cache.store.Put(action, w.Bytes()) // without, later runs link again
		return
	}
	if content, ok := s.cache.store.Get(action); ok && !bytes.Equal(content, w.Bytes()) {
		s.wrong = append(s.wrong, "linking: what the cache had of the calls between packages was wrong")
		_ = s.cache.store.Remove(action)
	}
}

// isAPI tells whether the end of an entry holds the API of a package.
func (c *checker) isAPI(id string, data []byte, digest store.ID) bool {
	r := wire.NewReader(data)
	export := wire.ReadValue[[]byte](r)
	t, err := c.decode(id, export)
	if r.Close() != nil || err != nil {
		return false
	}
	found, ok := apiDigest(t, c.digestOf)
	return ok && found == digest
}

// recallPrivate finds what is kept of a private package, in place of reading it. What
// explains a version is in the source.
func (c *checker) recallPrivate(p *privatePackage) bool {
	if c.kept == nil || c.w.explain {
		return false
	}
	if p.action, p.keeps = c.privateKey(p); !p.keeps {
		return false
	}
	known, data, ok := get[keptPackage](c.kept, p.action, packageKind)
	if !ok || known.unit == nil || known.unit.id != p.id {
		return false
	}
	p.known, p.outline = &known, &known.outline
	for i := range p.imports {
		p.imports[i].blank = slices.Contains(known.unit.blank, p.imports[i].id)
	}
	c.publish(p.id, api{known.digest, data})
	return true
}

// recallExternal does so of an external package.
func (c *checker) recallExternal(p *externalPackage) bool {
	if c.kept == nil {
		return false
	}
	if p.action, p.keeps = c.externalKey(p); !p.keeps {
		return false
	}
	known, data, ok := get[keptExternal](c.kept, p.action, externalKind)
	if !ok {
		return false
	}
	p.registers, p.initialises, p.methods = known.registers, known.initialises, known.methods
	p.linknames = c.w.privateNames(p, known.linknames)
	c.publish(p.id, api{known.digest, data})
	return true
}

// keepExternal keeps what was found in the source of an external package.
func (c *checker) keepExternal(p *externalPackage, linknames []string) {
	if c.kept == nil || p.cgo {
		return
	}
	if a, ok := c.export(p.id, p.types); ok && p.keeps {
		c.put(p.action, externalKind, p.id, keptExternal{a.digest, p.registers, p.initialises, linknames, p.methods}, a)
	}
}

// publishPrivate makes the API of a type-checked private package known to its importers.
func (c *checker) publishPrivate(p *privatePackage) {
	if !p.keeps || p.cgo || slices.ContainsFunc(p.files, hasher.IsGenerated) || !c.knowsAPIs(p.imports) {
		p.keeps = false
		return
	}
	var ok bool
	p.api, ok = c.export(p.id, p.types)
	p.keeps = p.keeps && ok
}

// keep keeps the summary of a private package, unless its files aren't what its key says.
func (c *checker) keep(p *privatePackage, u *unit) {
	if !p.keeps || p.ignoresResults() {
		return
	}
	for _, f := range p.goFiles {
		if seen, ok := c.kept.in.Saw(f); ok && seen != c.kept.contents[f] {
			return
		}
	}
	c.put(p.action, packageKind, p.id, keptPackage{p.api.digest, *c.w.outlined(p), u}, p.api)
}

// ignoresResults tells whether a function with results is ignored.
func (p *privatePackage) ignoresResults() bool {
	for fd, d := range p.directives {
		if d.ignored && fd.Type.Results.NumFields() > 0 {
			return true
		}
	}
	return false
}

// needsSource tells whether what is kept doesn't do for a world: see summaries.
func (w *world) needsSource() bool {
	read := func(p *privatePackage) bool { return p.known == nil && (p.cgo || p.ignoresResults()) }
	return slices.ContainsFunc(w.private, read) && slices.ContainsFunc(w.private, func(p *privatePackage) bool { return p.known != nil })
}

// traceKnown tells how many packages needn't be read.
func (w *world) traceKnown(cfg Config) {
	if w.kept == nil {
		return
	}
	n := 0
	for _, p := range w.private {
		if p.known != nil {
			n++
		}
	}
	cfg.trace(fmt.Sprintf("cache: packages known: %d of %d", n, len(w.private)))
}
