package cmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/autover/autover/analyzer"
)

// If one file can't be written, none is, and nothing is left behind.
func TestWriteConstantsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, analyzer.ConstantsFile)
	old := []byte("old\n")
	if err := os.WriteFile(good, old, 0o600); err != nil {
		t.Fatal(err)
	}
	stale := []staleFile{
		{ConstantFile: analyzer.ConstantFile{Path: good, Position: "good"}, data: []byte("new\n")},
		{ConstantFile: analyzer.ConstantFile{Path: filepath.Join(dir, "missing", analyzer.ConstantsFile), Position: "missing"}, data: []byte("new\n")},
	}
	if err := writeConstants(stale); err == nil {
		t.Fatal("no error")
	}
	if data, err := os.ReadFile(good); err != nil || string(data) != string(old) {
		t.Fatalf("%q, %v", data, err)
	}
	if err := writeConstants(stale[:1]); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(good); err != nil || string(data) != "new\n" {
		t.Fatalf("%q, %v", data, err)
	}
	if info, err := os.Stat(good); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
}
