package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// step is what one commit does to the versions of the functions that are there
// before and after it.
type step struct {
	Commit  string `json:"commit"`
	Subject string `json:"subject"`
	// Error says why the commit or its parent could not be measured.
	Error string `json:"error,omitempty"`
	// Functions are those of both states; the others are those with a new
	// version, by the methods compared.
	Functions int `json:"functions"`
	Autover   int `json:"autover"`
	Module    int `json:"module"`
	Packages  int `json:"packages"`
	Body      int `json:"body"`
	// Requirements says that the commit edits go.mod, go.sum or go.work.
	Requirements bool     `json:"requirements"`
	Files        []string `json:"files"`
	// Edited are functions with another text and the same version: a refactoring
	// that can't be observed, or a fault.
	Edited []string `json:"edited,omitempty"`
	// Beyond are functions with a new version whose package and imports are the
	// same, without an edit of go.mod: what other packages do to them, or a fault.
	Beyond []string `json:"beyond,omitempty"`
}

type historyOptions struct {
	repo, rev, sub, out string
	commits, worst      int
}

func (o *historyOptions) addFlags(fs *flag.FlagSet) {
	fs.StringVar(&o.repo, "C", ".", "`FOLDER` of the git repository, bare or not; it is only read")
	fs.StringVar(&o.rev, "rev", "HEAD", "the last `COMMIT`")
	fs.StringVar(&o.sub, "module", ".", "`FOLDER` of the module in the repository")
	fs.IntVar(&o.commits, "n", 20, "go back `N` commits, along first parents")
}

func historyMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o historyOptions
	o.addFlags(fs)
	fs.StringVar(&o.out, "o", "", "write what each commit does to this `FILE`, as lines of JSON")
	fs.IntVar(&o.worst, "worst", 10, "list the `N` commits with the most new versions")
	binary := fs.String("autover", "autover", "`BINARY` whose versions are counted")
	if err := parse(fs, args); err != nil {
		return err
	}
	v, err := resolveBinary(*binary)
	if err != nil {
		return err
	}
	steps, err := walkHistory(ctx, o, command(v))
	if err != nil {
		return err
	}
	printHistory(stdout, steps, o.worst)
	return nil
}

// commit is a commit and what it changes.
type commit struct {
	hash, subject string
	files         []string
}

// commits lists the last commits, the oldest first, and one more, which is the
// state before them.
func (o historyOptions) list(ctx context.Context) ([]commit, error) {
	out, err := run(ctx, o.repo, nil, "git", "log", "--first-parent", "-m", "--name-only", "--no-renames",
		"--format=%x00%H%x01%s%x01", fmt.Sprintf("-n%d", o.commits+1), o.rev)
	if err != nil {
		return nil, err
	}
	var commits []commit
	for entry := range strings.SplitSeq(strings.TrimPrefix(string(out), "\x00"), "\x00") {
		parts := strings.SplitN(entry, "\x01", 3)
		if len(parts) < 3 {
			return nil, fmt.Errorf("read what git log says: %q", entry)
		}
		commits = append(commits, commit{parts[0], parts[1], strings.Split(strings.TrimSpace(parts[2]), "\n")})
	}
	slices.Reverse(commits)
	return commits, nil
}

// checkout is a folder with the files of a commit, and an index of its own, so
// that the repository is only read.
type checkout struct{ gitDir, dir, index string }

// withCheckouts runs f with as many folders as asked for, which are removed
// afterwards.
func withCheckouts(ctx context.Context, repo string, number int, f func([]checkout) error) error {
	out, err := run(ctx, repo, nil, "git", "rev-parse", "--absolute-git-dir")
	if err != nil {
		return err
	}
	return withTemp(func(temp string) error {
		var checkouts []checkout
		for i := range number {
			c := checkout{strings.TrimSpace(string(out)), filepath.Join(temp, fmt.Sprint("tree", i)), filepath.Join(temp, fmt.Sprint("index", i))}
			if err := os.Mkdir(c.dir, 0o777); err != nil {
				return err
			}
			checkouts = append(checkouts, c)
		}
		return f(checkouts)
	})
}

// to makes the folder hold the files of a commit.
func (c checkout) to(ctx context.Context, commit string) error {
	_, err := run(ctx, c.dir, []string{"GIT_INDEX_FILE=" + c.index}, "git", "--git-dir="+c.gitDir, "--work-tree="+c.dir, "read-tree", "--reset", "-u", commit)
	return err
}

// snapshot is a measured commit, or the reason why there is none.
type snapshot struct {
	module *module
	*state
	hash string
	err  error
}

