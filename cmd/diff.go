package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/causes"
	"github.com/autover/autover/internal/revision"
	"github.com/spf13/cobra"
)

const diffLong = `
Says which versions differ between a revision of the git repository and the
working tree, and why: what was edited, added or removed, and the shortest
path from a function to it. What moves many functions is told once.

Without -base the base is the merge base of HEAD and the main branch (the head
of origin, or else origin/main, origin/master, main, master). -head, or A..B,
compares two revisions. Revisions are laid out in a temporary folder; working
tree and index stay as they are. Files that git doesn't know, generated ones
say, are part of the working tree alone.

Without targets the tasks are compared, or all exported functions if there
are no tasks. A target that exists on one side only is added or removed.

Two lock files are compared by what they hold, without any analysis. A lock
doesn't know which parts belong to which target, nor where they stand, so all
that has changed is a cause that may move each of the versions. REV:FILE is a
lock file as it is in a revision.

Formats:

    text      the default
    json      one object with the versions that differ and the causes of each
    markdown  for a comment on a pull request or a job summary

-source adds the unified diff of what was edited, in text and markdown.

Exit status: 0 if no version differs, 3 if one does.
`

const diffExample = `
    autover diff ./...
    autover diff -base v1.2.0 -source ./pricing.Quote
    autover diff -format markdown HEAD~1..HEAD >> "$GITHUB_STEP_SUMMARY"
    autover diff main:autover.lock autover.lock
`

// worktree is the head that is no revision.
const worktree = "working tree"

func newDiffCmd(t *tool) *cobra.Command {
	d := &differ{tool: t}
	c := &cobra.Command{
		Use:     "diff [flags] [A..B | OLD.lock NEW.lock] [TARGET...]",
		Short:   "say which versions differ from a revision, and why",
		Long:    diffLong,
		Example: diffExample,
		Args:    cobra.ArbitraryArgs,
	}
	addLoadFlags(c, &d.cfg)
	addKnobFlags(c, &d.cfg)
	d.out.addFormats(c, "text", "json", "markdown")
	c.Flags().StringVar(&d.base, "base", "", "compare with `REV`, a revision or lock file")
	c.Flags().StringVar(&d.head, "head", "", "compare `REV` instead of the working tree")
	c.Flags().BoolVar(&d.source, "source", false, "show the source of what was edited")
	completeTargets(t, c, &d.cfg)
	c.RunE = d.run
	return c
}

// differ is one run of autover diff.
type differ struct {
	tool       *tool
	cfg        analyzer.Config
	out        output
	base, head string
	source     bool
	repo       *revision.Repository
}

