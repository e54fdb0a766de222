package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// hunk is a range of lines that a commit touches.
type hunk struct{ start, end int }

// edits are what a commit touches, by file, before and after.
type edits struct{ before, after map[string][]hunk }

// cause is one of diff -json, as far as it is judged.
type cause struct {
	Kind, Name, Change, Before, After string
	BeforeEnd, AfterEnd               int
}

// explained counts the new versions of a commit by what their causes are worth.
type explained struct {
	hash, subject string
	err           error
	versions      int
	// inside are versions whose causes all lie in the commit's diff, partly those of
	// which some do.
	inside, partly int
	outside        map[cause]int // causes that don't, and how many versions they move
	causes         int
}

func causesMain(ctx context.Context, fs *flag.FlagSet, args []string, stdout io.Writer) error {
	var o historyOptions
	o.addFlags(fs)
	binary := fs.String("autover", "autover", "`BINARY` whose causes are judged")
	if err := parse(fs, args); err != nil {
		return err
	}
	v, err := resolveBinary(*binary)
	if err != nil {
		return err
	}
	commits, err := o.list(ctx)
	if err != nil {
		return err
	}
	var all []explained
	for i := 1; i < len(commits); i++ {
		e := judgeCommit(ctx, o, v, commits[i-1].hash, commits[i])
		if ctx.Err() != nil {
			break // what is known is worth telling
		}
		all = append(all, e)
		e.print(stdout)
	}
	return printExplained(stdout, all)
}

// judgeCommit holds the causes that diff names against what git says.
func judgeCommit(ctx context.Context, o historyOptions, binary, parent string, c commit) explained {
	e := explained{hash: c.hash, subject: c.subject, outside: make(map[cause]int)}
	if !slices.ContainsFunc(c.files, mayMatter) {
		return e
	}
	touched, err := gitEdits(ctx, o.repo, parent, c.hash)
	if err != nil {
		e.err = err
		return e
	}
	dir := filepath.Join(o.repo, o.sub)
	out, err := run(ctx, dir, nil, binary, "diff", "-json", "-base", parent, "-head", c.hash, "./...")
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 3) {
		e.err = err
		return e
	}
	var report struct {
		Targets []struct {
			Target, Before, After string
			Causes                []cause
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		e.err = fmt.Errorf("read the report of %s: %w", binary, err)
		return e
	}
	distinct := make(map[cause]bool)
	for _, t := range report.Targets {
		if t.Before == "" || t.After == "" {
			continue
		}
		e.versions++
		good := 0
		for _, cause := range t.Causes {
			distinct[cause] = true
			if touched.has(o.sub, cause) {
				good++
			} else {
				e.outside[cause]++
			}
		}
		switch {
		case good > 0 && good == len(t.Causes):
			e.inside++
		case good > 0:
			e.partly++
		}
	}
	e.causes = len(distinct)
	return e
}

// mayMatter tells whether a file can be the cause of a new version: all but prose
// and pages.
func mayMatter(file string) bool {
	return !slices.Contains([]string{".md", ".mdx", ".png", ".svg"}, path.Ext(file))
}

// has tells whether a cause lies in the edits: a declaration by its lines, and what
// stands in no declaration by its file.
func (e *edits) has(sub string, c cause) bool {
	file := func(names ...string) bool {
		for _, list := range []map[string][]hunk{e.before, e.after} {
			for name := range list {
				if slices.Contains(names, path.Base(name)) {
					return true
				}
			}
		}
		return false
	}
	switch c.Kind {
	case "module", "toolchain":
		return file("go.mod", "go.sum", "go.work", "modules.txt")
	case "policy", "salt":
		return file(".autover.yaml")
	}
	return touches(e.before, sub, c.Before, c.BeforeEnd) || touches(e.after, sub, c.After, c.AfterEnd)
}

func touches(files map[string][]hunk, sub, position string, end int) bool {
	name, line, hasLine := strings.Cut(position, ":")
	hunks := files[path.Join(filepath.ToSlash(sub), name)]
	start, err := strconv.Atoi(line)
	if !hasLine || err != nil {
		return len(hunks) > 0
	}
	return slices.ContainsFunc(hunks, func(h hunk) bool { return h.start <= max(start, end) && start <= h.end })
}

// gitEdits asks git which lines a commit touches.
func gitEdits(ctx context.Context, repo, parent, hash string) (*edits, error) {
	out, err := run(ctx, repo, nil, "git", "diff", "--unified=0", "--no-renames", "--no-color", "--no-ext-diff", "--text", parent, hash)
	if err != nil {
		return nil, err
	}
	e := &edits{before: make(map[string][]hunk), after: make(map[string][]hunk)}
	var old, now string
	for line := range bytes.Lines(out) {
		text := strings.TrimSuffix(string(line), "\n")
		if name, ok := strings.CutPrefix(text, "--- "); ok {
			old = strings.TrimPrefix(name, "a/")
		} else if name, ok := strings.CutPrefix(text, "+++ "); ok {
			now = strings.TrimPrefix(name, "b/")
		} else if ranges, ok := strings.CutPrefix(text, "@@ -"); ok {
			fields := strings.Fields(ranges)
			e.before[old] = append(e.before[old], parseHunk(fields[0]))
			e.after[now] = append(e.after[now], parseHunk(strings.TrimPrefix(fields[1], "+")))
		}
	}
	return e, nil
}

// parseHunk reads START or START,LENGTH. Where nothing is left of the lines, the
// ones around count.
func parseHunk(text string) hunk {
	first, length, ok := strings.Cut(text, ",")
	start, _ := strconv.Atoi(first) // git's own words
	n := 1
	if ok {
		n, _ = strconv.Atoi(length)
	}
	if n == 0 {
		return hunk{start, start + 1}
	}
	return hunk{start, start + n - 1}
}

func (e *explained) print(w io.Writer) {
	if e.err != nil {
		fmt.Fprintf(w, "skipped %.12s %s\n%s\n", e.hash, e.subject, indent("\t", e.err.Error()))
		return
	}
	if e.versions > 0 {
		fmt.Fprintf(w, "%.12s %d new versions, %d causes, explained by its own diff: %d, partly %d  %s\n",
			e.hash, e.versions, e.causes, e.inside, e.partly, e.subject)
	}
	for c, n := range e.outside {
		fmt.Fprintf(w, "\toutside: %s %s %s, %s -> %s, of %d\n", c.Kind, c.Name, c.Change, c.Before, c.After, n)
	}
}

// printExplained sums up.
func printExplained(w io.Writer, all []explained) error {
	var sum explained
	measured, moving := 0, 0
	for _, e := range all {
		if e.err != nil {
			continue
		}
		measured++
		if e.versions > 0 {
			moving++
		}
		sum.versions += e.versions
		sum.inside += e.inside
		sum.partly += e.partly
		sum.causes += e.causes
	}
	_, err := fmt.Fprintf(w, "%d commits, %d with new versions; %d new versions, %d causes; all causes lie in the commit's diff: %s, at least one: %s\n",
		measured, moving, sum.versions, sum.causes, percent(sum.inside, sum.versions), percent(sum.inside+sum.partly, sum.versions))
	return err
}
