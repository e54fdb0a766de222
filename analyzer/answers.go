package analyzer

import (
	"fmt"
	"path/filepath"
	"strings"
	"unsafe"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/wire"
)

// answers are the versions of the functions in a world, and the names by which
// requests select them. The folders in the catalog are absolute.
type answers struct {
	catalog *catalog
	// targets holds what is known of functions, by package ID and name. Those are
	// missing whose version takes more than content to find, or has an error.
	targets map[[2]string]Target
	// clash says that tasks have names in common, which is an error if one of
	// them is selected.
	clash bool
	tests bool // patterns select test functions
}

// request returns the report that Run would give; nil if that takes an analysis.
func (a *answers) request(cfg Config) *Report {
	r := &resolver{c: a.catalog, all: cfg.All, tests: a.tests}
	if len(cfg.Targets) == 0 {
		r = &resolver{c: a.catalog, tasks: true, tasksOnly: true}
	}
	found, single, err := r.choose(cfg.Targets)
	if err != nil {
		return nil
	}
	report := &Report{Scheme: hasher.Scheme, Single: single}
	for _, f := range found {
		t, ok := a.targets[[2]string{f.pkg.id, f.fn.name}]
		if !ok || a.clash && f.fn.task != "" {
			return nil
		}
		report.Targets = append(report.Targets, t)
	}
	return report
}

// encode writes answers. Folders become relative to root, and lists that many
// targets share are written once.
func (a *answers) encode(w *wire.Writer, root string) error {
	folder := func(dir string) error {
		rel, err := filepath.Rel(root, dir)
		w.String(filepath.ToSlash(rel))
		return err
	}
	w.Bool(a.clash)
	w.Bool(a.tests)
	modules, caveats := sharedModules(), sharedCaveats()
	w.Uint(uint64(len(a.catalog.packages)))
	for _, p := range a.catalog.packages {
		w.String(p.id)
		w.String(p.path)
		w.String(p.forTest)
		w.Bool(p.main)
		if err := folder(p.dir); err != nil {
			return err
		}
		w.Strings(p.types)
		w.Uint(uint64(len(p.funcs)))
		for _, f := range p.funcs {
			w.String(f.name)
			w.Bool(f.inTest)
			w.Bool(f.testFunc)
			w.String(f.task)
			t, ok := a.targets[[2]string{p.id, f.name}]
			w.Bool(ok)
			if ok {
				writeTarget(w, &t, modules, caveats)
			}
		}
	}
	return nil
}

// decodeAnswers reads what encode wrote, for a request from dir to a world with
// these folders.
func decodeAnswers(r *wire.Reader, root, dir string, roots []string) (*answers, error) {
	a := &answers{catalog: &catalog{dir: dir, roots: roots}, targets: make(map[[2]string]Target)}
	a.clash, a.tests = r.Bool(), r.Bool()
	modules, caveats := sharedModules(), sharedCaveats()
	for range r.Len() {
		p := &listedPackage{id: r.String(), path: r.String(), forTest: r.String(), main: r.Bool()}
		p.dir = filepath.Join(root, filepath.FromSlash(r.String()))
		p.types = r.Strings()
		p.funcs = make([]listedFunc, r.Len())
		for i := range p.funcs {
			f := &p.funcs[i]
			*f = listedFunc{name: r.String(), inTest: r.Bool(), testFunc: r.Bool(), task: r.String()}
			if r.Bool() {
				a.targets[[2]string{p.id, f.name}] = readTarget(r, choice{p, f}.fullName(), f.task, modules, caveats)
			}
		}
		a.catalog.packages = append(a.catalog.packages, p)
	}
	return a, r.Close()
}

// writeTarget writes a target without its name and task, which are those of the
// function.
func writeTarget(w *wire.Writer, t *Target, modules *shared[Module], caveats *shared[Caveat]) {
	w.String(t.Version)
	w.String(t.Digest)
	w.String(t.Position)
	w.Bool(t.Pin != nil)
	if t.Pin != nil {
		w.String(t.Pin.Position)
		w.String(t.Pin.Automatic)
		w.String(t.Pin.At)
	}
	w.Uint(uint64(t.Functions))
	modules.write(w, t.Modules)
	w.Uint(uint64(len(t.Components)))
	for _, c := range t.Components {
		w.String(c.Name)
		w.Strings(c.Parts)
	}
	caveats.write(w, t.Caveats)
}

func readTarget(r *wire.Reader, name, task string, modules *shared[Module], caveats *shared[Caveat]) Target {
	t := Target{Name: name, Task: task, Version: r.String(), Digest: r.String(), Position: r.String()}
	if r.Bool() {
		t.Pin = &Pin{Position: r.String(), Automatic: r.String(), At: r.String()}
	}
	t.Functions = int(r.Uint())
	t.Modules = modules.read(r)
	for range r.Len() {
		t.Components = append(t.Components, Component{Name: r.String(), Parts: r.Strings()})
	}
	t.Caveats = caveats.read(r)
	return t
}

// shared writes lists, of which many targets have the same. A list is written
// where it is met first, behind the number 0, and otherwise as its number.
type shared[T any] struct {
	strings func(T) []string
	make    func(func() string) T
	numbers map[string]uint64
	// same are the numbers of lists by what they lie in, so that one which many targets
	// hold is looked at once.
	same  map[sameList[T]]uint64
	lists [][]T
}

// sameList identifies a list without looking at its elements.
type sameList[T any] struct {
	first  *T
	length int
}

func newShared[T any](split func(T) []string, join func(func() string) T) *shared[T] {
	return &shared[T]{strings: split, make: join, numbers: make(map[string]uint64), same: make(map[sameList[T]]uint64)}
}

func sharedModules() *shared[Module] {
	return newShared(
		func(m Module) []string { return []string{m.Path, m.Version, m.Sum, m.Replaces} },
		func(next func() string) Module { return Module{next(), next(), next(), next()} })
}

func sharedCaveats() *shared[Caveat] {
	return newShared(
		func(c Caveat) []string { return []string{c.Kind, c.Position, c.Message} },
		func(next func() string) Caveat { return Caveat{next(), next(), next()} })
}

func (s *shared[T]) write(w *wire.Writer, list []T) {
	id := sameList[T]{unsafe.SliceData(list), len(list)}
	if n, ok := s.same[id]; ok {
		w.Uint(n)
		return
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%t", list == nil)
	for _, e := range list {
		fmt.Fprintf(&key, "%q", s.strings(e))
	}
	n, ok := s.numbers[key.String()]
	if ok {
		s.same[id] = n
		w.Uint(n)
		return
	}
	n = uint64(len(s.numbers)) + 1
	s.numbers[key.String()], s.same[id] = n, n
	w.Uint(0)
	w.Bool(list == nil)
	w.Uint(uint64(len(list)))
	for _, e := range list {
		for _, field := range s.strings(e) {
			w.String(field)
		}
	}
}

func (s *shared[T]) read(r *wire.Reader) []T {
	n := r.Uint()
	if n > 0 {
		if n > uint64(len(s.lists)) {
			r.Fail()
			return nil
		}
		return s.lists[n-1]
	}
	var list []T
	isNil := r.Bool()
	if length := r.Len(); !isNil {
		list = make([]T, length)
	}
	for i := range list {
		list[i] = s.make(r.String)
	}
	s.lists = append(s.lists, list)
	return list
}
