package analyzer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/depversion"
	"golang.org/x/tools/go/packages"
)

// toolchain returns what the repository declares about its Go: in go.work in a
// workspace, otherwise in go.mod or the file that -modfile names.
func (w *world) toolchain() (depversion.Toolchain, error) {
	if work := w.env["GOWORK"]; work != "" && work != "off" {
		data, err := w.in.ReadFile(work)
		if err != nil {
			return depversion.Toolchain{}, fmt.Errorf("read workspace: %w: correct GOWORK", err)
		}
		return depversion.WorkToolchain(w.relative(work), data)
	}
	name := w.modFile()
	data, err := w.in.ReadFile(name)
	if err != nil {
		return depversion.Toolchain{}, fmt.Errorf("read module file: %w: make it readable", err)
	}
	return depversion.ModToolchain(w.relative(name), data)
}

// modFile returns the file that is read as the go.mod of a single main module.
func (w *world) modFile() string {
	if w.flags.modFile != "" {
		return w.flags.modFile
	}
	return filepath.Join(w.root, "go.mod")
}

// sumFiles returns the .sum files that the go command reads; each may be absent.
func (w *world) sumFiles() []string {
	work := w.env["GOWORK"]
	if work == "" || work == "off" {
		return []string{strings.TrimSuffix(w.modFile(), ".mod") + ".sum"}
	}
	files := []string{work + ".sum"}
	for _, r := range w.roots {
		files = append(files, filepath.Join(r, "go.sum"))
	}
	return files
}

// identities gives the identities of external packages.
type identities struct {
	w    *world
	sums depversion.Sums
	seen map[*packages.Module]depversion.Module
}

// identities reads the .sum files of the world.
func (w *world) identities() (*identities, error) {
	x := &identities{w: w, sums: make(depversion.Sums), seen: make(map[*packages.Module]depversion.Module)}
	for _, file := range w.sumFiles() {
		data, err := w.in.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read hashes of modules: %w: make the file readable", err)
		}
		if err := x.sums.Add(w.relative(file), data); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// of returns the identity of the module that provides an external package, and
// for a vendored package the hash of its files, which no go.sum covers. For the
// standard library, whose identity is that of the toolchain, both are zero. It
// must not be called by several goroutines at once.
func (x *identities) of(p *externalPackage) (m depversion.Module, content string, err error) {
	if p.module == nil {
		return m, "", nil
	}
	vendored := x.w.vendored(p.dir)
	m, ok := x.seen[p.module]
	if !ok {
		if vendored {
			m, err = depversion.Vendored(selected(p.module))
		} else {
			m, err = x.sums.Identify(selected(p.module))
		}
		if err != nil {
			return m, "", err
		}
		x.seen[p.module] = m
	}
	if vendored {
		content, err = x.w.vendoredContent(p)
	}
	return m, content, err
}

func selected(m *packages.Module) depversion.Selected {
	s := depversion.Selected{Path: m.Path, Version: m.Version}
	if m.Replace != nil {
		r := selected(m.Replace)
		s.Replace = &r
	}
	return s
}

// vendored tells whether a folder lies in the vendor folder of a main module or
// of the workspace.
func (w *world) vendored(dir string) bool {
	return slices.ContainsFunc(append([]string{w.root}, w.roots...), func(root string) bool {
		return strings.HasPrefix(dir, filepath.Join(root, "vendor")+string(filepath.Separator))
	})
}

// vendoredContent hashes the files of a package that a build can use, and tells
// the language version, which stands in modules.txt alone.
func (w *world) vendoredContent(p *externalPackage) (string, error) {
	sources := &sourceSet{in: w.in, dir: p.dir, roots: append([]string{w.root}, w.roots...), data: make(map[string][]byte)}
	read := func() error {
		if err := sources.keep(p.embedFiles); err != nil {
			return err
		}
		if !p.cgo {
			if err := sources.keep(p.goFiles); err != nil {
				return err
			}
			return sources.collect(p.otherFiles)
		}
		sources.flags(w.env)
		return sources.collect(slices.Concat(p.goFiles, p.otherFiles))
	}
	if err := read(); err != nil {
		return "", fmt.Errorf("read vendored package %s: %w: run 'go mod vendor'", p.path, err)
	}
	files := make(map[string][]byte)
	for name, data := range sources.data {
		files[relativeTo(p.dir, name)] = data
	}
	sum, err := depversion.HashFiles(slices.Collect(maps.Keys(files)), func(name string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files[name])), nil
	})
	if err != nil {
		return "", fmt.Errorf("hash vendored package %s: %w", p.path, err)
	}
	return sum + " " + p.goVersion(), nil
}
