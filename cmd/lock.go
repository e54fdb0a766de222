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
	completeTargets(t, c, &cfg)
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
		if err := replaceFile(path, data); err != nil {
			return fmt.Errorf("%s: write file: %w", lockName, err)
		}
		return nil
	}
	return c
}

// replaceFile writes a file, or leaves it as it is.
func replaceFile(path string, data []byte) error {
	name, err := writeBeside(path, data)
	if err == nil {
		err = os.Rename(name, path)
	}
	if err != nil && name != "" {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// lockReport analyses what is locked, with a graph.
func lockReport(t *tool, c *cobra.Command, cfg *analyzer.Config, targets []string) (*analyzer.Report, error) {
	if err := t.configure(c, cfg); err != nil {
		return nil, err
	}
	cfg.Targets, cfg.Explain = targets, true
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
	found, err := await(c.Context(), func() (*differences, error) { return sinceLock(lock, report), nil })
	if err != nil {
		return err
	}
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
	found.stale = slices.DeleteFunc(stale, func(f staleFile) bool { return f.new })
	return out.diff(c.OutOrStdout(), found)
}

// readLock reads the lock of a folder.
func readLock(path string) (*lockfile.Lock, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: there is none in this folder: run 'autover lock', or name its folder with -C", lockName)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", lockName, err)
	}
	return parseLock(lockName, data)
}

// parseLock reads a lock whose versions can be compared with those of this autover.
func parseLock(name string, data []byte) (*lockfile.Lock, error) {
	lock, err := lockfile.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	if lock.Scheme != analyzer.Scheme {
		return nil, fmt.Errorf("%s: it has versions of scheme %s, which can't be compared with those of %s: run 'autover lock'", name, lock.Scheme, analyzer.Scheme)
	}
	return lock, nil
}

// lockedTarget is what a lock knows of a target. A version that isn't automatic is
// a pin.
func lockedTarget(t lockfile.Target) *analyzer.Target {
	target := &analyzer.Target{Name: t.Name, Version: t.Version}
	digits, ok := strings.CutPrefix(t.Version, analyzer.Scheme)
	if !ok || len(digits) != 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		target.Pin = &analyzer.Pin{}
	}
	return target
}

// sinceLock finds how a report differs from a lock.
func sinceLock(lock *lockfile.Lock, r *analyzer.Report) *differences {
	found := &differences{base: lockName, baseName: lockName, head: worktree}
	locked := causes.NewLocked(lock, r)
	found.compare(lockedTargets(lock), pointers(r.Targets), func(was, now *analyzer.Target) []causes.Cause { return locked.Causes(now) })
	return found
}

func lockedTargets(l *lockfile.Lock) []*analyzer.Target {
	var list []*analyzer.Target
	for _, t := range l.Targets {
		list = append(list, lockedTarget(t))
	}
	return list
}
