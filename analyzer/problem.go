package analyzer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// maxProblems bounds how many problems one error spells out.
const maxProblems = 10

// problem is a reason why a package cannot be analysed.
type problem struct {
	pkg string // import path
	pos string // file:line, or empty
	msg string // what failed and the next step
}

func (p problem) String() string {
	if p.pos != "" {
		return p.pos + ": " + p.msg
	}
	return "package " + p.pkg + ": " + p.msg
}

// listProblems turns the errors that go list reports for a package into
// problems.
func (w *world) listProblems(p *packages.Package) []problem {
	var list []problem
	for _, e := range p.Errors {
		msg := strings.Join(strings.Fields(e.Msg), " ")
		list = append(list, problem{pkg: p.PkgPath, pos: w.trimPosition(e.Pos), msg: withHint(msg)})
	}
	if p.Module != nil && p.Module.Error != nil {
		list = append(list, problem{pkg: p.PkgPath, msg: withHint(strings.Join(strings.Fields(p.Module.Error.Err), " "))})
	}
	return list
}

// trimPosition makes "file:line:col", as go list prints it relative to the
// root, into file:line with slashes.
func (w *world) trimPosition(pos string) string {
	if pos == "" || pos == "-" {
		return ""
	}
	file, rest, ok := cutLine(pos)
	if filepath.IsAbs(file) {
		file = w.relative(file)
	}
	file = filepath.ToSlash(file)
	if !ok {
		return file
	}
	line, _, _ := strings.Cut(rest, ":")
	return file + ":" + line
}

// cutLine splits "C:\dir\a.go:3:4" after the file name.
func cutLine(pos string) (file, rest string, ok bool) {
	if i := strings.Index(pos, ".go:"); i >= 0 {
		return pos[:i+3], pos[i+4:], true
	}
	return pos, "", false
}

// hints pair what the messages of the go command and the type checker contain
// with the next step; the first match counts.
var hints = []struct{ text, step string }{
	{"missing go.sum entry", "run 'go mod tidy'"},
	{"to add it: go get", ""},
	{"to add: go get", ""},
	{"run: go get", ""},
	{"to add it: go mod download", ""},
	{"checksum mismatch", "run 'go clean -modcache' and 'go mod verify', and check who changed go.sum"},
	{"updates to go.mod needed", "run 'go mod tidy'"},
	{"inconsistent vendoring", "run 'go mod vendor'"},
	{"-mod=vendor", "run 'go mod vendor'"},
	{"import cycle", "remove one of the imports"},
	{"newer Go version", "rebuild autover with the Go release that the module's go line names"},
	{"requires go >=", "install that Go release or set GOTOOLCHAIN=auto, and build autover with it"},
	{"toolchain not available", "install that Go release, or set GOTOOLCHAIN=auto"},
	{"no required module provides", "run 'go get' for the package"},
	{"cannot find module", "run 'go mod tidy'"},
	{"is not in std", "check the import path, or run 'go get' for its module"},
	{"module lookup disabled", "run 'go mod download' where the network can be reached"},
	{"dial tcp", "run 'go mod download' where the network can be reached"},
	{"no such file or directory", "restore the file, or remove what names it"},
	{"permission denied", "make the file readable"},
	{"no matching files found", "add the files that //go:embed names, or correct the pattern"},
	{"use of internal package", "import it only from inside its parent folder"},
	{"errors parsing go.mod", "correct go.mod"},
	{"build constraints exclude all Go files", "check -tags, GOOS and GOARCH"},
	{"404 Not Found", "check the version in go.mod, and GOPROXY"},
	{"unknown revision", "check the version in go.mod"},
	{"not supported (can be", "correct -mod"},
	{"does not have .mod extension", "name a file that ends in .mod"},
	{"unsupported GOOS/GOARCH pair", "correct GOOS and GOARCH: 'go tool dist list' prints the pairs"},
	{"unknown GOEXPERIMENT", "correct GOEXPERIMENT"},
	{"invalid GO", "correct the setting in the environment, or with 'go env -w'"},
	{"parsing $GOFLAGS", "correct it in the environment, or with 'go env -w GOFLAGS=...'"},
}

const defaultHint = ": run 'go vet' on it for details"

// withHint appends the next step to a message, where it does not name one.
func withHint(msg string) string {
	for _, h := range hints {
		if strings.Contains(msg, h.text) {
			if h.step == "" {
				return msg
			}
			msg, _, _ = strings.Cut(msg, "; to add")
			return msg + ": " + h.step
		}
	}
	return msg + defaultHint
}

