package analyzer

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/autover/autover/hasher"
)

func TestEmbedMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"a.txt", "a.txt", true},
		{"*.txt", "a.txt", true},
		{"*.txt", "d/a.txt", false},
		{"d", "d/a.txt", true},
		{"d", "d/e/f/a.txt", true},
		{"d", "da.txt", false},
		{"d", "d/.hidden", false},
		{"d", "d/_hidden/x", false},
		{"d", "d/e/.x/y", false},
		{"all:d", "d/.hidden", true},
		{"all:d", "d/_x/y", true},
		{".d", ".d/x", true},
		{"_*", "_x/y", true},
		{"d/*", "d/.hidden", true},
		{"d/*", "d/.x/y", true},
		{"d/*/y", "d/.x/y", true},
		{"[ab].txt", "b.txt", true},
		{"*", "x/y", true},
		{"*", "x/.y", false},
		{"*", ".y", true},
	} {
		if got := embedMatch(test.pattern, test.name); got != test.want {
			t.Errorf("embedMatch(%q, %q) = %t", test.pattern, test.name, got)
		}
	}
}

func TestEmbedPatterns(t *testing.T) {
	got, err := embedPatterns(" a.txt  \"b c.txt\"\t`d \"e`  all:f ")
	if want := []string{"a.txt", "b c.txt", `d "e`, "all:f"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{`"a`, "`a", `"a\q"`} {
		if got, err := embedPatterns(bad); err == nil {
			t.Errorf("embedPatterns(%q) = %q", bad, got)
		}
	}
}

func TestEmbeds(t *testing.T) {
	dir := tree(t, `
-- go.mod --
module example.com/m
go 1.22
-- m.go --
package m
import "embed"

//go:embed a.txt
// comment

var a string
var none string

//go:embed d
//go:embed "a.txt"
var (
	d embed.FS

	//go:embed all:d
	all embed.FS
	//go:embed *.txt
	glob embed.FS
	//go:embed a.txt
	again []byte
	//go:embed a.txt
	_ string
)
-- a.txt --
A
-- d/x --
X
-- d/.y --
Y
`)
	digests := func() map[string]hasher.Digest {
		w := mustLoad(t, Config{Dir: dir})
		p := w.private[0]
		m, err := w.embeds(p)
		if err != nil {
			t.Fatal(err, p.errs)
		}
		got := make(map[string]hasher.Digest)
		for v, d := range m {
			got[v.Name()] = d
		}
		return got
	}
	moved := func(before, after map[string]hasher.Digest) (names []string) {
		for name := range after {
			if before[name] != after[name] {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	one := digests()
	if len(one) != 6 || one["a"] != one["again"] || one["a"] != one["glob"] || one["d"] == one["all"] {
		t.Errorf("digests %v", one)
	}
	write("d/.y", "changed")
	two := digests()
	if got := moved(one, two); !slices.Equal(got, []string{"all"}) {
		t.Errorf("a hidden file moved %q", got)
	}
	write("d/new", "")
	three := digests()
	if got := moved(two, three); !slices.Equal(got, []string{"all", "d"}) {
		t.Errorf("a new file moved %q", got)
	}
	write("b.txt", "A\n")
	if got := moved(three, digests()); !slices.Equal(got, []string{"glob"}) {
		t.Errorf("a new match moved %q", got)
	}
}
