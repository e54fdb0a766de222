package inputs

import (
	"os"
	"path/filepath"
	"testing"
)

// The header of a file ends with its imports; what go list reads further counts in whole.
func TestHeader(t *testing.T) {
	for _, test := range []struct{ header, rest string }{
		{"package p", "\n"},
		{"package p", ""},
		{"package p", "; func F() {}\n"},
		{"package p", "\n\n// F is one.\nfunc F() {}\n"},
		{"// Doc.\n\n//go:build linux\n\n//go:debug x=y\npackage p // clause", "\n\nvar x = `\nimport \"embed\"`\n"},
		{"package p\n\nimport \"a\"", "\n\nconst c = 1\n"},
		{"package p\nimport a \"a\"; import . `b`", "\ntype T int\n"},
		{"package p\nimport (\n\t_ \"a\" // why\n\n\t\"b\"\n)", "\n/* text */\nfunc F() {}\n"},
		{"package p\nimport ()", "\nvar x int\n"},
		{"package p\n// #cgo LDFLAGS: -lm\nimport \"C\"\nimport \"b\"", "\n//go:embed x\nvar x int\n"},
		{"\xef\xbb\xbfpackage p\r\nimport \"a\"\r", "\nfunc f() {\r\n"},
		// What follows isn't for go list, though it be wrong.
		{"package p\nimport \"a\"", "\nfunc f() { ' \"unfinished\n"},
		// These are read to the end.
		{"package p\nimport _ \"embed\"\n//go:embed x\nvar x string\n", ""},
		{"package p\nimport (\n\"a\"\n`embed`\n)\nfunc F() {}\n", ""},
		{"package p\nfunc F() { \x00 }\n", ""},
		{"package p\nimport \"a\" func F() {}\n", ""},
		{"package p\nimport +\nfunc F() {}\n", ""},
		{"package p\nimport \"a\"\ninterface I {}\n", ""},
		{"package p\nimport \"a\"\n/* unfinished\nfunc F() {}\n", ""},
		{"package p\nimport \"a\n\"\nfunc F() {}\n", ""},
		{"package\nfunc F() {}\n", ""},
		{"text\n", ""},
		{"", ""},
	} {
		src := test.header + test.rest
		if n := headerLen([]byte(src)); src[:n] != test.header {
			t.Errorf("the header of %q is %q", src, src[:n])
		}
	}
}

// Headers tell apart what go list tells apart, and nothing else.
func TestHeaders(t *testing.T) {
	const text = "package p\nimport \"a\"\nfunc F() {}\n"
	for _, test := range []struct {
		name, file, text string
		change           bool
	}{
		{"body", "a.go", "package p\nimport \"a\"\nfunc F() { println() }\n", false},
		{"new function", "a.go", text + "func G() {}\n", false},
		{"other file", "note.txt", "other", false},
		{"import", "a.go", "package p\nimport \"b\"\nfunc F() {}\n", true},
		{"constraint", "a.go", "//go:build x\n\n" + text, true},
		{"package clause", "a.go", "package q\nimport \"a\"\nfunc F() {}\n", true},
		{"new file", "b.go", text, true},
		{"new test", "a_test.go", text, true},
		{"assembly", "x.s", "// text", true},
		{"go.mod", "go.mod", "module x", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range map[string]string{"a.go": text, "x.s": "", "go.mod": "module m", "note.txt": ""} {
				write(t, filepath.Join(root, name), text)
			}
			x := later(nil)
			ask := func() (all, folder, tree any) {
				found, err := x.Tree(root, []string{root})
				if err != nil {
					t.Fatal(err)
				}
				if again, err := later(nil).Tree(root, []string{root}); err != nil || again.ID != found.ID || again.Headers != found.Headers {
					t.Errorf("what is known of files isn't what is in them")
				}
				return found.ID, fact(t, x, Headers, root), found.Headers
			}
			all, folder, tree := ask()
			write(t, filepath.Join(root, test.file), test.text)
			allNow, folderNow, treeNow := ask()
			if folder != folderNow != test.change || tree != treeNow != test.change {
				t.Errorf("another folder: %v, another tree: %v, want %v", folder != folderNow, tree != treeNow, test.change)
			}
			if test.file == "a.go" && all == allNow {
				t.Error("the contents are the same")
			}
		})
	}
	if got := fact(t, later(nil), Headers, filepath.Join(t.TempDir(), "none")); got != absent {
		t.Error("nothing has headers")
	}
}

// What is remembered of a file includes its header.
func TestHeaderIsRemembered(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.go")
	write(t, name, "package p\nfunc F() {}\n")
	first := later(nil)
	want, err := first.look(name)
	if err != nil || want.header == want.digest {
		t.Fatal(want, err)
	}
	data, _ := first.Encode()
	again := later(data)
	if got, err := again.look(name); err != nil || got != want || again.Read != 0 {
		t.Errorf("%v, %v, want %v without reading", got, err, want)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if got, err := again.look(name); err != nil || got.header != absent {
		t.Errorf("a removed file has the header %v, %v", got.header, err)
	}
}
