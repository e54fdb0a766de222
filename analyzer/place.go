package analyzer

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/depversion"
	"github.com/autover/autover/internal/inputs"
)

// place is where a run takes place and what surrounds it, found without the go
// command. It must not be trusted with anything that agrees can't check.
type place struct {
	// dir is the folder of the request, root that of go.mod or go.work, roots
	// those of the main modules.
	dir, root string
	roots     []string
	// gowork and gomod are the files, or empty.
	gowork, gomod string
	settings      []string // what is in the files of settings
	// around is everything outside of these folders that decides what the go
	// command does with them.
	around []string
	// exact is all that decides where the go command finds things on this machine, and
	// the rest of its settings.
	exact []string
	// goroot is that of the go command in PATH. go.mod may switch to another.
	goroot string
}

// locations are settings of the go command that say where things are kept and
// fetched from, or how it runs, and so decide nothing about what they are.
var locations = []string{
	"GOCACHE", "GOMODCACHE", "GOPATH", "GOBIN", "GOTMPDIR", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY",
	"GOPRIVATE", "GOINSECURE", "GOVCS", "GOAUTH", "GOCACHEPROG", "GOTELEMETRY", "GOTELEMETRYDIR",
	"GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GOTRACEBACK",
}

// deciding are the other variables that the go command asks for; those that begin
// with GO or CGO_ are taken for granted.
var deciding = []string{"CC", "CXX", "FC", "AR", "GCCGO", "PKG_CONFIG"}

// findPlace finds the place of a run; false if it is one that only the go command
// understands: settings in unusual places, a development version of Go, a
// program called go that isn't the go command.
func findPlace(dir string, environ []string) (p *place, ok bool) {
	env := make(map[string]string)
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	look := inputs.NewReader(false)
	p = &place{dir: dir}
	if env["GO111MODULE"] != "" && env["GO111MODULE"] != "on" || usesDriver(environ) {
		return nil, false
	}
	if !p.findToolchain(look, env) || !p.findModules(look, env["GOWORK"]) {
		return nil, false
	}
	for name, value := range env {
		if (strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_")) && name != "GOROOT" && !slices.Contains(locations, name) || slices.Contains(deciding, name) {
			p.around = append(p.around, name+"="+value)
		}
	}
	slices.Sort(p.around)
	p.addCompilers(env)
	if !p.addSettings(look, env) {
		return nil, false
	}
	p.locate(env)
	return p, true
}

// findToolchain finds the Go that the command belongs to. Its release stands for
// all of it.
func (p *place) findToolchain(look *inputs.Reader, env map[string]string) bool {
	command, err := look.EvalSymlinks(inputs.GoCommand())
	if err != nil || filepath.Base(filepath.Dir(command)) != "bin" {
		return false
	}
	p.goroot = filepath.Dir(filepath.Dir(command))
	if named := env["GOROOT"]; named != "" {
		if named, err = look.EvalSymlinks(named); err != nil || named != p.goroot {
			return false
		}
	}
	release, err := look.ReadFile(filepath.Join(p.goroot, "VERSION"))
	if err != nil || !bytes.HasPrefix(release, []byte("go1")) {
		return false
	}
	if _, err := look.Stat(filepath.Join(p.goroot, "src", "runtime")); err != nil {
		return false
	}
	p.around = append(p.around, "VERSION="+string(release))
	return true
}

// findModules finds go.work and go.mod as the go command does.
func (p *place) findModules(look *inputs.Reader, gowork string) bool {
	upwards := func(name string) string {
		for d := p.dir; ; d = filepath.Dir(d) {
			if info, err := look.Stat(filepath.Join(d, name)); err == nil && !info.IsDir() {
				return filepath.Join(d, name)
			}
			if d == filepath.Dir(d) {
				return ""
			}
		}
	}
	switch {
	case gowork == "":
		p.gowork = upwards("go.work")
	case filepath.IsAbs(gowork):
		p.gowork = gowork
	case gowork != "off":
		return false
	}
	p.gomod = upwards("go.mod")
	env := map[string]string{"GOWORK": p.gowork, "GOMOD": p.gomod}
	var err error
	p.root, p.roots, err = mainModules(look, p.dir, env)
	return err == nil
}

