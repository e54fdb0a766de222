package analyzer

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
	"golang.org/x/tools/go/packages"
)

// What the go command says about a world is kept as well, since an edit of a function
// body changes nothing about it. It is found by the surroundings of the modules, as the
// answers are, and by what go list reads: the names of files, the headers of Go files
// and the contents of the others, module files, and the names that patterns of
// //go:embed are matched with. Unlike the answers it holds for one folder of one machine
// only, because it says where everything is.
//
// It isn't kept if go list has found any fault, because that may come from anywhere, nor
// with -mod=mod, where go list writes module files. Where an analysis that relies on it
// fails, the go command is asked after all.

// listing is what the go command says about a world. The zero value knows nothing, and
// learns from what is asked.
type listing struct {
	cache *cache // nil without one
	// env are the settings of goEnvKeys, by the platform that was asked for; that of
	// "" is the go command's own.
	env map[string]map[string]string
	// question is what was asked for packages, which are the answer.
	question []string
	packages []*packages.Package
	// recalled says that it was kept by an earlier run, asked that the go command was
	// asked in this one.
	recalled, asked bool
}

// listingRecord is the form in which a listing is kept.
type listingRecord struct {
	Env      map[string]map[string]string
	Question []string
	Roots    []int
	Packages []packageRecord
	Modules  []moduleRecord
}

// packageRecord is a packages.Package; files are named by their folder where that isn't
// the package's own. Imports are numbers of packages, Module is one of a module and -1
// without.
type packageRecord struct {
	ID, Name, Path, Dir, ForTest                string
	Go, Other, Ignored, Embedded, EmbedPatterns []string
	ImportPaths                                 []string
	Imports                                     []int
	Module                                      int
}

// moduleRecord is a packages.Module; Replace is its number, -1 without.
type moduleRecord struct {
	Path, Version, Dir, GoMod, GoVersion string
	Main, Indirect                       bool
	Replace                              int
}

// listing returns what is known of what the go command would say.
func (c *cache) listing() *listing {
	l := &listing{cache: c}
	if c == nil {
		return l
	}
	note, ok := c.store.Note(c.listingID())
	if !ok {
		return l
	}
	r := wire.NewReader(note)
	ins, facts := wire.ReadValue[[]inputs.Input](r), wire.ReadValue[[]store.ID](r)
	if now, err := c.facts(ins); err != nil || !slices.Equal(now, facts) {
		return l
	}
	record := wire.ReadValue[listingRecord](r)
	if r.Close() != nil {
		return l
	}
	kept, ok := record.listing()
	if !ok || !kept.there() {
		return l
	}
	kept.cache, kept.recalled = c, true
	return kept
}

// listingID is the action of the listing.
func (c *cache) listingID() store.ID {
	parts := append([]string{string(c.key[:]), string(c.tree.Headers[:])}, c.place.exact...)
	return c.store.Action("listing", parts...)
}

// there tells whether the folders of the modules and of the toolchain still exist.
func (l *listing) there() bool {
	look := inputs.NewReader(false)
	isFolder := func(dir string) bool {
		info, err := look.Stat(dir)
		return err == nil && info.IsDir()
	}
	seen := make(map[*packages.Module]bool)
	for _, p := range l.packages {
		for m := p.Module; m != nil && !seen[m]; m = m.Replace {
			seen[m] = true
			if m.Dir != "" && !isFolder(m.Dir) {
				return false
			}
		}
	}
	for _, env := range l.env {
		if !isFolder(filepath.Join(env["GOROOT"], "src", "runtime")) {
			return false
		}
	}
	return true
}

// goEnv returns the settings of the go command in dir for a platform, to which environ
// is already adapted.
func (l *listing) goEnv(ctx context.Context, dir, platform string, environ []string) (map[string]string, error) {
	if env, ok := l.env[platform]; ok {
		return env, nil
	}
	env, err := goEnv(ctx, dir, environ)
	if err != nil {
		return nil, err
	}
	if l.env == nil {
		l.env = make(map[string]map[string]string)
	}
	l.env[platform], l.asked = env, true
	return env, nil
}

// list returns the packages of a world.
func (l *listing) list(ctx context.Context, w *world, platform string, environ []string) ([]*packages.Package, error) {
	question := slices.Concat([]string{w.root, platform, strconv.FormatBool(w.tests), w.flags.goflags}, w.flags.args, []string{""}, w.patterns())
	if l.packages != nil && slices.Equal(question, l.question) {
		return l.packages, nil
	}
	pkgs, err := w.list(ctx, environ)
	if err != nil {
		return nil, err
	}
	l.question, l.packages, l.asked = question, pkgs, true
	return pkgs, nil
}

