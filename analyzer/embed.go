package analyzer

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/inputs"
)

// embeds returns a digest of the embedded files of each package-level variable
// with //go:embed patterns: their names, relative to the package, and their
// contents, sorted by name. The package must be type-checked. A pattern that
// selects no file and an unreadable file are errors.
func (w *world) embeds(p *privatePackage) (map[*types.Var]hasher.Digest, error) {
	e, err := w.embedder(p)
	if e == nil || err != nil {
		return nil, err
	}
	result := make(map[*types.Var]hasher.Digest)
	for _, f := range p.files {
		for name, directives := range embedDirectives(f) {
			v, ok := p.info.Defs[name].(*types.Var)
			if !ok {
				continue // a blank variable holds nothing
			}
			digest, err := e.digest(directives)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.position(directives[0].Pos()), err)
			}
			result[v] = digest
		}
	}
	return result, nil
}

// embedder finds the files that the patterns of a package can select; nil if it
// has no patterns.
func (w *world) embedder(p *privatePackage) (*embedder, error) {
	inTests := p.forTest != "" && slices.ContainsFunc(p.imports, func(e importEdge) bool { return e.path == "embed" })
	if len(p.embedPatterns) == 0 && !inTests {
		return nil, nil
	}
	e := &embedder{in: w.in, files: make(map[string]string), digests: make(map[string]hasher.Digest)}
	for _, f := range p.embedFiles {
		rel, err := filepath.Rel(p.dir, f)
		if err != nil {
			return nil, fmt.Errorf("embed %s: %w: move it below the package", f, err)
		}
		e.files[filepath.ToSlash(rel)] = f
	}
	if inTests {
		if err := e.walk(p.dir); err != nil {
			return nil, fmt.Errorf("list files of package %s: %w", p.path, err)
		}
	}
	return e, nil
}

// embedDirectives returns the //go:embed comments of the package-level
// variables of a file, by variable. As in the compiler, a comment belongs to
// the next variable declaration, with blank lines and other comments in between.
func embedDirectives(f *ast.File) map[*ast.Ident][]*ast.Comment {
	var names []*ast.Ident // by position
	for _, decl := range f.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				names = append(names, spec.(*ast.ValueSpec).Names[0])
			}
		}
	}
	found := make(map[*ast.Ident][]*ast.Comment)
	for _, group := range f.Comments {
		for _, c := range group.List {
			rest, ok := strings.CutPrefix(c.Text, "//go:embed")
			if !ok || rest != "" && !unicode.IsSpace(rune(rest[0])) {
				continue
			}
			i, _ := slices.BinarySearchFunc(names, c.Pos(), func(n *ast.Ident, pos token.Pos) int { return cmp.Compare(n.Pos(), pos) })
			if i < len(names) {
				found[names[i]] = append(found[names[i]], c)
			}
		}
	}
	return found
}

// embedder resolves patterns against the files that the go command found for
// all patterns of a package.
type embedder struct {
	in      *inputs.Reader
	files   map[string]string        // slash-separated name relative to the package -> absolute name
	digests map[string]hasher.Digest // of contents, by name
}

// walk adds the files below a package's folder that patterns can select. It
// serves test files, for whose patterns go/packages doesn't pass the files on.
// Folders of other modules are left out, as the go command does.
func (e *embedder) walk(dir string) error {
	return e.in.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != dir {
				if _, err := e.in.Stat(filepath.Join(name, "go.mod")); err == nil {
					return filepath.SkipDir
				}
			}
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err == nil && d.Type().IsRegular() {
			e.files[filepath.ToSlash(rel)] = name
		}
		return err
	})
}

// selected returns the names of the files that patterns select, sorted.
func (e *embedder) selected(directives []*ast.Comment) ([]string, error) {
	selected := make(map[string]bool)
	for _, c := range directives {
		patterns, err := embedPatterns(strings.TrimPrefix(c.Text, "//go:embed"))
		if err != nil {
			return nil, err
		}
		for _, pattern := range patterns {
			n := len(selected)
			matched := false
			for name := range e.files {
				if embedMatch(pattern, name) {
					matched = true
					selected[name] = true
				}
			}
			if len(selected) == n && !matched {
				return nil, fmt.Errorf("embed pattern %s: no matching files: add them or correct the pattern", pattern)
			}
		}
	}
	return slices.Sorted(maps.Keys(selected)), nil
}

func (e *embedder) digest(directives []*ast.Comment) (hasher.Digest, error) {
	names, err := e.selected(directives)
	if err != nil {
		return hasher.Digest{}, err
	}
	enc := hasher.NewEncoder("embed")
	enc.List(2 * len(names))
	for _, name := range names {
		content, err := e.content(name)
		if err != nil {
			return hasher.Digest{}, err
		}
		enc.String(name)
		enc.Digest(content)
	}
	return enc.Sum(), nil
}

func (e *embedder) content(name string) (hasher.Digest, error) {
	if d, ok := e.digests[name]; ok {
		return d, nil
	}
	d, err := fileDigest(e.in, e.files[name])
	if err != nil {
		return hasher.Digest{}, fmt.Errorf("embed file: %w: make it readable", err)
	}
	e.digests[name] = d
	return d, nil
}

// embedPatterns splits the arguments of a //go:embed comment: fields separated
// by white space, each of which may be a Go string literal.
func embedPatterns(args string) ([]string, error) {
	var list []string
	for {
		args = strings.TrimLeftFunc(args, unicode.IsSpace)
		if args == "" {
			return list, nil
		}
		field := args
		if i := strings.IndexFunc(args, unicode.IsSpace); i >= 0 {
			field = args[:i]
		}
		pattern := field
		if args[0] == '"' || args[0] == '`' {
			quoted, err := strconv.QuotedPrefix(args)
			if err != nil {
				return nil, fmt.Errorf("read //go:embed: invalid quoted string %s: correct it", args)
			}
			if pattern, err = strconv.Unquote(quoted); err != nil {
				return nil, fmt.Errorf("read //go:embed: invalid quoted string %s: correct it", quoted)
			}
			field = quoted
		}
		list = append(list, pattern)
		args = args[len(field):]
	}
}

// embedMatch tells whether a pattern selects the file: the file itself matches,
// or a folder above it does and the path from there has no element that begins
// with "." or "_", unless the pattern begins with "all:".
func embedMatch(pattern, name string) bool {
	pattern, all := strings.CutPrefix(pattern, "all:")
	if ok, _ := path.Match(pattern, name); ok {
		return true
	}
	for i, r := range name {
		if r != '/' {
			continue
		}
		if ok, _ := path.Match(pattern, name[:i]); !ok {
			continue
		}
		if all || !slices.ContainsFunc(strings.Split(name[i+1:], "/"), func(elem string) bool { return elem[0] == '.' || elem[0] == '_' }) {
			return true
		}
	}
	return false
}
