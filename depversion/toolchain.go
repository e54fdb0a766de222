package depversion

import (
	"fmt"
	"go/version"
	"maps"
	"slices"

	"golang.org/x/mod/modfile"
)

// The languages that the go command assumes without a go line.
const (
	defaultModGo  = "1.16"
	defaultWorkGo = "1.18"
)

// A Toolchain is what a repository declares about the Go that builds it.
type Toolchain struct {
	// Name is the newer of the go and toolchain lines, such as "go1.22.6".
	Name string
	// Go is the go line, such as "go1.22": the language of the main module and
	// the defaults of GODEBUG.
	Go string
	// Godebug holds the godebug lines as "key=value", sorted.
	Godebug []string
}

// Defaults returns the language whose defaults of GODEBUG hold, where the name
// does not tell.
func (t Toolchain) Defaults() []string {
	if version.Lang(t.Go) == version.Lang(t.Name) {
		return nil
	}
	return []string{version.Lang(t.Go)}
}

// ModToolchain returns what a go.mod file, or one given by -modfile, declares.
// The name serves error messages only.
func ModToolchain(name string, data []byte) (Toolchain, error) {
	f, err := modfile.Parse(name, data, nil)
	if err != nil {
		return Toolchain{}, fmt.Errorf("parse %s: %w: correct the file", name, err)
	}
	return declared(name, defaultModGo, f.Go, f.Toolchain, f.Godebug)
}

// WorkToolchain returns what a go.work file declares. The name serves error
// messages only.
func WorkToolchain(name string, data []byte) (Toolchain, error) {
	f, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return Toolchain{}, fmt.Errorf("parse %s: %w: correct the file", name, err)
	}
	return declared(name, defaultWorkGo, f.Go, f.Toolchain, f.Godebug)
}

func declared(name, defaultGo string, goLine *modfile.Go, line *modfile.Toolchain, godebug []*modfile.Godebug) (Toolchain, error) {
	t := Toolchain{Go: "go" + defaultGo}
	if goLine != nil {
		t.Go = "go" + goLine.Version
	}
	if !version.IsValid(t.Go) {
		return Toolchain{}, fmt.Errorf("read %s: go line names no version: run 'go mod edit -go=VERSION'", name)
	}
	t.Name = t.Go
	if line != nil && line.Name != "default" {
		if !version.IsValid(line.Name) {
			return Toolchain{}, fmt.Errorf("read %s: toolchain line names no version: run 'go mod edit -toolchain=goVERSION'", name)
		}
		// The toolchain of two equal ones may carry a vendor's suffix.
		if version.Compare(line.Name, t.Go) >= 0 {
			t.Name = line.Name
		}
	}
	effective := make(map[string]string) // the last of one key counts
	for _, g := range godebug {
		effective[g.Key] = g.Key + "=" + g.Value
	}
	t.Godebug = slices.Sorted(maps.Values(effective))
	return t, nil
}
