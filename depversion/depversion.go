// Package depversion identifies the code that a program takes from outside:
// the modules it depends on and the toolchain it is built with. Versions of
// functions cover these identities instead of the code itself.
//
// # Modules
//
// A module is identified by the path and version that the go command selected,
// after replacement, and by the hash of its content in go.sum ("h1:..."). The
// hash is what makes the identity safe: a path and a version alone may be
// served differently by different proxies. It is looked up in every .sum file
// that the go command reads: go.sum, or the file beside -modfile, and in a
// workspace go.work.sum and the go.sum of each of its modules. A module without
// a hash is an error, never an empty identity.
//
// The go command checks no hash of vendored packages, whose files anyone can
// edit. They are identified by path and version as well, and by their content
// (HashFiles) and their language, which modules.txt alone tells, package by
// package.
//
// # Toolchain
//
// The toolchain that a repository declares is the newer of the go and toolchain
// lines of go.mod or, in a workspace, of go.work alone, as in the go command.
// It stands for compiler, runtime and standard library, whatever patch release
// happens to be installed. The go line is kept beside it, because it also sets
// the defaults of GODEBUG, as are the godebug lines.
//
// # Assumptions
//
// go.sum is part of the repository, and the module cache agrees with it (the go
// command checks that when it downloads; 'go mod verify' checks it again).
// Functions here are pure: they take metadata and file contents, and run no
// command.
package depversion

import (
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// A Selected module is one of the build list, as go list describes it.
type Selected struct {
	Path, Version string
	Replace       *Selected // what stands in for it, or nil
}

// A Module is the identity of an external module.
type Module struct {
	// Path and Version are those of the replacement if there is one.
	Path, Version string
	// Sum is the hash of the content ("h1:..."), empty for a vendored module.
	Sum string
	// Replaces is the path under which packages of a replacement are imported,
	// empty if there is none.
	Replaces string
}

// Sums maps modules to the hashes of their contents.
type Sums map[module.Version]string

// Add takes over the lines of a .sum file. Hashes of go.mod files alone are
// passed over, as are hash algorithms other than h1. The name serves error
// messages only; a malformed line and a hash that contradicts an earlier one
// are errors.
func (s Sums) Add(name string, data []byte) error {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return fmt.Errorf("parse %s:%d: malformed line: restore the file and run 'go mod tidy'", name, n)
		}
		if strings.HasSuffix(f[1], "/go.mod") || !strings.HasPrefix(f[2], "h1:") {
			continue
		}
		m := module.Version{Path: f[0], Version: f[1]}
		if old, ok := s[m]; ok && old != f[2] {
			return fmt.Errorf("parse %s:%d: hash of %s contradicts an earlier one: run 'go mod verify' and correct the wrong one", name, n, m)
		}
		s[m] = f[2]
	}
	return nil
}

// Identify returns the identity of a module whose code comes from the module
// cache. A module without version or hash is an error.
func (s Sums) Identify(sel Selected) (Module, error) {
	m, err := Vendored(sel)
	if err != nil {
		return Module{}, err
	}
	m.Sum = s[module.Version{Path: m.Path, Version: m.Version}]
	if m.Sum == "" {
		return Module{}, fmt.Errorf("identify module %s@%s: no hash in go.sum: run 'go mod tidy'", m.Path, m.Version)
	}
	return m, nil
}

// Vendored returns the identity of a module whose code comes from a vendor
// folder; its content is to be covered by HashFiles. A module without version
// is an error.
func Vendored(sel Selected) (Module, error) {
	m := Module{Path: sel.Path, Version: sel.Version}
	if r := sel.Replace; r != nil {
		m = Module{Path: r.Path, Version: r.Version, Replaces: sel.Path}
	}
	if m.Path == "" || m.Version == "" {
		return Module{}, fmt.Errorf("identify module %s: it has no version: run 'go mod tidy', or 'go mod vendor' if it is vendored", sel.Path)
	}
	return m, nil
}

// MatchPrefix tells whether a prefix of a module path matches one of the glob
// patterns, which are separated by commas, as in GOPRIVATE.
func MatchPrefix(patterns, path string) bool { return module.MatchPrefixPatterns(patterns, path) }

// CheckPatterns refuses a malformed pattern, which would match nothing.
func CheckPatterns(patterns string) error {
	for pattern := range strings.SplitSeq(patterns, ",") {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("pattern %s: %w: correct it", pattern, err)
		}
	}
	return nil
}

// HashFiles returns the hash of the contents of files and their names, in the
// format of go.sum. The names, of any order, must be relative and use slashes,
// so that the hash is the same everywhere.
func HashFiles(names []string, open func(name string) (io.ReadCloser, error)) (string, error) {
	sum, err := dirhash.Hash1(names, open)
	if err != nil {
		return "", fmt.Errorf("hash files: %w", err)
	}
	return sum, nil
}

// Workspace returns the folders of a go.work file's use directives as they are
// written: absolute, or relative to the folder of the file. The name serves
// error messages only.
func Workspace(name string, data []byte) ([]string, error) {
	f, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w: correct the file, or set GOWORK=off to ignore it", name, err)
	}
	if len(f.Use) == 0 {
		return nil, fmt.Errorf("read %s: it uses no module: run 'go work use DIR'", name)
	}
	dirs := make([]string, len(f.Use))
	for i, u := range f.Use {
		dirs[i] = u.Path
	}
	return dirs, nil
}

// A Folder stands in for a module by a replace directive. Dir is as it is written:
// absolute, or relative to the folder of the file.
type Folder struct {
	Path, Dir string
}

// ModReplacements returns the folders by which a go.mod file replaces modules. The
// name serves error messages only.
func ModReplacements(name string, data []byte) ([]Folder, error) {
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w: correct the file", name, err)
	}
	return folders(f.Replace), nil
}

// WorkReplacements does the same for a go.work file.
func WorkReplacements(name string, data []byte) ([]Folder, error) {
	f, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w: correct the file", name, err)
	}
	return folders(f.Replace), nil
}

func folders(replacements []*modfile.Replace) []Folder {
	var dirs []Folder
	for _, r := range replacements {
		if r.New.Version == "" {
			dirs = append(dirs, Folder{r.Old.Path, r.New.Path})
		}
	}
	return dirs
}
