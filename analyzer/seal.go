package analyzer

import (
	"fmt"
	"go/ast"
	"go/types"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/inputs"
)

// seal hashes the raw files of a package whose code is not all Go, with the
// files that these include, and collects the names by which other packages may
// be connected with it.
func (s *declSummarizer) seal() error {
	if !s.p.cgo && len(s.p.otherFiles) == 0 {
		return nil
	}
	sources := &sourceSet{in: s.w.in, dir: s.p.dir, roots: s.sourceRoots(), data: make(map[string][]byte)}
	goFiles := s.sealedFiles()
	files := slices.Clone(s.p.otherFiles)
	if s.p.cgo {
		sources.flags(s.w.env)
		files = append(files, goFiles...)
	} else if err := sources.keep(goFiles); err != nil { // no C in their comments
		return fmt.Errorf("read file of package %s: %w", s.p.path, err)
	}
	if err := sources.collect(files); err != nil {
		return fmt.Errorf("read file of package %s: %w", s.p.path, err)
	}
	e := hasher.NewEncoder("sealed")
	for _, name := range slices.Sorted(maps.Keys(sources.data)) {
		e.String(relativeTo(s.p.dir, name))
		e.String(string(sources.data[name]))
		s.foreignNames(name, sources.data[name])
	}
	if s.p.cgo {
		e.String(s.w.cgoFlags())
		if err := s.sealEmbeds(e); err != nil {
			return err
		}
	}
	for _, list := range []*[]string{&s.u.asmNames, &s.u.cNames, &s.u.cDefined} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	s.u.sealed, s.u.isSealed = e.Sum(), true
	if s.w.explain {
		s.u.files = s.w.contents(sources.data)
	}
	return nil
}

// sealedFiles are the Go files of the package without that of the constants which
// hold versions: what is made from a version can't be a part of it.
func (s *declSummarizer) sealedFiles() []string {
	return slices.DeleteFunc(slices.Clone(s.p.goFiles), func(name string) bool {
		return slices.ContainsFunc(s.p.files, func(f *ast.File) bool {
			return s.w.fset.File(f.FileStart).Name() == name && s.w.constantsOnly(f)
		})
	})
}

// sourceRoots are the folders whose files belong to the package's repository.
func (s *declSummarizer) sourceRoots() []string {
	roots := append([]string{s.w.root}, s.w.roots...)
	if m := s.p.module; m != nil && m.Dir != "" {
		roots = append(roots, m.Dir)
	}
	return roots
}

// sealEmbeds adds the embedded files of a package whose variables have no form.
func (s *declSummarizer) sealEmbeds(e *hasher.Encoder) error {
	embeds, err := s.w.embeds(s.p)
	if err != nil {
		return err
	}
	vars := slices.SortedFunc(maps.Keys(embeds), func(a, b *types.Var) int { return strings.Compare(a.Name(), b.Name()) })
	e.List(len(vars))
	for _, v := range vars {
		e.String(v.Name())
		e.Digest(embeds[v])
	}
	return nil
}

var (
	asmName    = regexp.MustCompile(`[\p{L}\p{N}_·∕]*·[\p{L}\p{N}_]+`)
	cName      = regexp.MustCompile(`[A-Za-z_]\w*`)
	cFunction  = regexp.MustCompile(`(?m)^[^#{};=\n]*?\b([A-Za-z_]\w*)\s*\([^;{}]*\)\s*\{`)
	cVariable  = regexp.MustCompile(`(?m)^[A-Za-z_][\w \t*]*?\b([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?[=;]`)
	exportLine = regexp.MustCompile(`(?m)^//export (\w+)`)
)

// foreignNames collects the names in a file that may belong to other packages.
func (s *declSummarizer) foreignNames(file string, data []byte) {
	if ext := filepath.Ext(file); ext == ".s" || ext == ".S" {
		for _, name := range asmName.FindAllString(string(data), -1) {
			name = strings.NewReplacer("·", ".", "∕", "/").Replace(name)
			if !strings.HasPrefix(name, ".") {
				s.u.asmNames = append(s.u.asmNames, name)
			}
		}
	}
	if !s.p.cgo {
		return
	}
	s.u.cNames = append(s.u.cNames, cName.FindAllString(string(data), -1)...)
	for _, m := range exportLine.FindAllSubmatch(data, -1) {
		s.u.cDefined = append(s.u.cDefined, string(m[1]))
	}
	if filepath.Ext(file) == ".go" {
		return // definitions in a preamble are static, or end up in several objects
	}
	for _, definition := range []*regexp.Regexp{cFunction, cVariable} {
		for _, m := range definition.FindAllSubmatch(data, -1) {
			if !strings.Contains(string(m[0]), "static") {
				s.u.cDefined = append(s.u.cDefined, string(m[1]))
			}
		}
	}
}

// relativeTo returns the slash-separated path of a file as seen from a folder.
func relativeTo(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil {
		file = rel
	}
	return filepath.ToSlash(file)
}

