package inputs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/autover/autover/internal/store"
)

// A Reader is the file system of an analysis. It remembers what it is asked if
// it was told to, by several goroutines at once if need be.
//
// What is immutable, such as the source of a module of a certain version, isn't
// remembered.
type Reader struct {
	recording bool
	start     time.Time

	mu        sync.Mutex
	immutable func(string) bool
	// facts are those that the analysis saw. The zero ID stands for something
	// that others read, such as the go command, or that is too large to be read
	// twice.
	facts map[Input]store.ID
	// fault says why what was read can't be told again.
	fault error
}

// NewReader returns a reader, which remembers what it reads if it is recording.
func NewReader(recording bool) *Reader {
	return &Reader{recording: recording, start: time.Now(), facts: make(map[Input]store.ID), immutable: func(string) bool { return false }}
}

// Except says which paths needn't be remembered, from now on.
func (r *Reader) Except(immutable func(path string) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.immutable = immutable
}

// Apart returns a reader for what others read in the same analysis. It knows the same
// paths that needn't be remembered, and begins with nothing.
func (r *Reader) Apart() *Reader {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Reader{recording: r.recording, start: r.start, facts: make(map[Input]store.ID), immutable: r.immutable}
}

// Note remembers an input that somebody else reads.
func (r *Reader) Note(kind Kind, path string) { r.saw(Input{kind, path}, store.ID{}, nil) }

// errInconsistent says that an input has changed during the analysis.
var errInconsistent = errors.New("files have changed during the analysis")

// saw remembers an input and its fact.
func (r *Reader) saw(in Input, fact store.ID, err error) {
	if !r.recording {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.immutable(in.Path) {
		return
	}
	old := r.facts[in]
	switch {
	case err != nil:
		r.fault = err
	case old != store.ID{} && fact != store.ID{} && old != fact:
		r.fault = errInconsistent
	case old == store.ID{}:
		r.facts[in] = fact
	}
}

// Saw returns the fact of a file's content that the analysis saw; false if that isn't
// remembered.
func (r *Reader) Saw(name string) (store.ID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fact, ok := r.facts[Input{Content, name}]
	return fact, ok && fact != store.ID{}
}

// Fixed tells whether a file never changes.
func (r *Reader) Fixed(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.immutable(name)
}

// ReadFile is os.ReadFile.
func (r *Reader) ReadFile(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	switch {
	case !r.recording:
	case isAbsent(err):
		r.saw(Input{Content, name}, absent, nil)
	case err != nil:
		r.saw(Input{Content, name}, store.ID{}, err)
	default:
		r.mu.Lock()
		skip := r.immutable(name)
		r.mu.Unlock()
		if !skip {
			r.saw(Input{Content, name}, store.Digest(data), nil)
		}
	}
	return data, err
}

// Open is os.Open.
func (r *Reader) Open(name string) (*os.File, error) {
	r.Note(Content, name)
	return os.Open(name)
}

// Stat is os.Stat. Only the type of what it finds is remembered.
func (r *Reader) Stat(name string) (fs.FileInfo, error) {
	info, err := os.Stat(name)
	fact, factErr := typeFact(info, err)
	r.saw(Input{Type, name}, fact, factErr)
	return info, err
}

// ReadDir is os.ReadDir.
func (r *Reader) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(name)
	fact, factErr := listingFact(entries, err)
	r.saw(Input{Listing, name}, fact, factErr)
	return entries, err
}

// Entry returns what a folder lists under a name; nil if that is nothing.
func (r *Reader) Entry(dir, name string) (fs.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	fact, entry, err := entryFact(name, entries, err)
	r.saw(Input{Entry, filepath.Join(dir, name)}, fact, err)
	return entry, err
}

// WalkDir is filepath.WalkDir.
func (r *Reader) WalkDir(root string, f fs.WalkDirFunc) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil && !isAbsent(err) {
			r.saw(Input{Listing, name}, store.ID{}, err)
		} else if err != nil || d.IsDir() {
			r.Note(Listing, name)
		}
		return f(name, d, err)
	})
}

// Glob returns the names in a folder that match a pattern; none if there is no
// such folder.
func (r *Reader) Glob(dir, pattern string) ([]string, error) {
	entries, err := r.ReadDir(dir)
	if isAbsent(err) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if ok, err := filepath.Match(pattern, e.Name()); err != nil {
			return nil, err
		} else if ok {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// EvalSymlinks is filepath.EvalSymlinks.
func (r *Reader) EvalSymlinks(name string) (string, error) {
	to, err := filepath.EvalSymlinks(name)
	fact, factErr := linkFact(name, to, err)
	r.saw(Input{Link, name}, fact, factErr)
	return to, err
}

// Inputs returns what was read, sorted, apart from what a tree or another input
// covers.
func (r *Reader) Inputs(t *Tree) []Input {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Input
	for in := range r.facts {
		_, covered := r.facts[Input{Package, filepath.Dir(in.Path)}]
		covered = covered && in.Kind == Content && counts(filepath.Base(in.Path))
		if !covered && !t.Covers(in) {
			list = append(list, in)
		}
	}
	slices.SortFunc(list, func(a, b Input) int { return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind)) })
	return list
}

// Facts returns the facts of inputs as they are now, if they are certain to be
// what the analysis saw, or had before it began. The reason why they aren't is an
// error.
func (r *Reader) Facts(x *Index, list []Input, before map[Input]store.ID) ([]store.ID, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return nil, r.fault
	}
	facts := make([]store.ID, len(list))
	for i, in := range list {
		fact, err := x.Fact(in)
		if err != nil {
			return nil, err
		}
		seen := r.facts[in]
		if seen != fact && (seen != store.ID{} || before[in] != fact && !r.leftAlone(in)) {
			return nil, fmt.Errorf("%w: %s", errInconsistent, in.Path)
		}
		facts[i] = fact
	}
	return facts, nil
}

// leftAlone tells whether an input is as it was when the reader was made, by the
// times of what decides it.
func (r *Reader) leftAlone(in Input) bool {
	alone := true
	check := func(name string) {
		for _, stat := range []func(string) (fs.FileInfo, error){os.Stat, os.Lstat} {
			info, err := stat(name)
			if err != nil {
				alone = false
				return
			}
			sig, exact := signatureOf(info)
			changed := sig.changed
			if !exact {
				changed = sig.modified
			}
			if changed >= r.start.Add(-grain(changed)).UnixNano() {
				alone = false
			}
		}
	}
	name := in.Path
	info, err := os.Stat(name)
	for ; err != nil && name != filepath.Dir(name); info, err = os.Stat(name) {
		name = filepath.Dir(name)
	}
	check(name) // of something absent, the folder that could have it
	if err != nil || !info.IsDir() || name != in.Path {
		return alone
	}
	switch in.Kind {
	case Package, Headers:
		entries, err := os.ReadDir(name)
		if err != nil {
			return false
		}
		for _, e := range entries {
			if !e.IsDir() && counts(e.Name()) {
				check(filepath.Join(name, e.Name()))
			}
		}
	case Names:
		err = filepath.WalkDir(name, func(sub string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				check(sub)
			}
			return err
		})
	}
	return alone && err == nil
}
