package main

import (
	"path/filepath"
	"testing"

	"github.com/autover/autover/internal/genmodule"
)

// Every shape is a module that compiles, and that has versions.
func TestGenerate(t *testing.T) {
	for _, s := range []genmodule.Shape{
		{Packages: 1, Groups: 1, Functions: 1, Depth: 1},
		{Packages: 7, Groups: 1, Functions: 2, Interfaces: 1, Depth: 3},
		{Packages: 9, Groups: 2, Functions: 3, Interfaces: 2, Depth: 9},
	} {
		dir := filepath.Join(t.TempDir(), "m")
		lines, err := s.Write(dir)
		if err != nil || lines < 20*s.Packages*s.Functions {
			t.Fatalf("%+v: %d lines, %v", s, lines, err)
		}
		if _, err := run(t.Context(), dir, []string{"GOWORK=off"}, "go", "build", "./..."); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
		versions, err := autover(t.Context(), dir, false)
		if err != nil || len(versions) < s.Packages*s.Functions {
			t.Errorf("%+v: %d versions, %v", s, len(versions), err)
		}
	}
}
