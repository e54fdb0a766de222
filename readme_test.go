package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// The session in the README is what happens: the same versions stay the same,
// and different ones differ. Their digits may be those of an earlier scheme.
func TestReadmeSession(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sed -i is not the same everywhere")
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var script, want []string
	for line := range strings.Lines(string(readme)) {
		line, indented := strings.CutPrefix(line, "    ")
		if command, ok := strings.CutPrefix(line, "$ "); ok && indented {
			script = append(script, command)
		} else if indented && len(script) > 0 && hashes.MatchString(line) {
			want = append(want, line)
		}
	}
	if len(script) < 5 || len(want) < 3 {
		t.Fatalf("README.md has a session of %d commands and %d versions", len(script), len(want))
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), "sh", "-eu")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	cmd.Stdin = strings.NewReader(strings.Join(script, ""))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, documented := pattern(string(out)), pattern(strings.Join(want, ""))
	if got != documented {
		t.Errorf("the session prints\n%s, whose pattern is %s; the README's is %s", out, got, documented)
	}
}

// pattern names the versions in a text by letters in the order in which they
// first occur.
func pattern(text string) string {
	letters := make(map[string]string)
	return regexp.MustCompile(`[0-9a-z]+`).ReplaceAllStringFunc(text, func(version string) string {
		if letters[version] == "" {
			letters[version] = string(rune('A' + len(letters)))
		}
		return letters[version]
	})
}
