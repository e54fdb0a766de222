package analyzer

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/near"
	"github.com/autover/autover/internal/yamltree"
)

// configName is the file with the settings of a folder and those below it, up to
// the next such file.
const configName = ".autover.yaml"

// configKey is what a configuration file may say. Keys are named like the flags.
type configKey struct {
	name string
	// list allows for a list of strings instead of one with commas, commands
	// stands for names with lists of words, truth for true and false.
	list, commands, truth bool
	// whole keys decide what the go command loads, which is one for all targets:
	// they count in the folder of go.mod or go.work alone.
	whole bool
}

var configKeys = []configKey{
	{name: "policy", list: true},
	{name: "toolchain"},
	{name: "salt"},
	{name: "image"},
	{name: "image-spec"},
	{name: "files", list: true},
	{name: "commands", commands: true},
	{name: "platform", whole: true},
	{name: "tags", list: true, whole: true},
	{name: "mod", whole: true},
	{name: "modfile", whole: true},
	{name: "private", list: true, whole: true},
	{name: "test", truth: true, whole: true},
}

// configFile is a file that has been read; a nil one says nothing.
type configFile struct {
	path     string // absolute
	name     string // relative to the root, for messages
	settings map[string]setting
}

// setting is the value of a key: one string, several, or those of commands in
// the order of their names.
type setting struct {
	at       string
	values   []string
	commands []command
}

// text joins the values as a flag takes them.
func (s setting) text() string { return strings.Join(s.values, ",") }

// get returns what the file says of a key; empty if it says nothing.
func (f *configFile) get(key string) setting {
	if f == nil {
		return setting{}
	}
	return f.settings[key]
}

// configFor returns the nearest configuration file from a folder up to the root,
// or to limit if the folder isn't below the root; nil if there is none.
func (w *world) configFor(dir, limit string) (*configFile, error) {
	if rel, err := filepath.Rel(w.root, dir); err == nil && filepath.IsLocal(rel) {
		limit = w.root
	}
	for {
		f, err := w.configIn(dir)
		if f != nil || err != nil || dir == limit || dir == filepath.Dir(dir) {
			return f, err
		}
		dir = filepath.Dir(dir)
	}
}

// configIn reads the configuration file of a folder, once; nil if there is none.
func (w *world) configIn(dir string) (*configFile, error) {
	if f, ok := w.configs[dir]; ok {
		return f, nil
	}
	name := filepath.Join(dir, configName)
	data, err := w.in.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if other := strings.TrimSuffix(name, "yaml") + "yml"; w.exists(other) {
			return nil, fmt.Errorf("%s: nothing reads it: rename it to %s", w.relative(other), configName)
		}
		w.configs[dir] = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w: make it readable", err)
	}
	f := &configFile{path: name, name: w.relative(name), settings: make(map[string]setting)}
	tree, err := yamltree.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: correct it", f.name, err)
	}
	if err := f.read(tree, dir == w.root); err != nil {
		return nil, err
	}
	w.configs[dir] = f
	return f, nil
}

func (w *world) exists(name string) bool {
	_, err := w.in.Stat(name)
	return err == nil
}

// read takes over the settings of a document.
func (f *configFile) read(tree *yamltree.Value, isRoot bool) error {
	if tree == nil || tree.Kind == yamltree.Null {
		return nil
	}
	if tree.Kind != yamltree.Map {
		return fmt.Errorf("%s:%d: not a map: write lines KEY: VALUE", f.name, tree.Line)
	}
	for i, k := range tree.Keys {
		at := fmt.Sprintf("%s:%d", f.name, k.Line)
		key, err := findKey(k.Text)
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		if key.whole && !isRoot {
			return fmt.Errorf("%s: %s holds for all packages alike: move it to the %s beside go.mod, or go.work if there is one", at, key.name, configName)
		}
		s, err := key.read(tree.Items[i])
		if err != nil {
			return fmt.Errorf("%s: %s: %w", at, key.name, err)
		}
		s.at = at
		f.settings[key.name] = s
	}
	if a, b := f.get("image"), f.get("image-spec"); a.at != "" && b.at != "" {
		return fmt.Errorf("%s: image and image-spec (%s) exclude each other: remove one", a.at, b.at)
	}
	return nil
}

func findKey(name string) (configKey, error) {
	var names []string
	for _, k := range configKeys {
		if k.name == name {
			return k, nil
		}
		names = append(names, k.name)
	}
	if similar := near.Best(name, names); similar != "" {
		return configKey{}, fmt.Errorf("unknown key %q: did you mean %s?", name, similar)
	}
	return configKey{}, fmt.Errorf("unknown key %q: there are %s", name, strings.Join(names, ", "))
}

// read takes over the value of a key.
func (k configKey) read(v *yamltree.Value) (setting, error) {
	switch {
	case k.commands:
		return readCommands(v)
	case k.list && v.Kind == yamltree.List:
		values, err := words(v)
		return setting{values: values}, err
	case v.Kind != yamltree.Scalar || v.Text == "":
		return setting{}, errors.New("it takes one value: give it one, or remove it")
	case k.truth && v.Type != "bool":
		return setting{}, errors.New("it is true or false")
	}
	return setting{values: []string{v.Text}}, nil
}

func readCommands(v *yamltree.Value) (setting, error) {
	var s setting
	if v.Kind != yamltree.Map {
		return s, errors.New("it takes a map: write lines NAME: [PROGRAM, ARGUMENT, ...]")
	}
	for i, k := range v.Keys {
		list, err := words(v.Items[i])
		if err != nil {
			return s, fmt.Errorf("%s: %w", k.Text, err)
		}
		s.commands = append(s.commands, command{name: k.Text, words: list, line: k.Line})
	}
	slices.SortFunc(s.commands, func(a, b command) int { return strings.Compare(a.name, b.name) })
	return s, nil
}

// words returns the elements of a list, none of them empty.
func words(v *yamltree.Value) ([]string, error) {
	if v.Kind != yamltree.List || len(v.Items) == 0 {
		return nil, errors.New("it takes a list, as in [A, B]")
	}
	var list []string
	for _, item := range v.Items {
		if item.Kind != yamltree.Scalar || item.Text == "" {
			return nil, errors.New("an element of the list is empty, or a list or map itself: write strings")
		}
		list = append(list, item.Text)
	}
	return list, nil
}

// withFile adds what the configuration file of the root says of the whole run to
// a configuration that says nothing of it.
func (w *world) withFile(cfg Config) (Config, error) {
	f, err := w.configIn(w.root)
	if err != nil || f == nil {
		return cfg, err
	}
	for key, to := range map[string]*string{"platform": &cfg.Platform, "tags": &cfg.Tags, "mod": &cfg.Mod, "modfile": &cfg.ModFile, "private": &cfg.Private} {
		if s := f.get(key); s.at != "" && !cfg.says(key, *to) {
			*to = s.text()
			if key == "modfile" && !filepath.IsAbs(*to) {
				*to = filepath.Join(w.root, filepath.FromSlash(*to))
			}
			w.origins[key] = s.at
		}
	}
	if s := f.get("test"); !cfg.Tests && !slices.Contains(cfg.Clear, "test") {
		cfg.Tests = s.text() == "true"
	}
	return cfg, nil
}

// origin says where a key of the whole run stands, for messages.
func (w *world) origin(key string) string {
	if at := w.origins[key]; at != "" {
		return at
	}
	return "read " + key
}

// says tells whether the configuration itself sets a key, so that no file does.
func (cfg Config) says(key, value string) bool {
	return value != "" || slices.Contains(cfg.Clear, key)
}
