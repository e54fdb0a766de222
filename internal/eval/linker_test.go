package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	total = "example.com/fixture/shop.Total"
	greet = "example.com/fixture/shop.Greet"
)

// Linked code changes with what the target executes, and with nothing else.
func TestLink(t *testing.T) {
	if err := fixPlatform(func(name, value string) error { t.Setenv(name, value); return nil }); err != nil {
		t.Fatal(err)
	}
	dir := fixture(t)
	code := func(target string) string {
		t.Helper()
		m, err := listModule(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		functions, err := m.functions(false)
		if err != nil {
			t.Fatal(err)
		}
		code, err := link(t.Context(), m, functions[target])
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	before := code(total)
	edit(t, dir, "tax/tax.go", "const standard", strings.Repeat("// A comment.\n", 5000)+"const standard")
	edit(t, dir, "shop/shop.go", "`unit:", "`units:")
	edit(t, dir, "shop/greeting.txt", "Good day", "Bye")
	if code(total) != before {
		t.Error("comments, a tag and a file that the function does not use change its code")
	}
	edit(t, dir, "tax/tax.go", "= 19", "= 20")
	if code(total) == before {
		t.Error("another constant does not change the code")
	}
}

// halfBroken is an autover that never gives one target a new version, and always
// another one.
func halfBroken() versioner {
	asked := 0
	return func(context.Context, string, bool) (map[string]string, error) {
		asked++
		return map[string]string{total: "a1", greet: fmt.Sprint("a1", asked)}, nil
	}
}

// want fails unless the versions of halfBroken are found out.
func (j *linkJudgement) want(t *testing.T, pairs int, unexplained, needless []string) {
	t.Helper()
	names := func(cases []linkCase) []string {
		var names []string
		for _, c := range cases {
			names = append(names, c.target)
		}
		return names
	}
	if j.pairs != pairs || !slices.Equal(names(j.unexplained), unexplained) || !slices.Equal(names(j.needless), needless) || len(j.skipped) > 0 {
		var text strings.Builder
		j.print(&text)
		t.Errorf("want unexplained %v, needless %v; got\n%s", unexplained, needless, &text)
	}
}

func TestLinkMutants(t *testing.T) {
	if err := fixPlatform(func(name, value string) error { t.Setenv(name, value); return nil }); err != nil {
		t.Fatal(err)
	}
	dir := fixture(t)
	m, err := listModule(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := m.hash(true)
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := m.mutants(false)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(mutants, func(m mutant) bool { return m.Kind == "constant" })
	o := linkerOptions{historyOptions: historyOptions{repo: dir, commits: 1}, targets: 10, replay: filepath.Join(t.TempDir(), "outcomes")}
	file, err := os.Create(o.replay)
	if err != nil {
		t.Fatal(err)
	}
	enc := json.NewEncoder(file)
	for _, r := range []record{{Baseline: &baseline{Module: m.path, Hash: hash}}, {Mutant: &mutants[i], Compiled: true}} {
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	j, err := linkMutants(t.Context(), o, autover)
	if err != nil {
		t.Fatal(err)
	}
	j.want(t, 5, nil, nil)
	if j, err = linkMutants(t.Context(), o, halfBroken()); err != nil {
		t.Fatal(err)
	}
	j.want(t, 2, []string{total}, []string{greet})
}

func TestLinkCommits(t *testing.T) {
	if err := fixPlatform(func(name, value string) error { t.Setenv(name, value); return nil }); err != nil {
		t.Fatal(err)
	}
	dir := repository(t, func(dir string) { edit(t, dir, "tax/tax.go", "= 19", "= 20") })
	o := linkerOptions{historyOptions: historyOptions{repo: dir, rev: "HEAD", sub: ".", commits: 1}, targets: 4}
	j, err := linkCommits(t.Context(), o, halfBroken())
	if err != nil {
		t.Fatal(err)
	}
	j.want(t, 2, []string{total}, []string{greet})
}