func take(ctx context.Context, dir string, v versioner) *snapshot {
	s := new(snapshot)
	if s.module, s.err = listModule(ctx, dir); s.err != nil {
		return s
	}
	if s.state, s.err = measure(ctx, s.module, v, false); s.err != nil {
		return s
	}
	s.hash, s.err = s.module.hash(false)
	return s
}

// walkHistory measures commit by commit.
func walkHistory(ctx context.Context, o historyOptions, v versioner) (steps []step, err error) {
	commits, err := o.list(ctx)
	if err != nil {
		return nil, err
	}
	enc := json.NewEncoder(io.Discard)
	if o.out != "" {
		file, err := os.Create(o.out)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		enc = json.NewEncoder(file)
	}
	err = withCheckouts(ctx, o.repo, 1, func(trees []checkout) error {
		var before *snapshot
		for _, c := range commits {
			if err := trees[0].to(ctx, c.hash); err != nil {
				return err
			}
			after := take(ctx, filepath.Join(trees[0].dir, o.sub), v)
			if err := ctx.Err(); err != nil {
				return err
			}
			if before != nil {
				s := compare(c, before, after)
				steps = append(steps, s)
				if err := enc.Encode(s); err != nil {
					return err
				}
			}
			before = after
		}
		return nil
	})
	return steps, err
}

// compare counts the new versions that a commit gives.
func compare(c commit, before, after *snapshot) step {
	s := step{Commit: c.hash, Subject: c.subject, Files: c.files, Requirements: slices.ContainsFunc(c.files, isRequirements)}
	if err := errors.Join(before.err, after.err); err != nil {
		s.Error = err.Error()
		return s
	}
	for target, version := range after.autover {
		old, ok := before.autover[target]
		if !ok {
			continue
		}
		s.Functions++
		isNew := old != version
		if isNew {
			s.Autover++
		}
		if before.hash != after.hash {
			s.Module++
		}
		switch same := before.packages[target] == after.packages[target]; {
		case !same:
			s.Packages++
		case isNew && !s.Requirements: // the toolchain may be another one
			s.Beyond = append(s.Beyond, target)
		}
		if before.body[target] != after.body[target] {
			s.Body++
			if !isNew {
				s.Edited = append(s.Edited, target)
			}
		}
	}
	slices.Sort(s.Edited)
	slices.Sort(s.Beyond)
	return s
}

func isRequirements(file string) bool {
	return slices.Contains([]string{"go.mod", "go.sum", "go.work"}, path.Base(file))
}

func printHistory(w io.Writer, steps []step, worst int) {
	var all, code, requirements []step
	for _, s := range steps {
		switch {
		case s.Error != "":
			fmt.Fprintf(w, "skipped %.12s %s\n%s\n", s.Commit, s.Subject, indent("\t", s.Error))
			continue
		case s.Requirements:
			requirements = append(requirements, s)
		default:
			code = append(code, s)
		}
		all = append(all, s)
	}
	fmt.Fprintf(w, "%-28s %8s %10s %10s %10s %10s %10s\n", "", "commits", "pairs", "module", "package", "autover", "body")
	for _, row := range []struct {
		name  string
		steps []step
	}{{"all commits", all}, {"go.mod or go.sum changed", requirements}, {"others", code}} {
		var sum step
		for _, s := range row.steps {
			sum.Functions += s.Functions
			sum.Module += s.Module
			sum.Packages += s.Packages
			sum.Autover += s.Autover
			sum.Body += s.Body
		}
		fmt.Fprintf(w, "%-28s %8d %10d %10s %10s %10s %10s\n", row.name, len(row.steps), sum.Functions, percent(sum.Module, sum.Functions),
			percent(sum.Packages, sum.Functions), percent(sum.Autover, sum.Functions), percent(sum.Body, sum.Functions))
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(b.Autover, a.Autover) })
	for _, s := range all[:min(worst, len(all))] {
		if s.Autover > 0 {
			fmt.Fprintf(w, "\n%.12s %s\n", s.Commit, s.Subject)
			fmt.Fprintf(w, "\tnew versions: autover %d, package %d, body %d, of %d\n", s.Autover, s.Packages, s.Body, s.Functions)
			fmt.Fprintf(w, "\tfiles: %s\n", some(s.Files))
		}
	}
	for _, s := range all {
		if len(s.Edited) > 0 {
			fmt.Fprintf(w, "\n%.12s other text, same version: %s\n", s.Commit, some(s.Edited))
		}
		if len(s.Beyond) > 0 {
			fmt.Fprintf(w, "\n%.12s same package and imports, new version: %s\n", s.Commit, some(s.Beyond))
		}
	}
}

// some lists the first names.
func some(names []string) string {
	const most = 8
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], " "), more)
	}
	return strings.Join(names, " ")
}