// keep keeps what the go command has said about a world, if it was asked. That it can't
// be kept makes later runs slow and not wrong.
func (l *listing) keep(w *world, cfg Config) {
	if l.cache == nil {
		return
	}
	if !l.asked {
		cfg.trace("cache: go list: known")
		return
	}
	cfg.trace("cache: go list: asked")
	record, ok := l.record()
	if !ok || slices.Contains(w.flags.args, "-mod=mod") || !l.cache.place.agrees(w) {
		return
	}
	c, in := l.cache, w.in.Apart()
	if c.noteGo(w, in) != nil {
		return
	}
	after, err := c.index.Tree(c.place.root, c.place.roots)
	if err != nil || after.Headers != c.tree.Headers {
		return
	}
	ins := in.Inputs(c.tree)
	for i := range ins {
		if ins[i].Kind == inputs.Package {
			ins[i].Kind = inputs.Headers
		}
	}
	facts, err := in.Facts(c.index, ins, c.before)
	if err != nil {
		return
	}
	var out wire.Writer
	out.Value(ins)
	out.Value(facts)
	out.Value(record)
	_ = c.store.SetNote(c.listingID(), out.Bytes())
}

// record returns the form in which a listing is kept; false if there are faults in it.
func (l *listing) record() (r listingRecord, ok bool) {
	r.Env, r.Question = l.env, l.question
	number := make(map[*packages.Package]int)
	modules := make(map[*packages.Module]int)
	var all []*packages.Package
	packages.Visit(l.packages, nil, func(p *packages.Package) {
		number[p] = len(all)
		all = append(all, p)
	})
	for _, p := range l.packages {
		r.Roots = append(r.Roots, number[p])
	}
	var module func(m *packages.Module) int
	module = func(m *packages.Module) int {
		if m == nil {
			return -1
		}
		n, seen := modules[m]
		if !seen {
			replace := module(m.Replace)
			n = len(r.Modules)
			modules[m] = n
			r.Modules = append(r.Modules, moduleRecord{m.Path, m.Version, m.Dir, m.GoMod, m.GoVersion, m.Main, m.Indirect, replace})
		}
		return n
	}
	for _, p := range all {
		if len(p.Errors) > 0 || p.Module != nil && p.Module.Error != nil {
			return r, false
		}
		q := packageRecord{
			ID: p.ID, Name: p.Name, Path: p.PkgPath, Dir: p.Dir, ForTest: p.ForTest,
			Go: shortNames(p.Dir, p.GoFiles), Other: shortNames(p.Dir, p.OtherFiles), Ignored: shortNames(p.Dir, p.IgnoredFiles),
			Embedded: shortNames(p.Dir, p.EmbedFiles), EmbedPatterns: p.EmbedPatterns, Module: module(p.Module),
		}
		for _, e := range edges(p) {
			q.ImportPaths = append(q.ImportPaths, e.path)
			q.Imports = append(q.Imports, number[p.Imports[e.path]])
		}
		r.Packages = append(r.Packages, q)
	}
	return r, true
}

// listing is the reverse of record; false if there is something wrong with the record.
func (r listingRecord) listing() (l *listing, ok bool) {
	l = &listing{env: r.Env, question: r.Question}
	modules := make([]*packages.Module, len(r.Modules))
	for i, m := range r.Modules {
		modules[i] = &packages.Module{Path: m.Path, Version: m.Version, Dir: m.Dir, GoMod: m.GoMod, GoVersion: m.GoVersion, Main: m.Main, Indirect: m.Indirect}
		if m.Replace >= i {
			return nil, false
		}
		if m.Replace >= 0 {
			modules[i].Replace = modules[m.Replace]
		}
	}
	all := make([]*packages.Package, len(r.Packages))
	for i, p := range r.Packages {
		q := &packages.Package{
			ID: p.ID, Name: p.Name, PkgPath: p.Path, Dir: p.Dir, ForTest: p.ForTest,
			GoFiles: fullNames(p.Dir, p.Go), OtherFiles: fullNames(p.Dir, p.Other), IgnoredFiles: fullNames(p.Dir, p.Ignored),
			EmbedFiles: fullNames(p.Dir, p.Embedded), EmbedPatterns: p.EmbedPatterns, Imports: make(map[string]*packages.Package, len(p.Imports)),
		}
		if p.Module >= len(modules) || len(p.Imports) != len(p.ImportPaths) {
			return nil, false
		}
		if p.Module >= 0 {
			q.Module = modules[p.Module]
		}
		for j, n := range p.Imports {
			if n < 0 || n >= i { // each package comes after its imports
				return nil, false
			}
			q.Imports[p.ImportPaths[j]] = all[n]
		}
		all[i] = q
	}
	for _, n := range r.Roots {
		if n < 0 || n >= len(all) {
			return nil, false
		}
		l.packages = append(l.packages, all[n])
	}
	return l, len(l.packages) > 0
}

// shortNames names files by their base where they are in dir.
func shortNames(dir string, files []string) []string {
	list := slices.Clone(files)
	for i, f := range list {
		if name, ok := strings.CutPrefix(f, dir+string(filepath.Separator)); ok && dir != "" && !filepath.IsAbs(name) {
			list[i] = name
		}
	}
	return list
}

// fullNames is the reverse of shortNames.
func fullNames(dir string, files []string) []string {
	for i, f := range files {
		if !filepath.IsAbs(f) {
			files[i] = dir + string(filepath.Separator) + f
		}
	}
	return files
}
