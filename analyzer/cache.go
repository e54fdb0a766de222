package analyzer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// A run that has nothing new to analyse is answered from a store. What a version
// depends on is asked in three steps, each of which needs the one before:
//
//  1. the key: the program, the configuration but for its targets, and what
//     surrounds the modules (place). It is known before any module is read.
//  2. the tree: the content of all files that can make up the packages of the
//     main modules. Key and tree together lead to the list of all other inputs:
//     configuration, embedded, configured, vendored and included files, modules
//     replaced by folders, and that certain files don't exist.
//  3. the facts of these. All together lead to the answers.
//
// Where there is no answer, what is known of single packages still spares most of the
// analysis (see summaries), packages whose flows are as they were need not be linked
// again (see linking), and what the go command has said needn't be asked again after an
// edit of function bodies (see listing).
//
// The answers hold the versions of all functions of the world and the names by
// which requests select them, because they cost a tenth of an analysis, and the
// next target is asked for sooner or later.
//
// What isn't a matter of content is never answered from the store: requests with
// policies of the caller's own or for a graph, functions whose configuration has
// commands, which may print something else each time, worlds with broken packages,
// whose errors may come from anywhere, and packages from a driver.
//
// The list of inputs can't be incomplete in what this package reads itself, since
// it reads through inputs.Reader alone. What the go command reads is in the tree or
// noted by noteGo; the module cache and the toolchain count by versions. Answers
// are kept only if tree and inputs were the same before and after the analysis.
type cache struct {
	store *store.Store
	cfg   Config
	place *place
	key   store.ID

	index   *inputs.Index
	indexID store.ID
	tree    *inputs.Tree              // before the analysis
	before  map[inputs.Input]store.ID // facts from before the analysis
}

// openCache returns the cache of a run; nil if it has none. It must be closed.
func openCache(cfg Config) *cache {
	if cfg.Cache == "" {
		return nil
	}
	c := &cache{cfg: cfg, before: make(map[inputs.Input]store.ID)}
	if reason := c.open(); reason != "" {
		cfg.trace("cache: not used: " + reason)
		return nil
	}
	return c
}

// open returns why the cache can't be used; empty if it can.
func (c *cache) open() string {
	environ := environment(c.cfg)
	switch {
	case c.cfg.Constants || c.cfg.HashTrace != nil:
		return "the request is for more than versions"
	case len(c.cfg.Custom) > 0:
		return "the caller has policies of its own"
	case usesDriver(environ):
		return "GOPACKAGESDRIVER is set"
	}
	dir, err := filepath.Abs(c.cfg.Dir)
	if err != nil {
		return err.Error()
	}
	p, ok := findPlace(dir, environ)
	if !ok {
		return "the go command, its settings or the module are unusual or missing"
	}
	s, err := openStore(c.cfg)
	if err != nil {
		return err.Error()
	}
	c.place, c.store = p, s
	c.key = c.store.Action("key", c.cfg.key(p)...)
	c.indexID = c.store.Action("index", p.root)
	note, _ := c.store.Note(c.indexID)
	c.index = inputs.NewIndex(note)
	if c.tree, err = c.index.Tree(p.root, p.roots); err != nil {
		return err.Error()
	}
	return ""
}

// openStore opens the store of a configuration.
func openStore(cfg Config) (*store.Store, error) {
	identity, err := inputs.Identity(cfg.Cache)
	if err != nil {
		return nil, err
	}
	return store.Open(cfg.Cache, identity, cfg.cacheProgram()), nil
}

// cacheProgram returns the helper of the go command's cache, which serves as a
// second tier.
func (cfg Config) cacheProgram() (program string) {
	for _, kv := range environment(cfg) {
		if value, ok := strings.CutPrefix(kv, "GOCACHEPROG="); ok {
			program = value
		}
	}
	return program
}

func (c *cache) close() {
	if c != nil {
		c.store.Close()
	}
}

// trace tells who wants to know what the cache does.
func (cfg Config) trace(message string) {
	if cfg.Trace != nil {
		cfg.Trace(message)
	}
}

// key describes a configuration at a place, without its targets.
func (cfg Config) key(p *place) []string {
	var w wire.Writer
	cfg.write(&w)
	parts := append([]string{string(w.Bytes())}, p.around...)
	parts = append(parts, p.relative(p.roots...)...)
	parts = append(parts, strconv.FormatBool(p.gowork != ""))
	relativeToDir := len(cfg.Files) > 0 || cfg.ImageSpec != "" || cfg.ModFile != "" ||
		slices.ContainsFunc(p.around, func(s string) bool { return strings.Contains(s, "modfile") })
	if relativeToDir {
		parts = append(parts, p.relative(p.dir)...)
	}
	return parts
}

