package inputs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/autover/autover/internal/store"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// later is an index in whose time files have been left alone for long.
func later(data []byte) *Index {
	x := NewIndex(data)
	x.now = func() time.Time { return time.Now().Add(time.Hour) }
	return x
}

func fact(t *testing.T, x *Index, kind Kind, path string) store.ID {
	t.Helper()
	id, err := x.Fact(Input{kind, path})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A file is read again unless nothing about it can have changed.
func TestIndex(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("every file is read every time")
	}
	name := filepath.Join(t.TempDir(), "f")
	write(t, name, "one")
	x := NewIndex(nil)
	first := fact(t, x, Content, name)
	if _, fresh := x.Encode(); fresh {
		t.Error("a file is remembered that may change within the tick of its clock")
	}
	x = later(nil)
	fact(t, x, Content, name)
	data, fresh := x.Encode()
	if !fresh {
		t.Fatal("a file isn't remembered")
	}
	x = later(data)
	if fact(t, x, Content, name) != first || x.Read != 0 {
		t.Errorf("read %d times", x.Read)
	}
	if _, fresh := x.Encode(); fresh {
		t.Error("there is nothing new to remember")
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	disguise := func() { // as cp -p and tar do
		if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	write(t, name, "two")
	disguise()
	if x = later(data); fact(t, x, Content, name) == first {
		t.Error("an edit is missed whose time was set back")
	}
	write(t, name+".new", "six")
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
	disguise()
	if x = later(data); fact(t, x, Content, name) == first {
		t.Error("a file in the place of another one is missed")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if x = later(data); fact(t, x, Content, name) != absent {
		t.Error("a removed file is missed")
	}
	// What Encode didn't write is as good as nothing.
	for cut := range data {
		if x := NewIndex(data[:cut]); len(x.files) != 0 {
			t.Fatalf("%d of %d bytes tell something", cut, len(data))
		}
	}
}

// Each kind of input notices what it asks for and nothing else.
func TestFacts(t *testing.T) {
	edits := []struct {
		name string
		edit func(t *testing.T, dir string)
		// noticed are the kinds that differ for dir/d, or for dir/d/f.go of those
		// that ask about a file.
		noticed string
	}{
		{"content", func(t *testing.T, dir string) { write(t, dir+"/d/f.go", "other") }, "cp"},
		{"content of no source", func(t *testing.T, dir string) { write(t, dir+"/d/readme", "other") }, ""},
		{"content below", func(t *testing.T, dir string) { write(t, dir+"/d/sub/g.go", "other") }, ""},
		{"new source", func(t *testing.T, dir string) { write(t, dir+"/d/new.s", "") }, "pln"},
		{"new go.mod", func(t *testing.T, dir string) { write(t, dir+"/d/go.mod", "") }, "pln"},
		{"new file", func(t *testing.T, dir string) { write(t, dir+"/d/new", "") }, "ln"},
		{"new file below", func(t *testing.T, dir string) { write(t, dir+"/d/sub/new", "") }, "n"},
		{"new file of git", func(t *testing.T, dir string) { write(t, dir+"/d/.git/new", "") }, ""},
		{"removed", func(t *testing.T, dir string) { os.Remove(dir + "/d/f.go") }, "cplntey"},
		{"folder in its place", func(t *testing.T, dir string) { os.Remove(dir + "/d/f.go"); os.Mkdir(dir+"/d/f.go", 0o777) }, "cplnty"},
		{"link in its place", func(t *testing.T, dir string) {
			os.Rename(dir+"/d/f.go", dir+"/f.go")
			os.Symlink("../f.go", dir+"/d/f.go")
		}, "plney"},
		{"all removed", func(t *testing.T, dir string) { os.RemoveAll(dir + "/d") }, "cplntey"},
	}
	for _, e := range edits {
		t.Run(e.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"f.go", "readme", "sub/g.go", ".git/x"} {
				write(t, filepath.Join(dir, "d", name), "text")
			}
			ask := func() map[Kind]store.ID {
				x := later(nil)
				facts := make(map[Kind]store.ID)
				for _, kind := range []Kind{Content, Type, Entry, Link} {
					facts[kind] = fact(t, x, kind, filepath.Join(dir, "d", "f.go"))
				}
				for _, kind := range []Kind{Package, Listing, Names} {
					facts[kind] = fact(t, x, kind, filepath.Join(dir, "d"))
				}
				return facts
			}
			before := ask()
			e.edit(t, dir)
			for kind, id := range ask() {
				if noticed := slices.Contains([]byte(e.noticed), byte(kind)); noticed != (id != before[kind]) {
					t.Errorf("kind %c: differs is %v, want %v", kind, id != before[kind], noticed)
				}
			}
		})
	}
	if _, err := NewIndex(nil).Fact(Input{'?', t.TempDir()}); err == nil {
		t.Error("an unknown kind has a fact")
	}
}

// A tree is the same wherever it stands, and another one after every edit that
// can matter to the packages in it.
func TestTree(t *testing.T) {
	files := []string{
		"go.mod", "go.sum", "a.go", "a_test.go", "x.s", "_x.go", ".autover.yaml", "readme.md", "pkg/b.go", "pkg/data.txt", "empty/doc.txt",
		"testdata/t.go", ".hidden/h.go", "_skipped/s.go", "vendor/v/v.go", "vendor/modules.txt", "nested/go.mod", "nested/n.go", "nested/deep/d.go",
	}
	make := func(t *testing.T) string {
		root := filepath.Join(t.TempDir(), "somewhere", "root")
		for _, name := range files {
			write(t, filepath.Join(root, name), "text")
		}
		return root
	}
	ask := func(t *testing.T, root string, modules ...string) *Tree {
		tree, err := later(nil).Tree(root, append([]string{root}, modules...))
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	want := ask(t, make(t)).ID
	edit := func(name string, change bool, f func(root string)) {
		t.Run(name, func(t *testing.T) {
			root := make(t)
			if ask(t, root).ID != want {
				t.Fatal("the tree depends on where it stands")
			}
			f(root)
			if got := ask(t, root).ID; (got != want) != change {
				t.Errorf("another tree: %v, want %v", got != want, change)
			}
		})
	}
	for _, name := range []string{"go.mod", "go.sum", "a.go", "a_test.go", "x.s", "_x.go", ".autover.yaml", "pkg/b.go", "nested/go.mod"} {
		edit("edit "+name, true, func(root string) { write(t, filepath.Join(root, name), "TEXT") })
		edit("remove "+name, true, func(root string) { os.Remove(filepath.Join(root, name)) })
	}
	for _, name := range []string{"readme.md", "pkg/data.txt", "testdata/t.go", ".hidden/h.go", "_skipped/s.go", "vendor/v/v.go", "vendor/modules.txt", "nested/deep/d.go"} {
		edit("edit "+name, false, func(root string) { write(t, filepath.Join(root, name), "TEXT") })
	}
	for _, name := range []string{"new.go", "empty/new.go", "new/new.go", "pkg/new/deep/new.c", "pkg/go.mod", "vendor/new.go"} {
		edit("new "+name, true, func(root string) { write(t, filepath.Join(root, name), "") })
	}
	edit("move", true, func(root string) { os.Rename(filepath.Join(root, "pkg"), filepath.Join(root, "gkp")) })
	edit("move file", true, func(root string) { os.Rename(filepath.Join(root, "a.go"), filepath.Join(root, "b.go")) })
	edit("link to a file", true, func(root string) { os.Symlink("readme.md", filepath.Join(root, "l.go")) })
	edit("broken link", true, func(root string) { os.Symlink("nothing", filepath.Join(root, "l.go")) })
	root := make(t)
	if ask(t, root, filepath.Join(root, "nested")).ID == want {
		t.Error("another module is no matter")
	}
	if _, err := later(nil).Tree(root, []string{filepath.Join(root, "missing")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing module: %v", err)
	}
	// What a tree claims to cover, it does.
	tree := ask(t, root)
	for _, name := range files {
		abs := filepath.Join(root, name)
		if covers := tree.Covers(Input{Content, abs}); covers {
			write(t, abs, "covered")
			next := ask(t, root)
			if next.ID == tree.ID {
				t.Errorf("%s isn't covered", name)
			}
			tree = next
		}
	}
}

// The reader remembers what it was asked; what has changed meanwhile is noticed.
func TestReader(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"read", "noted", "d/in.txt", "walked/w", "fixed/x"} {
		write(t, at(name), "text")
	}
	ask := func() *Reader {
		r := NewReader(true)
		r.start = time.Now().Add(time.Hour) // nothing has been touched recently
		r.Except(func(path string) bool { return filepath.Dir(path) == at("fixed") })
		data, err := r.ReadFile(at("read"))
		if err != nil || string(data) != "text" {
			t.Fatal(err)
		}
		if _, err := r.ReadFile(at("missing")); !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		_, fixed := r.ReadFile(at("fixed/x"))
		_, stat := r.Stat(at("d"))
		_, readDir := r.ReadDir(at("d"))
		_, link := r.EvalSymlinks(at("d"))
		names, glob := r.Glob(at("d"), "*.txt")
		f, open := r.Open(at("noted"))
		walk := r.WalkDir(at("walked"), func(_ string, _ fs.DirEntry, err error) error { return err })
		if err := errors.Join(fixed, stat, readDir, link, glob, open, walk, f.Close()); err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		if names, err := r.Glob(at("missing"), "*"); len(names) > 0 || err != nil {
			t.Fatal(names, err)
		}
		return r
	}
	r := ask()
	list := r.Inputs(&Tree{})
	want := []Input{{Listing, "d"}, {Link, "d"}, {Type, "d"}, {Content, "missing"}, {Listing, "missing"}, {Content, "noted"}, {Content, "read"}, {Listing, "walked"}}
	slices.SortFunc(want, func(a, b Input) int {
		if a.Path == b.Path {
			return int(a.Kind) - int(b.Kind)
		}
		return map[bool]int{true: -1, false: 1}[a.Path < b.Path]
	})
	for i := range want {
		want[i].Path = at(want[i].Path)
	}
	if !slices.Equal(list, want) {
		t.Errorf("remembers %v\nwant %v", list, want)
	}
	if _, err := r.Facts(NewIndex(nil), list, nil); err != nil {
		t.Error(err)
	}
	if list := NewReader(false).Inputs(&Tree{}); len(list) > 0 {
		t.Errorf("remembers %v although it wasn't asked to", list)
	}
	for name, edit := range map[string]func(){
		"content":  func() { write(t, at("read"), "other") },
		"created":  func() { write(t, at("missing"), "") },
		"listing":  func() { write(t, at("d/new"), "") },
		"restored": func() {},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				write(t, at("read"), "text")
				os.Remove(at("missing"))
				os.Remove(at("d/new"))
			}()
			r := ask()
			edit()
			if _, err := r.Facts(NewIndex(nil), list, nil); (err == nil) != (name == "restored") {
				t.Errorf("error %v", err)
			}
		})
	}
	// What others read is certain only if it was left alone, or is known from before.
	r = ask()
	r.start = time.Now()
	write(t, at("noted"), "edited during the analysis")
	if _, err := r.Facts(NewIndex(nil), list, nil); !errors.Is(err, errInconsistent) {
		t.Errorf("error %v", err)
	}
	before := make(map[Input]store.ID)
	for _, in := range list {
		before[in] = fact(t, NewIndex(nil), in.Kind, in.Path)
	}
	if _, err := r.Facts(NewIndex(nil), list, before); err != nil {
		t.Error(err)
	}
}

func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	first, err := Identity(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Identity(dir)
	if err != nil || again != first || first == (store.ID{}) {
		t.Errorf("%v, %v; want %v", again, err, first)
	}
	if other, err := Identity(filepath.Join(dir, "other")); err != nil || other != first {
		t.Errorf("the identity depends on the folder: %v, %v", other, err)
	}
}
