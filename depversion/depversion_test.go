package depversion

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const goSum = `
example.com/a v1.0.0 h1:AAAA=
example.com/a v1.0.0/go.mod h1:aaaa=
example.com/a v1.1.0/go.mod h1:bbbb=
example.com/fork v0.0.0-20240101000000-abcdefabcdef h1:FFFF=
example.com/new v1.0.0 h2:ZZZZ=
`

func TestIdentify(t *testing.T) {
	sums := make(Sums)
	if err := sums.Add("go.sum", []byte(goSum)); err != nil {
		t.Fatal(err)
	}
	if err := sums.Add("go.work.sum", []byte("example.com/w v1.0.0 h1:WWWW=\nexample.com/a v1.0.0 h1:AAAA=\n")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		sel  Selected
		want Module // zero: error
	}{
		{Selected{Path: "example.com/a", Version: "v1.0.0"}, Module{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:AAAA="}},
		{Selected{Path: "example.com/w", Version: "v1.0.0"}, Module{Path: "example.com/w", Version: "v1.0.0", Sum: "h1:WWWW="}},
		{Selected{Path: "example.com/b", Version: "v1.0.0", Replace: &Selected{Path: "example.com/fork", Version: "v0.0.0-20240101000000-abcdefabcdef"}},
			Module{Path: "example.com/fork", Version: "v0.0.0-20240101000000-abcdefabcdef", Sum: "h1:FFFF=", Replaces: "example.com/b"}},
		{Selected{Path: "example.com/b", Version: "v1.0.0", Replace: &Selected{Path: "example.com/a", Version: "v1.0.0"}},
			Module{Path: "example.com/a", Version: "v1.0.0", Sum: "h1:AAAA=", Replaces: "example.com/b"}},
		{Selected{Path: "example.com/a", Version: "v1.1.0"}, Module{}},   // only its go.mod is hashed
		{Selected{Path: "example.com/new", Version: "v1.0.0"}, Module{}}, // unknown algorithm
		{Selected{Path: "example.com/none", Version: "v1.0.0"}, Module{}},
		{Selected{Path: "example.com/a"}, Module{}},
		{Selected{Path: "example.com/a", Version: "v1.0.0", Replace: &Selected{Path: "../a"}}, Module{}},
	} {
		got, err := sums.Identify(test.sel)
		if got != test.want || (err != nil) != (test.want == Module{}) {
			t.Errorf("Identify(%+v) = %+v, %v", test.sel, got, err)
		}
	}
}

func TestVendored(t *testing.T) {
	got, err := Vendored(Selected{Path: "example.com/none", Version: "v1.0.0"})
	if err != nil || got != (Module{Path: "example.com/none", Version: "v1.0.0"}) {
		t.Error(got, err)
	}
	if _, err := Vendored(Selected{Path: "example.com/none"}); err == nil {
		t.Error("module without version has an identity")
	}
}

func TestMalformedSums(t *testing.T) {
	for _, text := range []string{
		"example.com/a v1.0.0\n", "<<<<<<< HEAD\n", "a b c d\n",
		"example.com/a v1.0.0 h1:A=\nexample.com/a v1.0.0 h1:B=\n",
	} {
		err := make(Sums).Add("go.sum", []byte(text))
		if err == nil || !strings.Contains(err.Error(), "go.sum:") {
			t.Errorf("Add(%q) = %v, want an error with position", text, err)
		}
	}
}

// TestHashFiles rebuilds the hash by hand.
func TestHashFiles(t *testing.T) {
	files := map[string]string{"b/x.go": "package b\n", "a.go": ""}
	open := func(name string) (io.ReadCloser, error) {
		if text, ok := files[name]; ok {
			return io.NopCloser(strings.NewReader(text)), nil
		}
		return nil, errors.New("no such file")
	}
	h := sha256.New()
	fmt.Fprintf(h, "%x  a.go\n%x  b/x.go\n", sha256.Sum256(nil), sha256.Sum256([]byte("package b\n")))
	want := "h1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
	for _, names := range [][]string{{"b/x.go", "a.go"}, {"a.go", "b/x.go"}} {
		before := slices.Clone(names)
		if got, err := HashFiles(names, open); err != nil || got != want || !slices.Equal(names, before) {
			t.Errorf("HashFiles(%q) = %s, %v, want %s", names, got, err, want)
		}
	}
	if got, err := HashFiles([]string{"gone"}, open); err == nil {
		t.Errorf("unreadable file hashes to %s", got)
	}
}

func TestToolchain(t *testing.T) {
	for _, test := range []struct {
		text string
		want Toolchain // without name: error
	}{
		{"go 1.21", Toolchain{Name: "go1.21", Go: "go1.21"}},
		{"go 1.21\ntoolchain go1.22.6", Toolchain{Name: "go1.22.6", Go: "go1.21"}},
		{"go 1.23.1\ntoolchain go1.22.6", Toolchain{Name: "go1.23.1", Go: "go1.23.1"}},
		{"go 1.22\ntoolchain default", Toolchain{Name: "go1.22", Go: "go1.22"}},
		{"go 1.22rc1", Toolchain{Name: "go1.22rc1", Go: "go1.22rc1"}},
		{"go 1.22rc1\ntoolchain go1.22", Toolchain{Name: "go1.22rc1", Go: "go1.22rc1"}},
		{"go 1.22.1\ntoolchain go1.22.1-corp", Toolchain{Name: "go1.22.1-corp", Go: "go1.22.1"}},
		{"go 1.23\ngodebug (\n\tpanicnil=1\n\tdefault=go1.21\n)\ngodebug asynctimerchan=0",
			Toolchain{Name: "go1.23", Go: "go1.23", Godebug: []string{"asynctimerchan=0", "default=go1.21", "panicnil=1"}}},
		{"go x", Toolchain{}},
		{"toolchain nonsense", Toolchain{}},
	} {
		got, err := ModToolchain("go.mod", []byte("module m\n"+test.text+"\n"))
		if !reflect.DeepEqual(got, test.want) || (err != nil) != (test.want.Name == "") {
			t.Errorf("go.mod %q: %+v, %v", test.text, got, err)
		}
		got, err = WorkToolchain("go.work", []byte(test.text+"\nuse .\n"))
		if !reflect.DeepEqual(got, test.want) || (err != nil) != (test.want.Name == "") {
			t.Errorf("go.work %q: %+v, %v", test.text, got, err)
		}
	}
	if got, err := ModToolchain("go.mod", []byte("module m\n")); err != nil || got.Name != "go1.16" {
		t.Errorf("go.mod without go line: %+v, %v", got, err)
	}
	if got, err := WorkToolchain("go.work", []byte("use .\n")); err != nil || got.Name != "go1.18" {
		t.Errorf("go.work without go line: %+v, %v", got, err)
	}
}

func TestWorkspaceFolders(t *testing.T) {
	got, err := Workspace("go.work", []byte("go 1.22\nuse (\n\t./a\n\t\"b c\"\n)\nuse /abs\n"))
	if err != nil || !slices.Equal(got, []string{"./a", "b c", "/abs"}) {
		t.Error(got, err)
	}
	for _, text := range []string{"go 1.22\n", "nonsense\n"} {
		if _, err := Workspace("go.work", []byte(text)); err == nil || !strings.Contains(err.Error(), "go.work") {
			t.Errorf("Workspace(%q): %v", text, err)
		}
	}
}
