package inputs

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/store"
)

// A Tree is the fact of what can make up the packages of some modules.
type Tree struct {
	ID store.ID
	// Headers is the part of it that go list reads: of Go files the headers.
	Headers store.ID
	// folders are those whose files are covered.
	folders map[string]bool
	// contents are the facts of these files.
	contents map[string]store.ID
}

// Content returns the fact of the content of a file that the tree covers.
func (t *Tree) Content(name string) (store.ID, bool) {
	id, ok := t.contents[name]
	return id, ok
}

// Covers tells whether the tree says it all about an input.
func (t *Tree) Covers(in Input) bool {
	switch in.Kind {
	case Content:
		return t.folders[filepath.Dir(in.Path)] && counts(filepath.Base(in.Path))
	case Type:
		return t.folders[in.Path] || t.folders[filepath.Dir(in.Path)] && counts(filepath.Base(in.Path))
	case Package, Headers:
		return t.folders[in.Path]
	}
	return false
}

// Tree returns the fact of the folders of modules, which are named by their paths
// from root. It covers what go list finds for "./..." in each: the files that can
// make up packages, in all folders but those that no pattern matches (testdata,
// vendor, those that begin with "." or "_", and other modules), and which folders
// there are.
func (x *Index) Tree(root string, modules []string) (*Tree, error) {
	t := &Tree{folders: make(map[string]bool), contents: make(map[string]store.ID)}
	w := &sourceWriter{seen: t.contents}
	for _, m := range modules {
		rel, err := filepath.Rel(root, m)
		if err != nil {
			return nil, err
		}
		for _, d := range w.both() {
			d.String(filepath.ToSlash(rel))
		}
		if err := x.walk(t, w, m, true); err != nil {
			return nil, err
		}
	}
	t.ID, t.Headers = w.facts()
	return t, nil
}

// walk writes a folder and those below it. Of another module, and of vendored
// code, it writes only what the folder itself has.
func (x *Index) walk(t *Tree, w *sourceWriter, dir string, isModule bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	t.folders[dir] = true
	if err := x.writeFiles(w, dir, entries); err != nil {
		return err
	}
	deeper := isModule || filepath.Base(dir) != "vendor" && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "go.mod" })
	for _, d := range w.both() {
		d.Bool(deeper)
	}
	if !deeper {
		return nil
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
			continue
		}
		for _, d := range w.both() {
			d.String(name)
		}
		if err := x.walk(t, w, filepath.Join(dir, name), false); err != nil {
			return err
		}
	}
	for _, d := range w.both() {
		d.String("") // the end of the folder
	}
	return nil
}
