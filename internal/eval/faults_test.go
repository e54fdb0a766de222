package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// runFaults runs the instrument in its small form.
func runFaults(t *testing.T, binary string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := faultsMain(t.Context(), flag.NewFlagSet("faults", flag.ContinueOnError), []string{
		"-C", filepath.Join("..", "..", "testdata", "shop"), "-autover", binary, "-kills", "6", "-damages", "10", "-rounds", "1", "-parallel", "4",
	}, &out)
	return out.String(), err
}

func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs autover dozens of times")
	}
	binary := filepath.Join(t.TempDir(), "autover")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, "../..").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := runFaults(t, binary)
	if err != nil || !strings.Contains(out, " 0 wrong\n") || strings.Contains(out, " 0 of them answered") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A cache that answers with what it knows, true or not, is found out.
func TestFaultsFound(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the broken tool is a shell script")
	}
	broken := filepath.Join(t.TempDir(), "autover")
	script := `#!/bin/sh
answer=$(cat $(find . -name '*.go') | cksum)
if [ "$AUTOVER_CACHE" != off ]; then
	mkdir -p "$AUTOVER_CACHE" 2>/dev/null || exit 1
	[ -s "$AUTOVER_CACHE/known" ] || echo "$answer" > "$AUTOVER_CACHE/known"
	answer=$(cat "$AUTOVER_CACHE/known")
fi
echo "$answer"
`
	if err := os.WriteFile(broken, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	out, err := runFaults(t, broken)
	if !errors.Is(err, errWrong) || !strings.Contains(out, "WRONG after ") {
		t.Errorf("%v\n%s", err, out)
	}
}
