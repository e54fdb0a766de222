// Package inputs is how an analysis looks at the file system, so that a later run
// can tell whether it would see the same.
//
// # Terms
//
// An input is a question about the file system (what is in this file, which files
// does this folder have) and its fact is the answer, condensed into an ID. A
// Reader answers the questions of an analysis and remembers them with their facts.
// An Index finds the facts of inputs again; it reads a file only if it can't know
// from size, times and inode that it is as it was. A tree is the fact of all that
// can make up the Go packages below some folders, found without knowing which
// packages there are.
//
// # What an analysis can rely on
//
// Facts are about contents. Times serve two purposes only, in which they can make
// a run slower and not wrong: to skip reading a file that was read before, and to
// tell that no input has changed while an analysis was under way.
//
// A file that was read before is skipped if device, inode, mode, size and the
// times of modification and of status change are the same, and if it was read at
// least a margin after these times. Without the margin, a change within the
// resolution of the clock would go unnoticed; git calls such entries racy. The
// time of status change can't be set, so that tools which preserve times (cp -p,
// tar, touch) don't deceive. A program that writes through a memory map, and goes
// on for longer than the margin without the kernel noticing, does.
//
// Where the system has no such times, every file is read every time.
package inputs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// Kind is a sort of question.
type Kind byte

// The questions about a path.
const (
	// Content asks what is in a file; links are followed.
	Content Kind = 'c'
	// Type asks whether there is a file, a folder or nothing.
	Type Kind = 't'
	// Listing asks for the names and types in a folder.
	Listing Kind = 'l'
	// Entry asks what the folder of the path lists under its very name; on some
	// file systems others name the file as well.
	Entry Kind = 'y'
	// Link asks where symbolic links lead to.
	Link Kind = 'e'
	// Package asks for those names and contents in a folder that go list reads
	// to make a package of it; other folders in it don't count.
	Package Kind = 'p'
	// Headers asks for the same as Package, but of Go files only for what go list
	// reads of them.
	Headers Kind = 'h'
	// Names asks for all names below a folder.
	Names Kind = 'n'
)

// Input is a question about an absolute path.
type Input struct {
	Kind Kind
	Path string
}

// Facts that are no digests of contents.
var (
	absent = store.ID{1}
	folder = store.ID{2}
	file   = store.ID{3}
)

// errIrregular is the error of an input without a fact that could be compared.
var errIrregular = errors.New("neither a file nor a folder")

// isAbsent tells whether an error means that there is nothing of that name.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// sources are the endings of the files that go list looks into.
var sources = []string{
	".go", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90",
	".s", ".S", ".sx", ".swig", ".swigcxx", ".syso",
}

// settings are the other files that decide what packages there are, and those of
// autover itself.
var settings = []string{"go.mod", "go.sum", "go.work", "go.work.sum", ".autover.yaml", ".autover.yml"}

// counts tells whether a file can matter to the packages of its folder.
func counts(name string) bool {
	return slices.Contains(sources, filepath.Ext(name)) || slices.Contains(settings, name)
}

// Fact returns the fact of an input. An error means that it can't be told, so
// that nothing may be concluded from it.
func (x *Index) Fact(in Input) (store.ID, error) {
	switch in.Kind {
	case Content:
		return x.content(in.Path)
	case Type:
		return typeFact(os.Stat(in.Path))
	case Entry:
		entries, err := os.ReadDir(filepath.Dir(in.Path))
		fact, _, err := entryFact(filepath.Base(in.Path), entries, err)
		return fact, err
	case Link:
		to, err := filepath.EvalSymlinks(in.Path)
		return linkFact(in.Path, to, err)
	case Listing:
		entries, err := os.ReadDir(in.Path)
		return listingFact(entries, err)
	case Package:
		contents, _, err := x.packageFacts(in.Path)
		return contents, err
	case Headers:
		_, headers, err := x.packageFacts(in.Path)
		return headers, err
	case Names:
		return namesFact(in.Path)
	}
	return store.ID{}, errIrregular
}

