package main

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// linkCase is a target, and an edit that its version and its code disagree on.
type linkCase struct{ target, edit string }

// linkJudgement compares versions with linked code.
type linkJudgement struct {
	pairs, moved int
	// needless are new versions of unchanged code.
	needless []linkCase
	// unexplained are unchanged versions of changed code.
	unexplained []linkCase
	// skipped says what could not be built or analysed, and why.
	skipped []string
}

type linkerOptions struct {
	historyOptions
	replay  string
	targets int
	seed    string
}

func linkerMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o linkerOptions
	o.addFlags(fs)
	fs.StringVar(&o.replay, "replay", "", "take the first -n mutants in the outcome `FILE`; -C is a module then")
	fs.IntVar(&o.targets, "targets", 20, "link `N` targets, or as many for each commit")
	fs.StringVar(&o.seed, "seed", "1", "`TEXT` that decides which targets")
	binary := fs.String("autover", "autover", "`BINARY` whose versions are judged")
	if err := parse(fs, args); err != nil {
		return err
	}
	v, err := resolveBinary(*binary)
	if err != nil {
		return err
	}
	if err := fixPlatform(os.Setenv); err != nil {
		return err
	}
	judge := linkCommits
	if o.replay != "" {
		judge = linkMutants
	}
	j, err := judge(ctx, o, command(v))
	if err != nil {
		return err
	}
	j.print(stdout)
	return nil
}

// fixPlatform makes the go command and autover see one platform whose binaries
// can be read.
func fixPlatform(setenv func(name, value string) error) error {
	return errors.Join(setenv("GOOS", "linux"), setenv("GOARCH", "amd64"), setenv("CGO_ENABLED", "0"))
}

// linkable tells whether a function can be named by another package without
// type arguments.
func (m *module) linkable(f function) bool {
	exported := f.decl.Name.IsExported()
	if r := receiver(f.decl); r != "" {
		exported = exported && ast.IsExported(r)
		for t := f.decl.Recv.List[0].Type; ; {
			switch x := t.(type) {
			case *ast.StarExpr:
				t = x.X
				continue
			case *ast.IndexExpr, *ast.IndexListExpr:
				return false
			}
			break
		}
	}
	return exported && f.decl.Type.TypeParams == nil && m.packages[f.pkg].Name != "main"
}

// rootFolder holds the generated program, below the package of its target so
// that it may import internal ones.
const rootFolder = "autovereval"

// link builds a program that keeps a function, and nothing else of its package
// that the function doesn't need, and returns a digest of the program's code
// and data. Tables of lines and names are left out of it, and segments start at
// round addresses so that the size of these tables doesn't shift the others.
func link(ctx context.Context, m *module, f function) (code string, err error) {
	dir := filepath.Join(m.packages[f.pkg].Dir, rootFolder)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	expr := f.decl.Name.Name
	if r := receiver(f.decl); r != "" {
		expr = "(*target." + strings.TrimSuffix(r, ".") + ")." + expr
	} else {
		expr = "target." + expr
	}
	src := fmt.Sprintf("package main\n\nimport target %q\n\nvar Keep any\n\nfunc main() { Keep = %s }\n", f.pkg, expr)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(src), 0o666); err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "binary")
	if _, err := run(ctx, dir, nil, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-w -buildid= -R 0x1000000", "-o", binary, "."); err != nil {
		return "", err
	}
	return readCode(binary)
}

