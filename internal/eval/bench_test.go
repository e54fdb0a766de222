package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The table has a row for each case, and edits reach the tool.
func TestBench(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the measured tool is a shell script")
	}
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	tool := filepath.Join(dir, "autover")
	script := "#!/bin/sh\necho \"$* $(cat $(find . -name '*.go') | cksum | cut -d' ' -f1)\" >> " + log + "\nmkdir -p $AUTOVER_CACHE\necho example.com/shop/tax.Of\n"
	if err := os.WriteFile(tool, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := benchMain(t.Context(), flag.NewFlagSet("bench", flag.ContinueOnError),
		[]string{"-C", filepath.Join("..", "..", "testdata", "shop"), "-autover", tool, "-n", "6"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"go list -deps ./...", "go vet ./..., warm", "nothing changed, all functions", "one function edited ", "one function edited, its calls too", "cold, one function", "all functions against one, cold"} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("no row %q in\n%s", row, &out)
		}
	}
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	states := make(map[string]bool)
	for line := range strings.Lines(string(calls)) {
		if strings.HasPrefix(line, "hash ./... ") {
			states[line] = true
		}
	}
	if len(states) != 5 || !strings.Contains(string(calls), "hash example.com/shop/tax.Of ") {
		t.Errorf("%d states of the module were measured, want one, and two edits of both kinds:\n%s", len(states), calls)
	}
}
