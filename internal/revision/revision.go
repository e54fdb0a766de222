// Package revision lays out revisions of a git repository in temporary folders, so
// that they can be analysed as the working tree is. It reads the repository and
// changes nothing in it: neither the working tree nor the index, and no hook runs.
//
// A revision is checked out by git itself, with an index of its own, so that
// filters and line endings are as in the working tree. Submodules are laid out if
// they are in the working tree; the others are empty folders, as there. Files that
// git doesn't know are part of the working tree alone.
package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Repository is the git repository around a folder.
type Repository struct {
	// Root is the absolute folder of the working tree, Folder the one that was
	// asked for as seen from there, with slashes.
	Root, Folder string

	gitDir string
	env    []string
}

// Open finds the repository around a folder. No repository, and no git, are errors.
func Open(ctx context.Context, dir string, env []string) (*Repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, fmt.Errorf("find git: %w: install it, or compare lock files", err)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	r := &Repository{Root: dir, env: env}
	out, err := r.git(ctx, nil, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("find the repository of %s: %w: run autover diff in a git working tree, or compare lock files", dir, err)
	}
	lines := strings.SplitN(strings.TrimSuffix(out, "\n"), "\n", 3)
	if len(lines) < 3 {
		return nil, fmt.Errorf("find the repository of %s: it has no working tree", dir)
	}
	r.Root, r.gitDir, r.Folder = filepath.FromSlash(lines[0]), lines[1], strings.TrimSuffix(lines[2], "/")
	return r, nil
}

// git runs git in the working tree and returns what it prints.
func (r *Repository) git(ctx context.Context, env []string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "git", args...)
	c.Dir = r.Root
	c.Env = append(append(append([]string{}, r.env...), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"), env...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		text := strings.TrimSpace(stderr.String())
		text, _, _ = strings.Cut(strings.TrimPrefix(text, "fatal: "), "\n")
		if text == "" {
			return "", fmt.Errorf("git %s: %w", args[0], err)
		}
		return "", errors.New("git " + args[0] + ": " + text)
	}
	return stdout.String(), nil
}

// Resolve returns the commit that a revision names.
func (r *Repository) Resolve(ctx context.Context, rev string) (string, error) {
	out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("find revision %q: there is no such commit here: correct it, or fetch it (a shallow clone has few commits: git fetch --unshallow)", rev)
	}
	return strings.TrimSpace(out), nil
}

// Names returns the names of branches and tags, those of others' branches last.
func (r *Repository) Names(ctx context.Context) ([]string, error) {
	out, err := r.git(ctx, nil, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
	return strings.Fields(out), err
}

// ReadFile returns the content of a file in a revision. As for git, its name is seen
// from the root, and if it begins with a dot from the folder that was asked for.
func (r *Repository) ReadFile(ctx context.Context, rev, name string) ([]byte, error) {
	commit, err := r.Resolve(ctx, rev)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") {
		name = path.Join(r.Folder, name)
	}
	out, err := r.git(ctx, nil, "cat-file", "blob", commit+":"+name)
	return []byte(out), err
}

// MergeBase returns the last commit that HEAD has in common with the main branch,
// and the name of that branch: the one that origin calls its head, or else
// origin/main, origin/master, main or master.
func (r *Repository) MergeBase(ctx context.Context) (commit, branch string, err error) {
	if _, err := r.Resolve(ctx, "HEAD"); err != nil {
		return "", "", errors.New("find a base: the repository has no commit yet: make one")
	}
	names := []string{"refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"}
	if out, err := r.git(ctx, nil, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"); err == nil {
		names = append([]string{strings.TrimSpace(out)}, names...)
	}
	for _, name := range names {
		main, err := r.Resolve(ctx, name)
		if err != nil {
			continue
		}
		short := strings.TrimPrefix(strings.TrimPrefix(name, "refs/heads/"), "refs/remotes/")
		out, err := r.git(ctx, nil, "merge-base", "HEAD", main)
		if err != nil {
			return "", "", fmt.Errorf("find a base: HEAD and %s have no commit in common here: name a revision with -base, or fetch more history", short)
		}
		return strings.TrimSpace(out), short, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return "", "", err
	}
	return "", "", errors.New("find a base: there is no branch origin/main, origin/master, main or master: name a revision with -base")
}

// CheckOut lays out a commit in an empty folder, which must exist.
func (r *Repository) CheckOut(ctx context.Context, commit, dir string) error {
	if err := r.readTree(ctx, r.gitDir, commit, dir); err != nil {
		return fmt.Errorf("check out %.12s: %w", commit, err)
	}
	return r.submodules(ctx, commit, dir)
}

// readTree checks out by way of an index beside the folder.
func (r *Repository) readTree(ctx context.Context, gitDir, commit, dir string) (err error) {
	index := dir + ".index"
	defer func() { err = errors.Join(err, os.RemoveAll(index)) }()
	_, err = r.git(ctx, []string{"GIT_INDEX_FILE=" + index, "GIT_DIR=" + gitDir, "GIT_WORK_TREE=" + dir},
		"-C", dir, "-c", "core.hooksPath="+os.DevNull, "-c", "core.fsmonitor=false", "read-tree", "--reset", "-u", commit)
	return err
}

// submodules lays out the submodules of a commit that the working tree has.
func (r *Repository) submodules(ctx context.Context, commit, dir string) error {
	out, err := r.git(ctx, nil, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(out, "\x00") {
		meta, name, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(meta)
		if !ok || len(fields) != 3 || fields[1] != "commit" {
			continue
		}
		source := filepath.Join(r.Root, filepath.FromSlash(name))
		if _, err := os.Stat(filepath.Join(source, ".git")); err != nil {
			continue // not in the working tree either
		}
		sub, err := Open(ctx, source, r.env)
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(target, 0o777); err != nil {
			return err
		}
		if err := sub.CheckOut(ctx, fields[2], target); err != nil {
			return fmt.Errorf("submodule %s: %w: fetch in it", name, err)
		}
	}
	return nil
}
