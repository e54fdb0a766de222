package analyzer

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"

	"github.com/autover/autover/internal/symbol"
)

// A file of constants holds versions. If its content entered one of them, writing it
// would make that version another one, and so on without end. Constants in Go code
// enter by name alone; here files are looked after that count by their content, since
// a glob or an embedding selects them. It is no matter whether the file exists yet.

// madeConstants maps the files of constants that are to be made to the folders of their
// modules; nil unless constants are asked for.
func (w *world) madeConstants() map[string]string {
	made := make(map[string]string)
	for _, p := range w.private {
		if !w.constants[p.id] || p.forTest != "" {
			continue
		}
		if tasks, err := w.taskConstants(p); err == nil && len(tasks) > 0 {
			made[filepath.Join(p.dir, ConstantsFile)] = p.module.Dir
		}
	}
	return made
}

// selectsMade refuses a glob, relative to the folder of a module, that selects a file
// of constants.
func selectsMade(made map[string]string, m moduleFolder, glob string) error {
	for file, dir := range made {
		rel, err := filepath.Rel(m.dir, file)
		if err != nil || dir != m.dir || !globSelects(strings.Split(glob, "/"), strings.Split(filepath.ToSlash(rel), "/")) {
			continue
		}
		return ownConstantsError("glob "+glob, filepath.ToSlash(rel))
	}
	return nil
}

func ownConstantsError(what, file string) error {
	return fmt.Errorf("%s selects %s, which autover generate writes, so that versions would depend on themselves: name the other files", what, file)
}

// globSelects tells whether the elements of a glob match those of a file's name.
func globSelects(glob, name []string) bool {
	if len(glob) == 0 || len(name) == 0 {
		return len(glob) == len(name)
	}
	if glob[0] == "**" {
		return len(glob) == 1 || globSelects(glob[1:], name) || globSelects(glob, name[1:])
	}
	ok, _ := path.Match(glob[0], name[0])
	return ok && globSelects(glob[1:], name[1:])
}

// ownEmbeds returns the errors for what has a file of constants embedded: variables,
// and packages with cgo, by name.
func (w *world) ownEmbeds() map[symbol.ID]error {
	made := w.madeConstants()
	if len(made) == 0 {
		return nil
	}
	found := make(map[symbol.ID]error)
	for _, p := range w.usable() {
		for _, f := range p.files {
			for name, directives := range embedDirectives(f) {
				v := p.info.Defs[name]
				if v == nil || v.Name() == "_" {
					continue
				}
				for _, c := range directives {
					file := embedsMade(made, p, c.Text)
					if file == "" {
						continue
					}
					err := fmt.Errorf("%s: %w", w.position(c.Pos()), ownConstantsError(c.Text, file))
					found[symbol.Of(v)] = err
					if p.cgo {
						found[symbol.ID(p.id)] = err
					}
				}
			}
		}
	}
	return found
}

// embedsMade returns the file of constants that a //go:embed comment selects, relative
// to the package.
func embedsMade(made map[string]string, p *privatePackage, comment string) string {
	patterns, _ := embedPatterns(strings.TrimPrefix(comment, "//go:embed")) // wrong ones are said elsewhere
	for file, dir := range made {
		rel, err := filepath.Rel(p.dir, file)
		if err != nil || dir != p.module.Dir || !filepath.IsLocal(rel) {
			continue
		}
		rel = filepath.ToSlash(rel)
		if slices.ContainsFunc(patterns, func(pattern string) bool { return embedMatch(pattern, rel) }) {
			return rel
		}
	}
	return ""
}

// refuseOwnEmbeds refuses a version that depends on an embedded file of constants.
func (v *versioner) refuseOwnEmbeds(start int32, c *closure) error {
	if len(v.ownEmbeds) == 0 {
		return nil
	}
	list := []int32{start}
	for _, e := range c.effects {
		list = append(list, v.effects[e].node)
	}
	var seen intsets.Sparse
	for len(list) > 0 {
		i := list[len(list)-1]
		list = list[:len(list)-1]
		if i < 0 || !seen.Insert(int(i)) {
			continue
		}
		n := &v.g.nodes[i]
		if err := v.ownEmbeds[n.id]; err != nil && n.kind != boundaryNode {
			return err
		}
		list = append(append(list, n.refs...), n.set...)
	}
	return nil
}
