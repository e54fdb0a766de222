package analyzer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/yamltree"
)

// knobs are the settings for the targets of a package.
type knobs struct {
	policies  *policySet
	toolchain string
	salt      string
	image     string
	spec      []string // parameters of an image, nil without
	files     []dataFile
	custom    []Policy // by name
}

// toolchainPolicies are what the policy toolchain can stand for.
var toolchainPolicies = []string{"declared", "actual", "language"}

// settings finds the knobs of packages: what the configuration says, and else
// the nearest configuration file.
type settings struct {
	w      *world
	cfg    Config
	env    []string
	finder *fileFinder
	known  map[*configFile]*knobs
}

func newSettings(w *world, cfg Config) *settings {
	return &settings{w: w, cfg: cfg, env: environment(cfg), finder: newFileFinder(w.in, w.madeConstants()), known: make(map[*configFile]*knobs)}
}

// prepare reads the knobs of all targets and runs the commands of their files,
// before anything is analysed in vain.
func (s *settings) prepare(ctx context.Context, targets []target) error {
	for _, t := range targets {
		k, err := s.of(t.pkg)
		if err != nil {
			return err
		}
		for _, p := range k.custom {
			c, ok := p.(*command)
			if !ok || !k.policies.on[c.name] {
				continue
			}
			if err := c.run(ctx); err != nil {
				return fmt.Errorf("policy %s: %w", c.name, err)
			}
		}
	}
	return nil
}

// of returns the knobs of a package.
func (s *settings) of(p *privatePackage) (*knobs, error) {
	dir, limit := p.dir, p.module.Dir
	if !isLocalModule(p.module) { // its author's settings and commands are not the user's
		dir, limit = s.w.root, s.w.root
	}
	f, err := s.w.configFor(dir, limit)
	if err != nil {
		return nil, err
	}
	if k := s.known[f]; k != nil {
		return k, nil
	}
	k, err := s.read(f)
	if err != nil {
		return nil, err
	}
	s.known[f] = k
	return k, nil
}

// read settles each knob: the configuration goes before the file, which may be
// nil.
func (s *settings) read(f *configFile) (*knobs, error) {
	k := &knobs{}
	if err := s.readCustom(k, f); err != nil {
		return nil, err
	}
	var custom []string
	for _, p := range k.custom {
		custom = append(custom, p.Name())
	}
	list, at := s.value("policy", s.cfg.Policy, f)
	var err error
	if k.policies, err = choosePolicies(list, custom); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	if k.toolchain, at = s.value("toolchain", s.cfg.Toolchain, f); k.toolchain == "" {
		k.toolchain = toolchainPolicies[0]
	}
	if !slices.Contains(toolchainPolicies, k.toolchain) {
		return nil, fmt.Errorf("%s: %w", at, unknownName("toolchain policy", k.toolchain, toolchainPolicies))
	}
	k.salt, _ = s.value("salt", s.cfg.Salt, f)
	if err := s.readImage(k, f); err != nil {
		return nil, err
	}
	return k, s.readFiles(k, f)
}

// value returns the value of a key, and where it stands, for messages.
func (s *settings) value(key, given string, f *configFile) (value, at string) {
	if s.cfg.says(key, given) {
		return given, "read " + key
	}
	set := f.get(key)
	return set.text(), set.at
}

func (s *settings) readCustom(k *knobs, f *configFile) error {
	k.custom = slices.Clone(s.cfg.Custom)
	set := f.get("commands")
	for _, c := range set.commands {
		c.at, c.dir, c.env = fmt.Sprintf("%s:%d", f.name, c.line), filepath.Dir(f.path), s.env
		k.custom = append(k.custom, &c)
	}
	taken := make(map[string]bool)
	for _, p := range builtin {
		taken[p.name] = true
	}
	where := ""
	if set.at != "" {
		where = set.at + ": "
	}
	for _, p := range k.custom {
		if !label.MatchString(p.Name()) {
			return fmt.Errorf("%sbad name of policy %q: use %s", where, p.Name(), labelForm)
		}
		if taken[p.Name()] {
			return fmt.Errorf("%sthere is a policy %s already: choose another name", where, p.Name())
		}
		taken[p.Name()] = true
	}
	slices.SortFunc(k.custom, func(a, b Policy) int { return strings.Compare(a.Name(), b.Name()) })
	return nil
}

// readImage settles the image and its description, of which the ones given
// replace those of the file together.
func (s *settings) readImage(k *knobs, f *configFile) error {
	if s.cfg.Image != "" && s.cfg.ImageSpec != "" {
		return errors.New("read image: image and image-spec exclude each other: give one of them")
	}
	dir := s.w.dir
	spec := s.cfg.ImageSpec
	k.image = s.cfg.Image
	where := "read image-spec"
	if !s.cfg.says("image", k.image) && !s.cfg.says("image-spec", spec) && f != nil {
		dir, k.image, spec, where = filepath.Dir(f.path), f.get("image").text(), f.get("image-spec").text(), f.get("image-spec").at
	}
	if spec == "" {
		return nil
	}
	name := filepath.FromSlash(spec)
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	data, err := s.w.in.ReadFile(name)
	if err != nil {
		return fmt.Errorf("%s: %w: name a YAML or JSON file", where, err)
	}
	tree, err := yamltree.Parse(data)
	if err != nil {
		return fmt.Errorf("%s: %s: %w: correct it", where, s.w.relative(name), err)
	}
	if tree == nil || tree.Kind != yamltree.Map || len(tree.Items) == 0 {
		return fmt.Errorf("%s: %s has no parameters: write lines KEY: VALUE, or a JSON object", where, s.w.relative(name))
	}
	k.spec = tree.Tokens()
	return nil
}

// readFiles finds the configured files.
func (s *settings) readFiles(k *knobs, f *configFile) error {
	if !k.policies.on["files"] {
		return nil
	}
	dir, globs, where := s.w.dir, s.cfg.Files, "read files"
	if len(globs) == 0 && !slices.Contains(s.cfg.Clear, "files") && f != nil {
		dir, globs, where = filepath.Dir(f.path), splitList(f.get("files").values), f.get("files").at
	}
	for _, g := range globs {
		err := checkGlob(g)
		var files []dataFile
		if err == nil {
			files, err = s.finder.find(s.w.moduleAt(dir), dir, g)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
		k.files = append(k.files, files...)
	}
	return nil
}

// splitList splits a value that a flag would take with commas.
func splitList(values []string) []string {
	if len(values) == 1 {
		return strings.Split(values[0], ",")
	}
	return values
}

// moduleAt returns the module in whose folder dir lies: a main one, one replaced
// by a folder, or else the workspace.
func (w *world) moduleAt(dir string) moduleFolder {
	best := moduleFolder{path: "workspace", dir: w.root}
	for _, p := range w.private {
		m := moduleFolder{p.module.Path, p.module.Dir}
		if rel, err := filepath.Rel(m.dir, dir); err == nil && filepath.IsLocal(rel) && len(m.dir) >= len(best.dir) {
			best = m
		}
	}
	return best
}
