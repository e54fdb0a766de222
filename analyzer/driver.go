package analyzer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// usesDriver tells whether another program than the go command may answer for
// packages. An empty value lets one be looked for in PATH.
func usesDriver(environ []string) bool {
	value := "off"
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, "GOPACKAGESDRIVER="); ok {
			value = v
		}
	}
	return value != "off"
}

// complete adds to packages from a driver what its protocol has no words for:
// the folder, the package under test, and the module. Modules are those of the
// go command's build list, found by the folder. A package that is neither in one
// of them nor in the standard library has no version, which is an error of the
// package.
func (w *world) complete(ctx context.Context, environ []string, roots []*packages.Package) error {
	var homeless []*packages.Package
	packages.Visit(roots, nil, func(p *packages.Package) {
		if files := slices.Concat(p.GoFiles, p.OtherFiles, p.IgnoredFiles); p.Dir == "" && len(files) > 0 {
			p.Dir = filepath.Dir(files[0])
		}
		if _, binary, ok := strings.Cut(p.ID, " ["); ok && p.ForTest == "" {
			p.ForTest = strings.TrimSuffix(binary, ".test]")
		}
		if p.Module == nil && p.Dir != "" && !isTestMain(p) && !w.isStandard(p.PkgPath) {
			homeless = append(homeless, p)
		}
	})
	if len(homeless) == 0 {
		return nil
	}
	modules, err := w.buildList(ctx, environ)
	if err != nil {
		return err
	}
	for _, p := range homeless {
		for _, m := range modules {
			if m.Dir != "" && isBelow(p.Dir, m.Dir) && (p.Module == nil || len(m.Dir) > len(p.Module.Dir)) {
				p.Module = m
			}
		}
		if p.Module == nil {
			p.Errors = append(p.Errors, packages.Error{Msg: fmt.Sprintf(
				"the driver of GOPACKAGESDRIVER finds it in %s, which is in no module of the build list, so that it has no version: set GOPACKAGESDRIVER=off, or add its module to go.mod", p.Dir)})
		}
	}
	return nil
}

// isStandard tells whether a package is one of the standard library.
func (w *world) isStandard(path string) bool {
	info, err := w.in.Stat(filepath.Join(w.env["GOROOT"], "src", filepath.FromSlash(path)))
	return err == nil && info.IsDir()
}

func isBelow(dir, parent string) bool {
	return dir == parent || strings.HasPrefix(dir, parent+string(filepath.Separator))
}

// buildList returns the selected modules.
func (w *world) buildList(ctx context.Context, environ []string) ([]*packages.Module, error) {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"list"}, w.flags.args, []string{"-e", "-m", "-json", "all"})...)
	cmd.Dir, cmd.Env = w.root, append(slices.Clip(environ), "PWD="+w.root)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("list modules of %s for packages from GOPACKAGESDRIVER: %s", w.root, goMessage(err, stderr.String()))
	}
	var modules []*packages.Module
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		m := new(packages.Module)
		if err := dec.Decode(m); errors.Is(err, io.EOF) {
			return modules, nil
		} else if err != nil {
			return nil, fmt.Errorf("read output of go list -m: %w", err)
		}
		modules = append(modules, m)
	}
}
