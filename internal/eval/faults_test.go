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
func runFaults(t *testing.T, binary string, more ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := faultsMain(t.Context(), flag.NewFlagSet("faults", flag.ContinueOnError), append([]string{
		"-C", filepath.Join("..", "..", "testdata", "shop"), "-autover", binary, "-kills", "6", "-damages", "10", "-rounds", "1", "-parallel", "4",
	}, more...), &out)
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

// Runs start in a copy of the module, where a relative name would be another folder.
func TestFaultsFull(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the tool is a shell script")
	}
	temp := t.TempDir()
	binary, log, full := filepath.Join(temp, "autover"), filepath.Join(temp, "log"), filepath.Join(temp, "full")
	script := "#!/bin/sh\necho \"$AUTOVER_CACHE\" >> " + log + "\nmkdir -p \"$AUTOVER_CACHE\" && echo known > \"$AUTOVER_CACHE/known\"\ncat $(find . -name '*.go') | cksum\n"
	if err := os.WriteFile(binary, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, full)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := runFaults(t, binary, "-full", relative); err == nil || !strings.Contains(err.Error(), full) || out != "" {
		t.Errorf("without the folder: %v\n%s", err, out)
	}
	if err := os.Mkdir(full, 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := runFaults(t, binary, "-full", relative); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	caches, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(caches), "\n"+filepath.Join(full, "cache")+"\n") {
		t.Errorf("no run had its cache in %s:\n%s", full, caches)
	}
}