func (d *differ) run(c *cobra.Command, args []string) (err error) {
	if err := d.out.check(c); err != nil {
		return err
	}
	if err := d.tool.configure(c, &d.cfg); err != nil {
		return err
	}
	if d.cfg.Targets, err = d.takeRange(c, args); err != nil {
		return err
	}
	if d.takeLocks() {
		return d.compareLocks(c)
	}
	d.cfg.Explain, d.cfg.Optional = true, true
	ctx := c.Context()
	if d.repo, err = revision.Open(ctx, d.cfg.Dir, d.tool.env); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "autover-diff-")
	if err != nil {
		return fmt.Errorf("make a folder for the base: %w: set TMPDIR", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	if temp, err = filepath.EvalSymlinks(temp); err != nil {
		return err
	}
	found, err := d.compare(ctx, temp)
	if err != nil {
		return err
	}
	return d.out.diff(c.OutOrStdout(), found)
}

// takeRange takes A..B out of the arguments and returns the rest.
func (d *differ) takeRange(c *cobra.Command, args []string) ([]string, error) {
	var targets []string
	for _, arg := range args {
		a, b, ok := strings.Cut(arg, "..")
		if !ok || a == "" || b == "" || strings.HasSuffix(a, "/") || strings.ContainsAny(b[:1], "./") {
			targets = append(targets, arg)
			continue
		}
		if d.base != "" || d.head != "" {
			return nil, badUsage(c, "%s and -base or -head exclude each other", arg)
		}
		d.base, d.head = a, b
	}
	return targets, nil
}

// compare analyses both states.
func (d *differ) compare(ctx context.Context, temp string) (*differences, error) {
	base, name := "", d.base
	var err error
	if d.base == "" {
		var branch string
		if base, branch, err = d.repo.MergeBase(ctx); err != nil {
			return nil, err
		}
		name = "merge base with " + branch
	} else if base, err = d.repo.Resolve(ctx, d.base); err != nil {
		return nil, err
	}
	head := worktree
	if d.head != "" {
		if head, err = d.repo.Resolve(ctx, d.head); err != nil {
			return nil, err
		}
	}
	now := d.cfg
	if head != worktree {
		if now, err = d.layOut(ctx, head, filepath.Join(temp, "head")); err != nil {
			return nil, err
		}
	}
	if len(d.cfg.Targets) == 0 {
		if now.Targets, err = d.defaultTargets(ctx, now); err != nil {
			return nil, err
		}
	}
	after, err := d.analyse(ctx, now)
	if err != nil {
		if head != worktree {
			err = fmt.Errorf("%s: %w", d.head, err)
		}
		return nil, err
	}
	old, err := d.layOut(ctx, base, filepath.Join(temp, "base"))
	if err != nil {
		return nil, err
	}
	old.Targets = now.Targets
	before, err := d.analyse(ctx, old)
	if err != nil {
		return nil, fmt.Errorf("%.12s (%s): %w", base, name, err)
	}
	for target, reason := range after.Missing {
		if _, ok := before.Missing[target]; ok {
			return nil, errors.New(reason)
		}
	}
	d.tool.warn(after, false)
	found, err := await(ctx, func() (*differences, error) { return newDifferences(before, after), nil })
	if err != nil {
		return nil, err
	}
	found.base, found.baseName, found.head = base, name, head
	if d.source {
		err = found.addSources(before.Graph.Root, after.Graph.Root)
	}
	return found, err
}

func (d *differ) analyse(ctx context.Context, cfg analyzer.Config) (*analyzer.Report, error) {
	return await(ctx, func() (*analyzer.Report, error) { return d.tool.run(ctx, cfg) })
}

// defaultTargets are the tasks if there are any: no targets.
func (d *differ) defaultTargets(ctx context.Context, cfg analyzer.Config) ([]string, error) {
	cfg.Targets = []string{"./..."}
	entries, err := await(ctx, func() ([]analyzer.Entry, error) { return d.tool.list(ctx, cfg) })
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(entries, func(e analyzer.Entry) bool { return e.Task != "" }) {
		return nil, nil
	}
	return []string{"./..."}, nil
}

// layOut checks out a commit and returns the configuration for it. What the flags
// and the environment say of files in the repository is said of those of the
// commit.
func (d *differ) layOut(ctx context.Context, commit, dir string) (analyzer.Config, error) {
	cfg := d.cfg
	if err := os.Mkdir(dir, 0o777); err != nil {
		return cfg, fmt.Errorf("check out %.12s: %w", commit, err)
	}
	if err := d.repo.CheckOut(ctx, commit, dir); err != nil {
		return cfg, err
	}
	moved := func(name string) string {
		if rel, err := filepath.Rel(d.repo.Root, name); err == nil && filepath.IsAbs(name) && filepath.IsLocal(rel) {
			return filepath.Join(dir, rel)
		}
		return name
	}
	cfg.Dir = filepath.Join(dir, filepath.FromSlash(d.repo.Folder))
	if info, err := os.Stat(cfg.Dir); err != nil || !info.IsDir() {
		return cfg, fmt.Errorf("check out %.12s: it has no folder %s: compare with a later revision", commit, d.repo.Folder)
	}
	cfg.ModFile, cfg.ImageSpec = moved(cfg.ModFile), moved(cfg.ImageSpec)
	cfg.Env = slices.Clone(cfg.Env)
	for i, kv := range cfg.Env {
		if work, ok := strings.CutPrefix(kv, "GOWORK="); ok {
			cfg.Env[i] = "GOWORK=" + moved(work)
		}
	}
	cfg.Env = append(cfg.Env, "PWD="+cfg.Dir)
	return cfg, nil
}

// differences are what two reports differ in.
type differences struct {
	base, baseName, head string
	// vague says that a cause is known to move one of the versions, but not which.
	vague bool
	// compared counts the targets of either side.
	compared int
	targets  []difference
	groups   []group
	stale    []staleFile // files of constants
}

// difference is a target whose version differs; a version is empty where the
// target doesn't exist.
type difference struct {
	target, before, after string
	causes                []causes.Cause
}

// group is a cause and the targets that it moves.
type group struct {
	causes.Cause
	targets []string
	source  string
}

func newDifferences(before, after *analyzer.Report) *differences {
	found := &differences{}
	comparer := causes.New(before.Graph, after.Graph)
	found.compare(pointers(before.Targets), pointers(after.Targets), func(was, now *analyzer.Target) []causes.Cause {
		return comparer.Causes(was.Closure, now.Closure)
	})
	return found
}

func pointers(targets []analyzer.Target) []*analyzer.Target {
	list := make([]*analyzer.Target, len(targets))
	for i := range targets {
		list[i] = &targets[i]
	}
	return list
}

// compare finds the targets whose versions differ, and why their code's do.
func (f *differences) compare(before, after []*analyzer.Target, why func(was, now *analyzer.Target) []causes.Cause) {
	old := make(map[string]*analyzer.Target, len(before))
	for _, was := range before {
		old[was.Name] = was
	}
	for _, now := range after {
		was := old[now.Name]
		delete(old, now.Name)
		f.compared++
		switch {
		case was == nil:
			f.targets = append(f.targets, difference{target: now.Name, after: now.Version})
		case was.Version == now.Version:
		case was.Pin != nil || now.Pin != nil: // which hides the code
			f.targets = append(f.targets, difference{now.Name, was.Version, now.Version, pinCause(was, now)})
		default:
			f.targets = append(f.targets, difference{now.Name, was.Version, now.Version, why(was, now)})
		}
	}
	for _, was := range old {
		f.compared++
		f.targets = append(f.targets, difference{target: was.Name, before: was.Version})
	}
	slices.SortFunc(f.targets, func(a, b difference) int { return strings.Compare(a.target, b.target) })
	f.group()
}

// pinCause is the cause that a version is pinned on a side.
func pinCause(was, now *analyzer.Target) []causes.Cause {
	pin := causes.Cause{
		Kind: string(analyzer.DirectivePart), Name: "autover:pin " + now.Name, Change: causes.Edited,
		Path: []causes.Step{{Name: now.Name}},
	}
	if was.Pin != nil {
		pin.Before, pin.Old = was.Pin.Position, was.Version
	} else {
		pin.Change = causes.Added
	}
	if now.Pin != nil {
		pin.After, pin.New = now.Pin.Position, now.Version
	} else {
		pin.Change = causes.Removed
	}
	return []causes.Cause{pin}
}

// group gathers the targets of each cause, those that move most first. The path is
// the shortest of all.
func (f *differences) group() {
	at := make(map[[3]string]int)
	for _, d := range f.targets {
		for _, c := range d.causes {
			k := [3]string{c.Kind, c.Name, c.Change}
			i, ok := at[k]
			if !ok {
				i = len(f.groups)
				at[k] = i
				f.groups = append(f.groups, group{Cause: c})
			}
			g := &f.groups[i]
			if len(c.Path) < len(g.Path) {
				g.Path = c.Path
			}
			g.targets = append(g.targets, d.target)
		}
	}
	slices.SortStableFunc(f.groups, func(a, b group) int {
		if n := len(b.targets) - len(a.targets); n != 0 {
			return n
		}
		return strings.Compare(a.Kind+" "+a.Name, b.Kind+" "+b.Name)
	})
}

// addSources adds the diffs of what was edited.
func (f *differences) addSources(rootBefore, rootAfter string) error {
	for i := range f.groups {
		text, err := f.groups[i].SourceDiff(rootBefore, rootAfter)
		if err != nil {
			return err
		}
		f.groups[i].source = string(text)
	}
	return nil
}
