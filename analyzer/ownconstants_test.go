package analyzer

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/autover/autover/internal/inputs"
)

// TestGlobSelects holds what globs are said to select against what they find.
func TestGlobSelects(t *testing.T) {
	t.Parallel()
	names := []string{"a.go", "b.txt", "p/a.go", "p/q/a.go", "p/q/b.txt", "q/p/q/a.go"}
	var text strings.Builder
	for _, name := range names {
		text.WriteString("-- " + name + " --\n")
	}
	m := moduleFolder{"example.com/m", tree(t, text.String())}
	elems := []string{"**", "*", "a.go", "[a-b].*", "p", "q"}
	var globs []string
	for _, x := range elems {
		globs = append(globs, x)
		for _, y := range elems {
			globs = append(globs, path.Join(x, y))
			for _, z := range elems {
				globs = append(globs, path.Join(x, y, z), path.Join(x, y, z, "a.go"))
			}
		}
	}
	finder := newFileFinder(inputs.NewReader(false), nil)
	for _, glob := range globs {
		var want, got []string
		files, _ := finder.find(m, m.dir, glob) // an error if there are none
		for _, f := range files {
			want = append(want, strings.TrimPrefix(f.name, m.path+"/"))
		}
		for _, name := range names {
			if globSelects(strings.Split(glob, "/"), strings.Split(name, "/")) {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("glob %s selects %v, and finds %v", glob, got, want)
		}
	}
}