// write writes what enters the key.
func (cfg Config) write(w *wire.Writer) {
	w.Bool(cfg.Tests)
	w.Strings([]string{cfg.Tags, cfg.Mod, cfg.ModFile, cfg.Private, cfg.Platform, cfg.Policy, cfg.Toolchain, cfg.Salt, cfg.Image, cfg.ImageSpec})
	w.Strings(cfg.Files)
	w.Strings(slices.Compact(slices.Sorted(slices.Values(cfg.Clear))))
}

// readConfig reads what write wrote.
func readConfig(r *wire.Reader) Config {
	var cfg Config
	cfg.Tests = r.Bool()
	list := r.Strings()
	fields := []*string{&cfg.Tags, &cfg.Mod, &cfg.ModFile, &cfg.Private, &cfg.Platform, &cfg.Policy, &cfg.Toolchain, &cfg.Salt, &cfg.Image, &cfg.ImageSpec}
	if len(list) != len(fields) {
		r.Fail()
		return cfg
	}
	for i, f := range fields {
		*f = list[i]
	}
	cfg.Files, cfg.Clear = r.Strings(), r.Strings()
	return cfg
}

// listID is the action of the list of inputs.
func (c *cache) listID() store.ID {
	return c.store.Action("inputs", string(c.key[:]), string(c.tree.ID[:]))
}

// answersID is the action of the answers.
func (c *cache) answersID(list string, facts []store.ID) store.ID {
	parts := []string{string(c.key[:]), string(c.tree.ID[:]), list}
	for _, f := range facts {
		parts = append(parts, string(f[:]))
	}
	return c.store.Action("answers", parts...)
}

// answer returns the report of a run whose answer is known; nil if it isn't. What
// explains a version isn't in it.
func (c *cache) answer() *Report {
	if c == nil || c.cfg.Explain {
		return nil
	}
	a, _ := c.find()
	if a == nil {
		c.cfg.trace("cache: nothing is known of this state")
		return nil
	}
	report := a.request(c.cfg)
	if report == nil {
		c.cfg.trace("cache: nothing is known of these targets")
		return nil
	}
	c.remember()
	c.cfg.trace(fmt.Sprintf("cache: answered, files read: %d", c.index.Read))
	return report
}

// find returns the answers for the state of the files, with their action.
func (c *cache) find() (*answers, store.ID) {
	for _, list := range c.lists() {
		ins, err := c.decodeInputs([]byte(list))
		if err != nil {
			continue
		}
		facts, err := c.facts(ins)
		if err != nil {
			continue
		}
		id := c.answersID(list, facts)
		if data, ok := c.store.Get(id); ok {
			if a, err := c.decode(data); err == nil {
				return a, id
			}
		}
	}
	return nil, store.ID{}
}

// facts returns those of inputs. An analysis that follows may rely on them.
func (c *cache) facts(ins []inputs.Input) (facts []store.ID, err error) {
	facts = make([]store.ID, len(ins))
	for i, in := range ins {
		fact, ok := c.before[in]
		if !ok {
			if fact, err = c.index.Fact(in); err != nil {
				return nil, err
			}
			c.before[in] = fact
		}
		facts[i] = fact
	}
	return facts, nil
}

// maxLists bounds how many lists of inputs are kept for a key and a tree. There is
// more than one where other files than source come and go, such as embedded ones.
const maxLists = 8

// lists returns the lists of inputs, the latest one first.
func (c *cache) lists() []string {
	data, ok := c.store.Get(c.listID())
	if !ok {
		return nil
	}
	r := wire.NewReader(data)
	lists := r.Strings()
	if r.Close() != nil {
		return nil
	}
	return lists
}

// addList keeps a list of inputs. Others that do so at the same time may be lost.
func (c *cache) addList(list string) error {
	lists := slices.DeleteFunc(c.lists(), func(old string) bool { return old == list })
	lists = append([]string{list}, lists...)
	var w wire.Writer
	w.Strings(lists[:min(len(lists), maxLists)])
	return c.store.Put(c.listID(), w.Bytes())
}

// decode reads answers and skips the configuration before them.
func (c *cache) decode(data []byte) (*answers, error) {
	r := wire.NewReader(data)
	if r.String() != answersKind {
		return nil, wire.ErrCorrupt
	}
	readConfig(r)
	_ = r.String() // the folder of the request
	return decodeAnswers(r, c.place.root, c.place.dir, c.place.roots)
}

// answersKind begins every content that holds answers.
const answersKind = "answers"

