package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/causes"
	"github.com/autover/autover/internal/lockfile"
	"github.com/autover/autover/internal/revision"
	"github.com/spf13/cobra"
)

// isLock tells lock files from revisions, whose names git doesn't let end so.
func isLock(name string) bool { return strings.HasSuffix(name, ".lock") }

// takeLocks tells whether lock files are to be compared, and takes two of them out
// of the targets.
func (d *differ) takeLocks() bool {
	if isLock(d.base) || isLock(d.head) {
		return true
	}
	if d.base != "" || d.head != "" || len(d.cfg.Targets) < 2 || !d.namesLock(d.cfg.Targets[0]) || !d.namesLock(d.cfg.Targets[1]) {
		return false
	}
	d.base, d.head, d.cfg.Targets = d.cfg.Targets[0], d.cfg.Targets[1], d.cfg.Targets[2:]
	return true
}

// namesLock tells lock files from targets: a file there is, under any name, or one
// in a revision.
func (d *differ) namesLock(arg string) bool {
	if _, file, ok := strings.Cut(arg, ":"); ok && isLock(file) {
		return true
	}
	info, err := os.Stat(inFolder(d.cfg.Dir, arg))
	return err == nil && !info.IsDir()
}

func inFolder(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// compareLocks compares two lock files.
func (d *differ) compareLocks(c *cobra.Command) error {
	switch {
	case d.base == "" || d.head == "":
		return badUsage(c, "a lock file is compared with another one: -base OLD.lock -head NEW.lock; with the working tree, 'autover check' compares autover.lock")
	case len(d.cfg.Targets) > 0:
		return badUsage(c, "lock files have targets of their own: leave out %s", d.cfg.Targets[0])
	case d.source:
		return badUsage(c, "lock files hold no source: leave out -source")
	}
	before, err := d.readLock(c, d.base)
	if err != nil {
		return err
	}
	after, err := d.readLock(c, d.head)
	if err != nil {
		return err
	}
	found := &differences{base: d.base, baseName: d.base, head: d.head, vague: true}
	all := causes.OfLocks(before, after)
	found.compare(lockedTargets(before), lockedTargets(after), func(*analyzer.Target, *analyzer.Target) []causes.Cause { return all })
	return d.out.diff(c.OutOrStdout(), found)
}

// readLock reads a lock file of the folder or of a revision.
func (d *differ) readLock(c *cobra.Command, name string) (*lockfile.Lock, error) {
	data, err := os.ReadFile(inFolder(d.cfg.Dir, name))
	if rev, file, ok := strings.Cut(name, ":"); err != nil && ok {
		repo, openErr := revision.Open(c.Context(), d.cfg.Dir, d.tool.env)
		if openErr != nil {
			return nil, openErr
		}
		data, err = repo.ReadFile(c.Context(), rev, file)
	}
	if err != nil {
		return nil, fmt.Errorf("read a lock: %w: write one with 'autover lock'", err)
	}
	return parseLock(name, data)
}
