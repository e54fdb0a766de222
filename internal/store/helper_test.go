package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The helper of the tests is a program of its own, compiled once.
func buildHelper(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "helper")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", bin, filepath.Join("testdata", "helper.go")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func TestHelper(t *testing.T) {
	bin := buildHelper(t)
	remote := filepath.Join(t.TempDir(), "remote folder")
	program := bin + " -dir '" + remote + "'"
	dir := t.TempDir()
	machine := func(name, program string) *Store {
		s := Open(filepath.Join(dir, name), me, program)
		t.Cleanup(s.Close)
		return s
	}
	big := strings.Repeat("0123456789", 100_000)
	one := machine("one", program)
	a, b := one.Action("a"), one.Action("b")
	put(t, one, a, big)
	put(t, one, b, "of b")
	if err := one.HelperError(); err != nil {
		t.Fatal(err)
	}
	one.Close()

	two := machine("two", program)
	want(t, two, a, big)
	want(t, two, b, "of b")
	want(t, two, two.Action("never put"), "")
	two.Close()
	want(t, machine("two", ""), a, big) // now it is here as well
	want(t, Open(filepath.Join(dir, "foreign"), other, program), a, "")

	// A helper that fails in any way leaves a store that works without.
	for _, fault := range []string{"silent", "garbage", "wrongid", "die", "flip", "swap", "truncate", "nopath", "error", "long"} {
		t.Run(fault, func(t *testing.T) {
			s := machine(fault, program+" -fault "+fault)
			want(t, s, a, "")
			put(t, s, b, "local")
			want(t, s, b, "local")
			s.Close()
			want(t, s, b, "local")
		})
	}
	for _, program := range []string{filepath.Join(dir, "none"), "'unterminated", "  "} {
		s := machine("broken", program)
		put(t, s, b, "local")
		want(t, s, b, "local")
		want(t, s, a, "")
		if s.HelperError() == nil {
			t.Errorf("no error of GOCACHEPROG=%s", program)
		}
	}
	if _, err := os.Stat(remote); err != nil {
		t.Error(err)
	}
}

func TestSplitWords(t *testing.T) {
	got, err := splitWords(` a  'b c' "d'e" f`)
	if err != nil || strings.Join(got, "|") != "a|b c|d'e|f" {
		t.Errorf("%q, %v", got, err)
	}
}