func typeFact(info fs.FileInfo, err error) (store.ID, error) {
	switch {
	case isAbsent(err):
		return absent, nil
	case err != nil:
		return store.ID{}, err
	case info.IsDir():
		return folder, nil
	case info.Mode().IsRegular():
		return file, nil
	}
	return store.ID{4}, nil
}

// linkFact describes where a path leads relative to it, so that moving all of it
// changes nothing.
func linkFact(from, to string, err error) (store.ID, error) {
	if isAbsent(err) {
		return absent, nil
	}
	if err != nil {
		return store.ID{}, err
	}
	if rel, err := filepath.Rel(from, to); err == nil {
		to = rel
	}
	return store.Digest([]byte(to)), nil
}

func listingFact(entries []fs.DirEntry, err error) (store.ID, error) {
	if isAbsent(err) {
		return absent, nil
	}
	if err != nil {
		return store.ID{}, err
	}
	var w wire.Writer
	writeListing(&w, entries)
	return store.Digest(w.Bytes()), nil
}

// writeListing writes names and types, sorted as ReadDir does.
func writeListing(w *wire.Writer, entries []fs.DirEntry) {
	w.Uint(uint64(len(entries)))
	for _, e := range entries {
		w.String(e.Name())
		w.Uint(uint64(e.Type()))
	}
}

// entryFact picks an entry; nil if there is none of that name.
func entryFact(name string, entries []fs.DirEntry, err error) (store.ID, fs.DirEntry, error) {
	if err != nil && !isAbsent(err) {
		return store.ID{}, nil, err
	}
	i := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
	if i < 0 {
		return absent, nil, nil
	}
	fact, err := listingFact(entries[i:i+1], nil)
	return fact, entries[i], err
}

// packageFacts are those of the files in a folder that count, by their contents and
// by their headers.
func (x *Index) packageFacts(dir string) (contents, headers store.ID, err error) {
	entries, err := os.ReadDir(dir)
	if isAbsent(err) {
		return absent, absent, nil
	}
	if err != nil {
		return store.ID{}, store.ID{}, err
	}
	w := &sourceWriter{seen: make(map[string]store.ID)}
	if err := x.writeFiles(w, dir, entries); err != nil {
		return store.ID{}, store.ID{}, err
	}
	contents, headers = w.facts()
	return contents, headers, nil
}

// A sourceWriter describes files twice: by their contents, and by their headers.
type sourceWriter struct {
	contents, headers wire.Writer
	seen              map[string]store.ID // contents by name
}

// both returns the two descriptions.
func (w *sourceWriter) both() [2]*wire.Writer { return [2]*wire.Writer{&w.contents, &w.headers} }

// facts returns the digests of the two descriptions.
func (w *sourceWriter) facts() (contents, headers store.ID) {
	return store.Digest(w.contents.Bytes()), store.Digest(w.headers.Bytes())
}

// writeFiles writes the names, contents and headers of the files among the entries of
// a folder that count. A link to a file is one.
func (x *Index) writeFiles(w *sourceWriter, dir string, entries []fs.DirEntry) error {
	for _, e := range entries {
		if e.IsDir() || !counts(e.Name()) {
			continue
		}
		name := filepath.Join(dir, e.Name())
		k, err := x.look(name)
		if err != nil {
			return err
		}
		for _, d := range w.both() {
			d.String(e.Name())
			d.Uint(uint64(e.Type()))
		}
		w.contents.Raw(k.digest[:])
		w.headers.Raw(k.header[:])
		w.seen[name] = k.digest
	}
	return nil
}

// versionControl are the folders that go list takes for no part of a package.
var versionControl = []string{".git", ".hg", ".svn", ".bzr"}

// namesFact is that of all names below a folder.
func namesFact(dir string) (store.ID, error) {
	if _, err := os.Lstat(dir); isAbsent(err) {
		return absent, nil
	}
	var w wire.Writer
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != dir && slices.Contains(versionControl, d.Name()) {
			return filepath.SkipDir
		}
		w.String(strings.TrimPrefix(name, dir))
		w.Uint(uint64(d.Type()))
		return nil
	})
	return store.Digest(w.Bytes()), err
}