// readCode digests what a program executes and the data that it starts with.
func readCode(binary string) (code string, err error) {
	file, err := elf.Open(binary)
	if err != nil {
		return "", fmt.Errorf("read a linked program: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	h := sha256.New()
	for _, name := range []string{".text", ".rodata", ".noptrdata", ".data", ".bss", ".noptrbss"} {
		section := file.Section(name)
		if section == nil {
			continue
		}
		fmt.Fprintf(h, "%s %d\n", name, section.Size)
		if section.Type == elf.SHT_NOBITS {
			continue
		}
		content, err := section.Data()
		if err != nil {
			return "", fmt.Errorf("read a linked program: %w", err)
		}
		h.Write(content)
	}
	return sum(h.Sum(nil)), nil
}

// choose picks targets that can be linked and fulfil a condition.
func (o linkerOptions) choose(m *module, s *state, number int, want func(target string) bool) []string {
	var chosen []string
	for target := range s.autover {
		if m.linkable(s.functions[target]) && want(target) {
			chosen = append(chosen, target)
		}
	}
	slices.SortFunc(chosen, func(a, b string) int { return strings.Compare(digest(o.seed+a), digest(o.seed+b)) })
	return chosen[:min(number, len(chosen))]
}

// add counts a target whose code is known on both sides of an edit.
func (j *linkJudgement) add(target, edit string, moved, changed bool) {
	j.pairs++
	if moved {
		j.moved++
	}
	switch {
	case moved && !changed:
		j.needless = append(j.needless, linkCase{target, edit})
	case !moved && changed:
		j.unexplained = append(j.unexplained, linkCase{target, edit})
	}
}

func (j *linkJudgement) skip(format string, args ...any) {
	j.skipped = append(j.skipped, fmt.Sprintf(format, args...))
}

// linkMutants judges versions by the mutants of an outcome file. A target whose
// package doesn't import the mutated one is linked only if its version is new.
func linkMutants(ctx context.Context, o linkerOptions, v versioner) (*linkJudgement, error) {
	base, records, err := readRecords(o.replay)
	if err != nil {
		return nil, err
	}
	if base == nil {
		return nil, fmt.Errorf("read %s: it records no outcomes", o.replay)
	}
	j := new(linkJudgement)
	err = withCopy(o.repo, func(dir string) error {
		m, err := listModule(ctx, dir)
		if err != nil {
			return err
		}
		if err := base.fits(m); err != nil {
			return err
		}
		before, err := measure(ctx, m, v, false)
		if err != nil {
			return err
		}
		codes := make(map[string]string)
		for _, target := range o.choose(m, before, o.targets, func(string) bool { return true }) {
			if codes[target], err = link(ctx, m, before.functions[target]); err != nil {
				delete(codes, target)
				j.skip("%s: %v", target, err)
			}
		}
		number := 0
		for _, r := range records {
			if !r.Compiled || number == o.commits {
				continue
			}
			number++
			if err := j.mutant(ctx, m, *r.Mutant, before, codes, v); err != nil {
				return err
			}
		}
		return nil
	})
	return j, err
}

func (j *linkJudgement) mutant(ctx context.Context, m *module, mutant mutant, before *state, codes map[string]string, v versioner) (err error) {
	undo, err := mutant.apply(m.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, undo()) }()
	after, err := measure(ctx, m, v, false)
	if err != nil {
		j.skip("%v\n%v", mutant, err)
		return ctx.Err()
	}
	for target, code := range codes {
		moved := before.autover[target] != after.autover[target]
		if !moved && before.packages[target] == after.packages[target] {
			continue
		}
		now, err := link(ctx, m, before.functions[target])
		if err != nil {
			j.skip("%s: %v: %v", target, mutant, err)
			continue
		}
		j.add(target, mutant.String(), moved, code != now)
	}
	return ctx.Err()
}

// linkCommits judges versions by the commits of a repository: for each, half of
// the targets have a new version, the others have not but their packages or
// imports changed.
func linkCommits(ctx context.Context, o linkerOptions, v versioner) (*linkJudgement, error) {
	commits, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	j := new(linkJudgement)
	err = withCheckouts(ctx, o.repo, 2, func(trees []checkout) error {
		var before *snapshot
		for i, c := range commits {
			tree := trees[i%2]
			if err := tree.to(ctx, c.hash); err != nil {
				return err
			}
			after := take(ctx, filepath.Join(tree.dir, o.sub), v)
			if before != nil {
				j.commit(ctx, o, c, before, after)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			before = after
		}
		return nil
	})
	return j, err
}

func (j *linkJudgement) commit(ctx context.Context, o linkerOptions, c commit, before, after *snapshot) {
	edit := fmt.Sprintf("%.12s %s\n%s", c.hash, c.subject, some(c.files))
	if err := errors.Join(before.err, after.err); err != nil {
		j.skip("%s: %v", edit, err)
		return
	}
	moved := func(target string) bool { return before.autover[target] != after.autover[target] }
	there := func(target string) bool { return before.autover[target] != "" }
	chosen := o.choose(after.module, after.state, (o.targets+1)/2, func(target string) bool { return there(target) && moved(target) })
	chosen = append(chosen, o.choose(after.module, after.state, o.targets/2, func(target string) bool {
		return there(target) && !moved(target) && before.packages[target] != after.packages[target]
	})...)
	for _, target := range chosen {
		old, err := link(ctx, before.module, before.functions[target])
		if err != nil {
			j.skip("%s before %s: %v", target, edit, err)
			continue
		}
		now, err := link(ctx, after.module, after.functions[target])
		if err != nil {
			j.skip("%s after %s: %v", target, edit, err)
			continue
		}
		j.add(target, edit, moved(target), old != now)
	}
}

func (j *linkJudgement) print(w io.Writer) {
	fmt.Fprintf(w, "%d pairs of edit and target, %d with a new version: needless %d (%s of the new ones)\n",
		j.pairs, j.moved, len(j.needless), percent(len(j.needless), j.moved))
	fmt.Fprintf(w, "code changed and the version did not: %d; skipped: %d\n", len(j.unexplained), len(j.skipped))
	for _, c := range j.unexplained {
		fmt.Fprintf(w, "UNEXPLAINED %s\n%s\n", c.target, indent("\t", c.edit))
	}
	// One edit may give many targets a needless version, for one reason.
	targets := make(map[string][]string)
	for _, c := range j.needless {
		targets[c.edit] = append(targets[c.edit], c.target)
	}
	for _, edit := range slices.Sorted(maps.Keys(targets)) {
		slices.Sort(targets[edit])
		fmt.Fprintf(w, "NEEDLESS %s\n%s\n", some(targets[edit]), indent("\t", edit))
	}
	for _, s := range j.skipped {
		fmt.Fprintf(w, "SKIPPED %s\n", s)
	}
}
