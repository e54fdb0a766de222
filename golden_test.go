package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/goproxytest"
	"golang.org/x/tools/txtar"
)

// TestGolden compares everything that autover says about the modules in
// testdata/golden, each a txtar archive with its output beside it.
//
// Golden versions change only with a new scheme: whoever keeps a version as a
// cache key trusts that the same code has it with every autover of a scheme.
// So -update is for new modules and new schemes. If this test fails after any
// other change, the change is wrong.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob(filepath.Join("testdata", "golden", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in testdata/golden: %v", err)
	}
	proxy := goproxytest.NewTestServer(t, filepath.Join("testdata", "proxy"), "")
	for _, archive := range archives {
		t.Run(filepath.Base(archive), func(t *testing.T) { testGolden(t, archive, proxy.URL) })
	}
}

func testGolden(t *testing.T, archive, proxy string) {
	files, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := txtar.FS(files)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "module")
	if err := os.CopyFS(dir, tree); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "autover", "hash", "-all", "-json", "-tags", "winter", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), // later ones win; nothing of the machine's settings must be left
		"PWD="+dir, "GOMODCACHE="+t.TempDir(), "GOPROXY="+proxy, "GOSUMDB=off", "GONOPROXY=none", "GOPRIVATE=",
		"GOENV=off", "GOFLAGS=-modcacherw", "GOWORK=off", "GOTOOLCHAIN=local", "GOEXPERIMENT=", "GODEBUG=", "GOPACKAGESDRIVER=off",
		"GOOS=linux", "GOARCH=amd64", "GOAMD64=v1", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	got, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("autover: %v\n%s", err, &stderr)
	}
	golden := strings.TrimSuffix(archive, ".txtar") + ".json"
	if *update {
		if err := os.WriteFile(golden, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the versions of a scheme must not change:\n%s", diff.Diff(golden, want, "autover hash", got))
	}
}
