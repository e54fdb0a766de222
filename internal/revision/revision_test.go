package revision

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository makes one in a temporary folder and returns a function that runs git
// in it.
func repository(t *testing.T) (string, func(args ...string) string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) string {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", dir, "-c", "protocol.file.allow=always"}, args...)...)
		c.Env = append(os.Environ(), environment...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q", "-b", "main")
	return dir, git
}

var environment = []string{
	"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestCheckOut checks that a revision is laid out in full, submodules included,
// and that the repository stays as it is.
func TestCheckOut(t *testing.T) {
	lib, gitLib := repository(t)
	write(t, filepath.Join(lib, "lib.txt"), "old\n")
	gitLib("add", ".")
	gitLib("commit", "-qm", "one")
	dir, git := repository(t)
	write(t, filepath.Join(dir, ".gitattributes"), "secret.txt export-ignore\n")
	write(t, filepath.Join(dir, "secret.txt"), "kept\n")
	write(t, filepath.Join(dir, "sub", "a.txt"), "old\n")
	git("submodule", "add", "-q", lib, "lib")
	git("add", ".")
	git("commit", "-qm", "one")
	base := git("rev-parse", "HEAD")
	write(t, filepath.Join(lib, "lib.txt"), "new\n")
	gitLib("commit", "-qam", "two")
	git("-C", "lib", "pull", "-q", "origin", "main")
	write(t, filepath.Join(dir, "sub", "a.txt"), "new\n")
	write(t, filepath.Join(dir, "untracked.txt"), "mine\n")
	git("add", "sub")
	status, index := git("status", "--porcelain"), git("rev-parse", ":sub/a.txt")

	env := append(os.Environ(), environment...)
	r, err := Open(t.Context(), filepath.Join(dir, "sub"), env)
	if err != nil {
		t.Fatal(err)
	}
	if r.Root != dir || r.Folder != "sub" {
		t.Errorf("root %s, folder %s", r.Root, r.Folder)
	}
	commit, branch, err := r.MergeBase(t.Context())
	if err != nil || commit != base || branch != "main" {
		t.Errorf("base %s of %s, %v; want %s", commit, branch, err, base)
	}
	out := filepath.Join(t.TempDir(), "tree")
	if err := os.Mkdir(out, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := r.CheckOut(t.Context(), commit, out); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"sub/a.txt": "old\n", "secret.txt": "kept\n", "lib/lib.txt": "old\n"} {
		if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v; want %q", name, text, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "untracked.txt")); err == nil {
		t.Error("an untracked file is in the revision")
	}
	if git("status", "--porcelain") != status || git("rev-parse", ":sub/a.txt") != index {
		t.Error("the working tree or the index has changed")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// TestMainBranch checks which branch the base comes from.
func TestMainBranch(t *testing.T) {
	dir, git := repository(t)
	env := append(os.Environ(), environment...)
	r, err := Open(t.Context(), dir, env)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.MergeBase(t.Context()); err == nil || !strings.Contains(err.Error(), "no commit yet") {
		t.Errorf("a repository without commits: %v", err)
	}
	git("commit", "-q", "--allow-empty", "-m", "one")
	one := git("rev-parse", "HEAD")
	git("checkout", "-qb", "trunk")
	git("commit", "-q", "--allow-empty", "-m", "two")
	two := git("rev-parse", "HEAD")
	git("checkout", "-qb", "feature")
	git("commit", "-q", "--allow-empty", "-m", "three")
	for _, step := range []struct {
		branch, commit string
		args           []string
	}{
		{"main", one, []string{"status"}},
		{"origin/main", two, []string{"update-ref", "refs/remotes/origin/main", "trunk"}},
		{"origin/dev", one, []string{"update-ref", "refs/remotes/origin/dev", "main"}},
	} {
		git(step.args...)
		if step.branch == "origin/dev" {
			git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/dev")
		}
		commit, branch, err := r.MergeBase(t.Context())
		if err != nil || commit != step.commit || branch != step.branch {
			t.Errorf("base %s of %s, %v; want %s of %s", commit, branch, err, step.commit, step.branch)
		}
	}
	git("update-ref", "-d", "refs/heads/main")
	git("update-ref", "-d", "refs/remotes/origin/main")
	git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
	if _, _, err := r.MergeBase(t.Context()); err == nil || !strings.Contains(err.Error(), "-base") {
		t.Errorf("no main branch: %v", err)
	}
}

// TestErrors checks that each error says what to do.
func TestErrors(t *testing.T) {
	dir, git := repository(t)
	git("commit", "-q", "--allow-empty", "-m", "one")
	env := append(os.Environ(), append(environment, "GIT_CEILING_DIRECTORIES="+os.TempDir())...)
	if _, err := Open(t.Context(), t.TempDir(), env); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("no repository: %v", err)
	}
	r, err := Open(t.Context(), dir, env)
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{"nope", "--all", "-n1", ""} {
		if _, err := r.Resolve(t.Context(), rev); err == nil || !strings.Contains(err.Error(), "no such commit") {
			t.Errorf("revision %q: %v", rev, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Resolve(ctx, "HEAD"); err != context.Canceled {
		t.Errorf("interrupted: %v", err)
	}
}