// A sourceSet is a set of files that are compiled or assembled together with
// the files that they include. Only files of the repository belong to it;
// system headers are part of the machine. What an include names is looked up in
// all folders where the compiler may look, and every file found belongs to the
// set, whichever the compiler takes. Where a macro has the name, all files below
// these folders do.
type sourceSet struct {
	in    *inputs.Reader
	dir   string // of the package
	roots []string
	data  map[string][]byte // by absolute name
	path  []string          // folders to search
	libs  []string          // libraries to link
	todo  []string
	whole bool // a macro names a file: everything below the folders is in
}

var (
	cgoLine    = regexp.MustCompile(`(?m)^[ \t/*]*#cgo\s[^\n]*?:([^\n]*)`)
	include    = regexp.MustCompile(`#[ \t]*(?:include|include_next|import|embed)\b[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>|([A-Za-z_]\w*))`)
	asmInclude = regexp.MustCompile(`\.(?:incbin|include)[ \t]*\\?"([^"\\\n]+)`)
)

// keep adds files that include nothing.
func (s *sourceSet) keep(files []string) error {
	for _, f := range files {
		data, err := s.in.ReadFile(f)
		if err != nil {
			return err
		}
		s.data[f] = data
	}
	return nil
}

// collect adds files and what they include.
func (s *sourceSet) collect(files []string) error {
	s.todo = slices.Concat(s.todo, files)
	s.path = append(s.path, s.dir)
	for _, f := range files {
		if filepath.Ext(f) != ".go" {
			continue
		}
		data, err := s.in.ReadFile(f)
		if err != nil {
			return err
		}
		for _, m := range cgoLine.FindAllSubmatch(data, -1) {
			s.options(string(m[1]))
		}
	}
	s.libraries()
	for len(s.todo) > 0 {
		f := s.todo[len(s.todo)-1]
		s.todo = s.todo[:len(s.todo)-1]
		if s.data[f] != nil {
			continue
		}
		data, err := s.in.ReadFile(f)
		if err != nil {
			return err
		}
		s.data[f] = append([]byte{}, data...)
		s.includes(filepath.Dir(f), data)
	}
	return nil
}

// flags takes the folders and files from the flags of the environment.
func (s *sourceSet) flags(env map[string]string) {
	for _, k := range cgoFlagKeys {
		s.options(env[k])
	}
}

// options takes the folders to search from flags of compiler and linker, and the
// files that these name.
func (s *sourceSet) options(flags string) {
	for _, word := range strings.Fields(flags) {
		word = strings.Trim(word, `"'`)
		if name, ok := strings.CutPrefix(word, "-l"); ok {
			s.libs = append(s.libs, name)
		}
		for _, name := range strings.FieldsFunc(word, func(r rune) bool { return r == ',' || r == '=' }) {
			for _, prefix := range []string{"-I", "-L", "-F", "-iquote", "-isystem", "-idirafter", "-include"} {
				name = strings.TrimPrefix(name, prefix)
			}
			name = s.absolute(strings.ReplaceAll(name, "${SRCDIR}", s.dir))
			if !s.inside(name) {
				continue
			}
			if info, err := s.in.Stat(name); err == nil && info.IsDir() {
				s.path = append(s.path, name)
			}
			s.add(name)
		}
	}
}

// libraries adds the libraries that are linked, where they are in the repository.
func (s *sourceSet) libraries() {
	for _, l := range s.libs {
		for _, dir := range s.path {
			names, _ := s.in.Glob(dir, "lib"+l+".*") // bad patterns name no file
			for _, name := range names {
				s.add(filepath.Join(dir, name))
			}
		}
	}
}

func (s *sourceSet) absolute(name string) string {
	if name = filepath.FromSlash(name); !filepath.IsAbs(name) {
		name = filepath.Join(s.dir, name)
	}
	return filepath.Clean(name)
}

func (s *sourceSet) inside(name string) bool {
	return slices.ContainsFunc(s.roots, func(root string) bool {
		return strings.HasPrefix(name, root+string(filepath.Separator))
	})
}

// add adds a file, if it is one.
func (s *sourceSet) add(name string) {
	if info, err := s.in.Stat(name); err == nil && info.Mode().IsRegular() && s.inside(name) {
		s.todo = append(s.todo, name)
	}
}

// includes adds what the text of a file in dir includes.
func (s *sourceSet) includes(dir string, data []byte) {
	for _, m := range slices.Concat(include.FindAllSubmatch(data, -1), asmInclude.FindAllSubmatch(data, -1)) {
		name := string(m[1])
		if len(m) > 2 && name == "" {
			name = string(m[2])
		}
		if name == "" {
			s.all()
			continue
		}
		for _, d := range append([]string{dir}, s.path...) {
			s.add(filepath.Join(d, filepath.FromSlash(name)))
		}
	}
}

// all adds every file below the folders, hidden ones and Go files apart.
func (s *sourceSet) all() {
	if s.whole {
		return
	}
	s.whole = true
	for _, dir := range s.path {
		_ = s.in.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // what can't be listed can't be included
			case d.IsDir() && name != dir && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case !d.IsDir() && filepath.Ext(name) != ".go":
				s.add(name)
			}
			return nil
		})
	}
}