// addCompilers adds whether there is a C compiler, which decides whether cgo is
// on by default.
func (p *place) addCompilers(env map[string]string) {
	for _, cc := range []string{env["CC"], "gcc", "clang"} {
		if words, err := splitFlags(cc); err == nil && len(words) > 0 && inputs.LookPath(words[0], env["PATH"]) != "" {
			p.around = append(p.around, "found "+words[0])
		}
	}
}

// locating are the variables without GO in their names by which the go command finds
// programs and settings.
var locating = []string{"PATH", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "AppData", "LocalAppData", "PKG_CONFIG_PATH"}

// locate makes the exact description of a place.
func (p *place) locate(env map[string]string) {
	for name, value := range env {
		if strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "CGO_") || slices.Contains(deciding, name) || slices.Contains(locating, name) {
			p.exact = append(p.exact, name+"="+value)
		}
	}
	slices.Sort(p.exact)
	p.exact = slices.Concat(p.exact, []string{"", inputs.GoCommand(), p.goroot, p.root, p.gomod, p.gowork}, p.roots, []string{""}, p.settings)
}

// addSettings adds the files in which the go command keeps its settings. Those
// which decide what this function would have to know are too much for it.
func (p *place) addSettings(look *inputs.Reader, env map[string]string) bool {
	files := []string{filepath.Join(p.goroot, "go.env")}
	if file := inputs.GoEnvFile(env); file != "" {
		files = append(files, file)
	}
	for _, file := range files {
		text, err := look.ReadFile(file)
		if err != nil {
			text = nil // as good as empty, or an error of the go command
		}
		p.settings = append(p.settings, string(text))
		for line := range strings.Lines(string(text)) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), "=")
			if slices.Contains([]string{"GOWORK", "GOROOT", "GO111MODULE", "CC"}, name) {
				return false
			}
			if strings.HasPrefix(name, "#") || slices.Contains(locations, name) {
				continue
			}
			p.around = append(p.around, strings.TrimSpace(line))
		}
		p.around = append(p.around, "")
	}
	return true
}

// agrees tells whether the go command sees the same place.
func (p *place) agrees(w *world) bool {
	work := w.env["GOWORK"]
	if work == "off" {
		work = ""
	}
	// A toolchain that go.mod switches to comes from the module cache, where its
	// release stands for it; one that is found in PATH may be anything.
	switched := strings.Contains(filepath.ToSlash(w.env["GOROOT"]), "/golang.org/toolchain@")
	goroot, err := w.in.EvalSymlinks(w.env["GOROOT"])
	return err == nil && (goroot == p.goroot || switched) && work == p.gowork && w.root == p.root && slices.Equal(w.roots, p.roots)
}

// relative names the folders of a place as seen from its root.
func (p *place) relative(dirs ...string) []string {
	var list []string
	for _, d := range dirs {
		list = append(list, relativeTo(p.root, d))
	}
	return list
}

// replaced returns the folders that stand for modules by the module files of a
// place.
func (p *place) replaced(look *inputs.Reader, modFiles []string) (modules []moduleFolder, err error) {
	add := func(file string, parse func(string, []byte) ([]depversion.Folder, error)) error {
		data, err := look.ReadFile(file)
		if err != nil {
			return err
		}
		list, err := parse(file, data)
		for _, r := range list {
			dir := filepath.FromSlash(r.Dir)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(filepath.Dir(file), dir)
			}
			modules = append(modules, moduleFolder{r.Path, filepath.Clean(dir)})
		}
		return err
	}
	for _, file := range modFiles {
		if err := add(file, depversion.ModReplacements); err != nil {
			return nil, err
		}
	}
	if p.gowork != "" {
		err = add(p.gowork, depversion.WorkReplacements)
	}
	return modules, err
}
