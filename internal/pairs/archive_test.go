package pairs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A side is one of the two states of a pair.
type side int

const (
	before side = iota
	after
)

func (s side) String() string { return [...]string{"before", "after"}[s] }

// A claim says whether the version of a target changes. The target may have
// another name on the other side.
type claim struct {
	change bool
	target [2]string
}

func (c claim) String() string {
	if c.target[before] == c.target[after] {
		return c.target[before]
	}
	return c.target[before] + " -> " + c.target[after]
}

// A pair is a parsed archive.
type pair struct {
	name   string
	prose  string
	claims []claim
	flags  [2]flags
	env    [2][]string
	only   []string

	run     string // package of the program
	runTest bool   // the program is its test binary

	outputSame, outputDiffers, noProgram, todo string // reasons

	files [2]map[string][]byte // by slash-separated path in the module
	mods  [2]map[string][]byte // by path@version/file
}

// flags are those of the command line that reach analyzer.Config.
type flags struct {
	test                        bool
	tags, mod, modFile, private string
}

// args returns the flags as go build takes them.
func (f flags) args() []string {
	var args []string
	for _, a := range [][2]string{{"-tags", f.tags}, {"-mod", f.mod}, {"-modfile", f.modFile}} {
		if a[1] != "" {
			args = append(args, a[0]+"="+a[1])
		}
	}
	return args
}

const defaultGoMod = "module example.com/m\n\ngo 1.26\n"

func parsePair(file string) (*pair, error) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	p := &pair{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), run: "./cmd/prog"}
	for s := range p.files {
		p.files[s] = map[string][]byte{}
		p.mods[s] = map[string][]byte{}
	}
	for line := range strings.Lines(string(ar.Comment)) {
		if err := p.parseLine(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, f := range ar.Files {
		if err := p.addFile(f); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for s := range p.files {
		if p.files[s]["go.mod"] == nil && p.files[s]["go.work"] == nil {
			p.files[s]["go.mod"] = []byte(defaultGoMod)
		}
	}
	if err := p.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func (p *pair) parseLine(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	sides := []side{before, after}
	switch base, suffix, _ := strings.Cut(word, "."); suffix {
	case "before":
		word, sides = base, sides[:1]
	case "after":
		word, sides = base, sides[1:]
	}
	fields := strings.Fields(rest)
	switch word {
	case "change", "same":
		if len(fields) == 0 || len(fields) > 2 {
			return p.addProse(line)
		}
		c := claim{change: word == "change"}
		c.target[before], c.target[after] = fields[0], fields[len(fields)-1]
		p.claims = append(p.claims, c)
	case "flags":
		for _, s := range sides {
			if err := p.flags[s].parse(fields); err != nil {
				return err
			}
		}
	case "env":
		for _, s := range sides {
			p.env[s] = append(p.env[s], fields...)
		}
	case "only":
		p.only = fields
	case "run":
		p.runTest = fields[0] == "-test"
		p.run = fields[len(fields)-1]
	default:
		return p.parseReason(line)
	}
	return nil
}

func (p *pair) parseReason(line string) error {
	for prefix, reason := range map[string]*string{
		"output same:":    &p.outputSame,
		"output differs:": &p.outputDiffers,
		"no program:":     &p.noProgram,
		"todo ":           &p.todo,
	} {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			if *reason = strings.TrimSpace(rest); *reason == "" {
				return fmt.Errorf("%q lacks a reason", line)
			}
			return nil
		}
	}
	return p.addProse(line)
}

// addProse takes a line that is none of the format's. Prose comes first, so that
// a misspelt word is not taken for it.
func (p *pair) addProse(line string) error {
	if line != "" && len(p.claims) > 0 {
		return fmt.Errorf("unknown line %q", line)
	}
	p.prose += line + "\n"
	return nil
}

func (f *flags) parse(fields []string) error {
	for len(fields) > 0 {
		name := fields[0]
		fields = fields[1:]
		if name == "-test" {
			f.test = true
			continue
		}
		to, ok := map[string]*string{"-tags": &f.tags, "-mod": &f.mod, "-modfile": &f.modFile, "-private": &f.private}[name]
		if !ok || len(fields) == 0 {
			return fmt.Errorf("bad flag %s", name)
		}
		*to, fields = fields[0], fields[1:]
	}
	return nil
}

func (p *pair) addFile(f txtar.File) error {
	first, rest, ok := strings.Cut(f.Name, "/")
	var sides []side
	switch {
	case ok && first == "before":
		sides = []side{before}
	case ok && first == "after":
		sides = []side{after}
	case ok && first == "both":
		sides = []side{before, after}
	case ok && first == "mod":
		sides, rest = []side{before, after}, f.Name
	default:
		return fmt.Errorf("file %s is in none of before, after, both, mod", f.Name)
	}
	if rest != path.Clean(rest) || path.IsAbs(rest) || strings.HasPrefix(rest, "..") {
		return fmt.Errorf("bad file name %s", f.Name)
	}
	for _, s := range sides {
		set, name := p.files[s], rest
		if mod, ok := strings.CutPrefix(rest, "mod/"); ok {
			set, name = p.mods[s], mod
		}
		if _, dup := set[name]; dup {
			return fmt.Errorf("file %s twice %s", name, s)
		}
		set[name] = f.Data
	}
	return nil
}

func (p *pair) validate() error {
	switch {
	case strings.TrimSpace(p.prose) == "":
		return fmt.Errorf("no comment says what the pair pins")
	case len(p.claims) == 0:
		return fmt.Errorf("no claim")
	case p.changes() && p.outputDiffers != "":
		return fmt.Errorf("a pair with change needs no reason for a different output")
	case p.todo != "" && !slices.ContainsFunc(p.claims, func(c claim) bool { return !c.change }):
		return fmt.Errorf("a stale version is never todo")
	case !p.changes() && p.outputSame != "":
		return fmt.Errorf("a pair without change needs no reason for equal output")
	}
	return nil
}

// changes says whether any version must change, and so the output.
func (p *pair) changes() bool {
	return slices.ContainsFunc(p.claims, func(c claim) bool { return c.change })
}

// write lays out one side in a new folder.
func (p *pair) write(t *testing.T, s side) string {
	dir := filepath.Join(t.TempDir(), s.String())
	writeFiles(t, dir, p.files[s])
	return dir
}

func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	for name, data := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
