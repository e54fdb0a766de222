package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCauses checks that causes are found in the diff of a commit, and that the
// instrument notices those that are elsewhere.
func TestCauses(t *testing.T) {
	dir := repository(t,
		func(dir string) { edit(t, dir, "tax/tax.go", "return price", "// Rounds down.\n\treturn price") },
		func(dir string) { edit(t, dir, "tax/tax.go", "= 19", "= 20") },
		func(dir string) { edit(t, dir, "go.mod", "go 1.26", "go 1.25") },
	)
	script := func(report string) string {
		name := filepath.Join(t.TempDir(), "autover")
		if err := os.WriteFile(name, []byte("#!/bin/sh\ncat <<'END'\n"+report+"\nEND\nexit 3\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		return name
	}
	measure := func(binary string) string {
		var out strings.Builder
		fs := flag.NewFlagSet("causes", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		if err := causesMain(t.Context(), fs, []string{"-C", dir, "-n", "3", "-autover", binary}, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const frame = `{"targets": [{"target": "a.F", "before": "a1", "after": "a2", "causes": [%]}]}`
	for _, test := range []struct{ causes, want string }{
		{`{"kind": "toolchain", "name": "go", "change": "edited"}`, "all causes lie in the commit's diff: 33.33 %, at least one: 33.33 %"},
		{`{"kind": "constant", "before": "tax/tax.go:1", "beforeEnd": 99}`, "diff: 66.67 %, at least one: 66.67 %"},
		{`{"kind": "constant", "before": "shop/shop.go:1", "beforeEnd": 99}`, "diff: 0.00 %, at least one: 0.00 %"},
		{`{"kind": "toolchain"}, {"kind": "function", "after": "shop/shop.go:1"}`, "diff: 0.00 %, at least one: 33.33 %"},
		{``, "diff: 0.00 %, at least one: 0.00 %"},
	} {
		if got := measure(script(strings.ReplaceAll(frame, "%", test.causes))); !strings.Contains(got, test.want) {
			t.Errorf("causes %s: %s\nwant %s", test.causes, got, test.want)
		}
	}
}