// join makes one error of problems: sorted, without duplicates, and shortened.
func join(problems []problem) error {
	slices.SortFunc(problems, func(a, b problem) int {
		fileA, lineA, _ := strings.Cut(a.pos, ".go:")
		fileB, lineB, _ := strings.Cut(b.pos, ".go:")
		return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(len(lineA), len(lineB)), strings.Compare(lineA, lineB), strings.Compare(a.String(), b.String()))
	})
	var lines []string
	for _, p := range slices.Compact(problems) {
		lines = append(lines, p.String())
	}
	lines = slices.Compact(lines)
	if n := len(lines); n > maxProblems {
		lines = append(lines[:maxProblems], fmt.Sprintf("and %d more", n-maxProblems))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// verify decides whether the targets that lie in the given packages (by ID) can
// be versioned although packages of the world are broken. A broken package is
// harmless where it neither imports nor is imported by a private package of the
// import closure of the targets, however indirectly, and is in no test binary
// with one; what imports a broken package is as broken. Harmless ones are
// returned as warnings, one line each, all others as one error.
func (w *world) verify(targets []string) (warnings []string, err error) {
	tainted := w.tainted()
	if len(tainted) == 0 {
		return nil, nil
	}
	relevant := w.relevant(targets)
	var fatal, harmless []problem
	for _, id := range w.ids() {
		causes := tainted[id]
		if len(causes) == 0 {
			continue
		}
		if relevant[id] {
			fatal = append(fatal, causes...)
		} else {
			harmless = append(harmless, causes...)
		}
	}
	if len(fatal) > 0 {
		return nil, join(fatal)
	}
	for _, p := range harmless {
		warnings = append(warnings, "not analysed, and no target depends on it: "+p.String())
	}
	slices.Sort(warnings)
	return slices.Compact(warnings), nil
}

// relevant returns the packages whose code can matter to targets in the given
// packages: their import closure, the importers of private packages in it, and
// what is linked into a program with these.
func (w *world) relevant(targets []string) map[string]bool {
	closure := w.importClosure(targets)
	private := make(map[string]bool)
	for id := range closure {
		if w.privateByID[id] != nil {
			private[id] = true
		}
	}
	relevant := w.importers(private)
	maps.Copy(relevant, closure)
	for _, p := range w.programs {
		if slices.ContainsFunc(p.linked, func(id string) bool { return private[id] }) {
			for _, id := range p.linked {
				relevant[id] = true
			}
		}
	}
	return relevant
}

// ids returns the IDs of all packages, dependencies before their importers
// among private ones.
func (w *world) ids() []string {
	ids := make([]string, 0, len(w.external)+len(w.private))
	for id := range w.external {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, p := range w.private {
		ids = append(ids, p.id)
	}
	return ids
}

// tainted maps every package that is broken, or imports a broken one however
// indirectly, to the problems at the root of it.
func (w *world) tainted() map[string][]problem {
	own := make(map[string][]problem)
	for id, p := range w.external {
		if len(p.errs) > 0 {
			own[id] = p.errs
		}
	}
	for _, p := range w.private {
		if len(p.errs) > 0 {
			own[p.id] = p.errs
		}
	}
	if len(own) == 0 {
		return nil
	}
	all := make(map[string][]problem)
	for id, problems := range own {
		for importer := range w.importers(map[string]bool{id: true}) {
			all[importer] = append(all[importer], problems...)
		}
	}
	return all
}

// importClosure returns the IDs of the given packages and of all that they
// import, however indirectly.
func (w *world) importClosure(ids []string) map[string]bool {
	seen := make(map[string]bool)
	for todo := slices.Clone(ids); len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		for _, e := range w.importsOf(id) {
			todo = append(todo, e.id)
		}
	}
	return seen
}

// importers returns the given packages and all that import one of them, however
// indirectly.
func (w *world) importers(of map[string]bool) map[string]bool {
	reverse := make(map[string][]string)
	for _, id := range w.ids() {
		for _, e := range w.importsOf(id) {
			reverse[e.id] = append(reverse[e.id], id)
		}
	}
	seen := make(map[string]bool)
	var todo []string
	for id := range of {
		todo = append(todo, id)
	}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[id] {
			seen[id] = true
			todo = append(todo, reverse[id]...)
		}
	}
	return seen
}
