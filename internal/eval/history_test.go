package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// repository makes a git repository of the fixture with one commit for each of
// the edits, after the first one.
func repository(t *testing.T, edits ...func(dir string)) string {
	t.Helper()
	dir := fixture(t)
	git := func(args ...string) {
		t.Helper()
		env := []string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull}
		for _, who := range []string{"AUTHOR", "COMMITTER"} {
			env = append(env, "GIT_"+who+"_NAME=a", "GIT_"+who+"_EMAIL=a@example.com")
		}
		if _, err := run(t.Context(), dir, env, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	for i, edit := range append([]func(string){func(string) {}}, edits...) {
		edit(dir)
		git("add", "-A")
		git("commit", "-q", "-m", fmt.Sprint("commit ", i))
	}
	return dir
}

// The history instrument counts what each commit does, by each method, and
// leaves the repository as it is.
func TestHistory(t *testing.T) {
	dir := repository(t,
		func(dir string) { edit(t, dir, "tax/tax.go", "return price", "// Rounds down.\n\treturn price") },
		func(dir string) { edit(t, dir, "tax/tax.go", "= 19", "= 20") },
		func(dir string) { edit(t, dir, "tax/tax.go", "!ok", "ok != 1") },
		func(dir string) { edit(t, dir, "tax/tax.go", "ok != 1", "!ok") },
		func(dir string) { edit(t, dir, "go.mod", "go 1.26", "go 1.25") },
		func(dir string) { edit(t, dir, "shop/shop.go", "* 10", "* 11") },
	)
	edit(t, dir, "shop/shop.go", "* 11", "* 12") // not committed
	steps, err := walkHistory(t.Context(), historyOptions{repo: dir, rev: "HEAD", sub: ".", commits: 6}, autover)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		got = append(got, fmt.Sprintf("%s: error %t requirements %t functions %d module %d package %d autover %d body %d %v",
			s.Subject, s.Error != "", s.Requirements, s.Functions, s.Module, s.Packages, s.Autover, s.Body, s.Files))
	}
	want := []string{
		"commit 1: error false requirements false functions 5 module 5 package 5 autover 0 body 0 [tax/tax.go]",
		"commit 2: error false requirements false functions 5 module 5 package 5 autover 2 body 0 [tax/tax.go]",
		"commit 3: error true requirements false functions 0 module 0 package 0 autover 0 body 0 [tax/tax.go]",
		"commit 4: error true requirements false functions 0 module 0 package 0 autover 0 body 0 [tax/tax.go]",
		"commit 5: error false requirements true functions 5 module 5 package 0 autover 5 body 0 [go.mod]",
		"commit 6: error false requirements false functions 5 module 5 package 4 autover 1 body 1 [shop/shop.go]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if src, err := os.ReadFile(filepath.Join(dir, "shop/shop.go")); err != nil || !strings.Contains(string(src), "* 12") {
		t.Errorf("the working tree changed (%v)", err)
	}
	if out, err := run(t.Context(), dir, nil, "git", "status", "--porcelain"); err != nil || string(out) != " M shop/shop.go\n" {
		t.Errorf("git status tells %q, %v", out, err)
	}
	var text strings.Builder
	printHistory(&text, steps, 1)
	for _, line := range []string{
		"all commits                         4         20   100.00 %    70.00 %    40.00 %     5.00 %",
		"go.mod or go.sum changed            1          5   100.00 %     0.00 %   100.00 %     0.00 %",
		"others                              3         15   100.00 %    93.33 %    20.00 %     6.67 %",
		"new versions: autover 5, package 0, body 0, of 5",
	} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("%q is not in\n%s", line, &text)
		}
	}
}

// Versions that can't be right are listed, those of a function with another
// text and those of one that nothing happened to.
func TestHistoryOfBroken(t *testing.T) {
	dir := repository(t, func(dir string) { edit(t, dir, "shop/shop.go", "* 10", "* 11") })
	state := 0
	broken := func(context.Context, string, bool) (map[string]string, error) {
		state++
		return map[string]string{"example.com/fixture/tax.Of": fmt.Sprint("a", state), "example.com/fixture/shop.Book.Price": "a"}, nil
	}
	steps, err := walkHistory(t.Context(), historyOptions{repo: dir, rev: "HEAD", sub: ".", commits: 1}, broken)
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 1 || !slices.Equal(steps[0].Beyond, []string{"example.com/fixture/tax.Of"}) ||
		!slices.Equal(steps[0].Edited, []string{"example.com/fixture/shop.Book.Price"}) {
		t.Errorf("got %+v", steps)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"dance"}, {"mutation"}, {"mutation", "-dance"}, {"history", "dance"}} {
		if status := dispatch(t.Context(), args, io.Discard, io.Discard); status != 2 {
			t.Errorf("%v: status %d, want 2", args, status)
		}
	}
	if status := dispatch(t.Context(), []string{"linker", "-autover", "./no/such/file"}, io.Discard, io.Discard); status != 1 {
		t.Errorf("a missing binary gives status %d, want 1", status)
	}
}
