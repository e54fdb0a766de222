package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A copy can be edited, whatever the mode of the original's files, and lacks the
// history; the folder may be given by a link.
func TestWithCopy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"real/x.go", "real/.git/HEAD"} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("a"), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": "real", "real/y.go": "x.go"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	var copied string
	err := withCopy(filepath.Join(dir, "link"), func(c string) error {
		copied = c
		if content, err := os.ReadFile(filepath.Join(c, "y.go")); err != nil || string(content) != "a" {
			t.Errorf("the link holds %q, %v", content, err)
		}
		if info, err := os.Stat(filepath.Join(c, "x.go")); err != nil || info.Mode()&0o200 == 0 {
			t.Errorf("the file cannot be written: %v, %v", info.Mode(), err)
		}
		if _, err := os.Stat(filepath.Join(c, ".git")); !os.IsNotExist(err) {
			t.Errorf("the history is copied: %v", err)
		}
		return os.WriteFile(filepath.Join(c, "x.go"), []byte("b"), 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(dir, "real/x.go")); err != nil || string(content) != "a" {
		t.Errorf("the original holds %q, %v", content, err)
	}
	if _, err := os.Stat(copied); !os.IsNotExist(err) {
		t.Errorf("the copy stays: %v", err)
	}
}
