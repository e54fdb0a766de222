package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/causes"
	"github.com/autover/autover/internal/lockfile"
	"github.com/spf13/cobra"
)

// lockName is the name of the lock file, in the folder of the request.
const lockName = "autover.lock"

const lockLong = `
Writes autover.lock: one line for each target with its version, and one for each
function, type, module and so on that versions consist of, so that 'autover
check' can say later what has changed. Without targets the tasks are locked.

The file is sorted text. Keep it with the source; after a conflict, take either
side and lock again. Put settings into .autover.yaml, since check has to use the
same.
`

const checkLong = `
Compares versions with autover.lock, and the constants that 'autover generate'
has written with those it would write now. Says what has moved and why: the
parts that the lock doesn't have in this state, with the way to each. Targets
that the requests of the lock select now are compared as well.

Exit status: 0 if all is as it was, 3 if not.
`

func newLockCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	c := &cobra.Command{
		Use:     "lock [flags] [TARGET...]",
		Short:   "write versions to autover.lock",
		Long:    lockLong,
		Example: "\n    autover lock\n    autover lock ./...\n",
		Args:    cobra.ArbitraryArgs,
	}
	addBuildFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	c.RunE = func(c *cobra.Command, args []string) error {
		report, err := lockReport(t, c, &cfg, args)
		if err != nil {
			return err
		}
		t.warn(report, false)
		lock := &lockfile.Lock{Scheme: analyzer.Scheme, Requests: args, Parts: causes.LockParts(report)}
		for _, found := range report.Targets {
			lock.Targets = append(lock.Targets, lockfile.Target{Version: found.Version, Name: found.Name})
		}
		path, data := filepath.Join(cfg.Dir, lockName), lock.Format()
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, data) {
			return nil
		}
		name, err := writeBeside(path, data)
		if err == nil {
			err = os.Rename(name, path)
		}
		if err != nil {
			return fmt.Errorf("%s: write file: %w", lockName, err)
		}
		return nil
	}
	return c
}

// lockReport analyses what is locked, with a graph.
func lockReport(t *tool, c *cobra.Command, cfg *analyzer.Config, targets []string) (*analyzer.Report, error) {
	if err := settle(c, cfg, t.env); err != nil {
		return nil, err
	}
	var err error
	if cfg.Dir, err = folder(c); err != nil {
		return nil, err
	}
	cfg.Env, cfg.Targets, cfg.Explain = t.env, targets, true
	return await(c.Context(), func() (*analyzer.Report, error) { return t.run(c.Context(), *cfg) })
}

func newCheckCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var out output
	c := &cobra.Command{
		Use:     "check [flags]",
		Short:   "compare versions with autover.lock and constants",
		Long:    checkLong,
		Example: "\n    autover check\n    autover check -json\n",
		Args:    cobra.ArbitraryArgs,
	}
	addBuildFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	out.addFormats(c, "text", "json", "markdown")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := out.check(c); err != nil {
			return err
		}
		if len(args) > 0 {
			return badUsage(c, "check takes no targets: it compares what autover.lock holds")
		}
		return check(t, c, cfg, &out)
	}
	return c
}

func check(t *tool, c *cobra.Command, cfg analyzer.Config, out *output) error {
	var err error
	if cfg.Dir, err = folder(c); err != nil {
		return err
	}
	lock, err := readLock(filepath.Join(cfg.Dir, lockName))
	if err != nil {
		return err
	}
	cfg.Optional = true
	report, err := lockReport(t, c, &cfg, lock.Requests)
	if err != nil {
		return err
	}
	t.warn(report, false)
	found := sinceLock(lock, report)
	cfg.Targets, cfg.Constants, cfg.Explain = []string{"./..."}, true, false
	constants, err := await(c.Context(), func() (*analyzer.Report, error) { return t.run(c.Context(), cfg) })
	if err != nil {
		return err
	}
	stale, err := staleConstants(constants)
	if err != nil {
		return err
	}
	// A package without the file keeps its versions elsewhere.
	stale = slices.DeleteFunc(stale, func(f staleFile) bool { return f.new })
	if err := out.diff(c.OutOrStdout(), found); err != nil {
		return err
	}
	if len(stale) > 0 {
		w := c.OutOrStdout()
		if out.format == "json" {
			w = t.stderr
		}
		return reportStale(w, stale)
	}
	if len(found.targets) > 0 {
		return errDiffer
	}
	return nil
}

func readLock(path string) (*lockfile.Lock, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: there is none in this folder: run 'autover lock', or name its folder with -C", lockName)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", lockName, err)
	}
	lock, err := lockfile.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", lockName, err)
	}
	if lock.Scheme != analyzer.Scheme {
		return nil, fmt.Errorf("%s: it has versions of scheme %s, which can't be compared with those of %s: run 'autover lock'", lockName, lock.Scheme, analyzer.Scheme)
	}
	return lock, nil
}

// lockCauses returns why a version is not the locked one. Of a pin, the lock holds
// the string alone.
func lockCauses(l *causes.Locked, was string, now *analyzer.Target) []causes.Cause {
	before := &analyzer.Target{Version: was}
	if len(was) != len(now.Digest)/2+len(analyzer.Scheme) || !strings.HasPrefix(was, analyzer.Scheme) {
		before.Pin = &analyzer.Pin{}
	}
	if before.Pin == nil && now.Pin == nil {
		return l.Causes(now)
	}
	return explain(nil, before, now)
}

// sinceLock finds how a report differs from a lock.
func sinceLock(lock *lockfile.Lock, r *analyzer.Report) *differences {
	found := &differences{base: lockName, baseName: lockName, head: worktree}
	locked := causes.NewLocked(lock, r)
	old := make(map[string]string)
	for _, t := range lock.Targets {
		old[t.Name] = t.Version
	}
	for i := range r.Targets {
		now := &r.Targets[i]
		was, ok := old[now.Name]
		delete(old, now.Name)
		found.compared++
		switch {
		case !ok:
			found.targets = append(found.targets, difference{target: now.Name, after: now.Version})
		case was != now.Version:
			found.targets = append(found.targets, difference{now.Name, was, now.Version, lockCauses(locked, was, now)})
		}
	}
	for name, was := range old {
		found.compared++
		found.targets = append(found.targets, difference{target: name, before: was})
	}
	slices.SortFunc(found.targets, func(a, b difference) int { return strings.Compare(a.target, b.target) })
	found.group()
	return found
}