// encodeInputs writes a list of inputs. Paths in and beside the root are relative
// to it, so that the same modules in another folder have the same list.
func (c *cache) encodeInputs(list []inputs.Input) []byte {
	var w wire.Writer
	w.Uint(uint64(len(list)))
	for _, in := range list {
		w.Uint(uint64(in.Kind))
		rel, err := filepath.Rel(c.place.root, in.Path)
		near := err == nil && (filepath.IsLocal(rel) || isBelow(in.Path, filepath.Dir(c.place.root)))
		w.Bool(near)
		if near {
			w.String(filepath.ToSlash(rel))
		} else {
			w.String(in.Path)
		}
	}
	return w.Bytes()
}

func (c *cache) decodeInputs(data []byte) ([]inputs.Input, error) {
	r := wire.NewReader(data)
	list := make([]inputs.Input, r.Len())
	for i := range list {
		in := inputs.Input{Kind: inputs.Kind(r.Uint())}
		near := r.Bool()
		in.Path = r.String()
		if near {
			in.Path = filepath.Join(c.place.root, filepath.FromSlash(in.Path))
		}
		list[i] = in
	}
	return list, r.Close()
}

// remember keeps what is known about files by their times.
func (c *cache) remember() {
	if data, fresh := c.index.Encode(); fresh {
		_ = c.store.SetNote(c.indexID, data) // files are read again, then
	}
}

// lock waits for another process that analyses the same, and returns its answer
// if it has one for this run. Otherwise others wait until unlock is called.
func (c *cache) lock(ctx context.Context) (r *Report, unlock func()) {
	if c == nil || c.cfg.Explain {
		return nil, func() {}
	}
	unlock = c.store.Lock(ctx, c.listID())
	if a, _ := c.find(); a != nil {
		if r := a.request(c.cfg); r != nil {
			c.cfg.trace("cache: answered by another process")
			return r, unlock
		}
	}
	return nil, unlock
}

// keep stores what a run has found. It must have analysed what in has read.
func (c *cache) keep(ctx context.Context, v *versioner, report *Report) {
	if c == nil {
		return
	}
	if c.cfg.Explain {
		c.remember()
		return
	}
	if err := c.tryKeep(ctx, v, report); err != nil {
		c.cfg.trace("cache: not kept: " + err.Error())
		return
	}
	c.remember()
	c.cfg.trace("cache: kept")
}

var (
	errBroken  = errors.New("packages are broken")
	errUnusual = errors.New("the go command sees another place")
	errChanged = errors.New("files have changed during the analysis")
)

func (c *cache) tryKeep(ctx context.Context, v *versioner, report *Report) error {
	w := v.w
	if len(w.tainted()) > 0 {
		return errBroken
	}
	if !c.place.agrees(w) {
		return errUnusual
	}
	a := v.answers(ctx, report)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.noteGo(w, w.in); err != nil {
		return err
	}
	after, err := c.index.Tree(c.place.root, c.place.roots)
	if err != nil {
		return err
	}
	if after.ID != c.tree.ID {
		return errChanged
	}
	ins := w.in.Inputs(c.tree)
	facts, err := w.in.Facts(c.index, ins, c.before)
	if err != nil {
		return err
	}
	list := string(c.encodeInputs(ins))
	var out wire.Writer
	out.String(answersKind)
	c.cfg.write(&out)
	out.String(c.place.relative(c.place.dir)[0])
	if err := a.encode(&out, c.place.root); err != nil {
		return err
	}
	// The list comes last: it leads to the answers.
	if err := c.store.Put(c.answersID(list, facts), out.Bytes()); err != nil {
		return err
	}
	return c.addList(list)
}

// answers finds the versions of all functions, beside those of a report. Where
// that takes a command or gives an error, there is none.
func (v *versioner) answers(ctx context.Context, report *Report) *answers {
	a := &answers{catalog: v.w.catalog(), targets: make(map[[2]string]Target), tests: v.w.tests}
	for _, positions := range v.w.tasks() {
		a.clash = a.clash || positions[0] != positions[len(positions)-1] // they are sorted; variants with tests have the same
	}
	known := make(map[string]Target, len(report.Targets))
	for _, t := range report.Targets {
		known[t.Name] = t
	}
	for _, q := range a.catalog.packages {
		p := v.w.privateByID[q.id]
		k, err := v.knobs.of(p)
		if err != nil || k.asks() {
			continue
		}
		for _, f := range q.funcs {
			if ctx.Err() != nil {
				return a
			}
			t := target{choice{q, &f}.fullName(), p, v.w.outlined(p).function(f.name)}
			found, ok := known[t.name]
			if !ok || found.Position != t.fn.position {
				if found, err = v.version(ctx, t); err != nil {
					continue
				}
			}
			a.targets[[2]string{q.id, f.name}] = found
		}
	}
	return a
}

// asks tells whether policies have to be asked what they contribute.
func (k *knobs) asks() bool {
	return slices.ContainsFunc(k.custom, func(p Policy) bool { return k.policies.on[p.Name()] })
}
