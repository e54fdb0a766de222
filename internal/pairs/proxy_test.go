package pairs

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A module is an external module of a pair: its files by slash-separated path.
type module struct {
	path, version string
	files         map[string][]byte
}

// modules sorts files named path@version/file into modules.
func modules(t *testing.T, files map[string][]byte) []module {
	var mods []module
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path, rest, ok := strings.Cut(name, "@")
		version, file, ok2 := strings.Cut(rest, "/")
		if !ok || !ok2 {
			t.Fatalf("mod/%s is not mod/PATH@VERSION/FILE", name)
		}
		if n := len(mods); n == 0 || mods[n-1].path != path || mods[n-1].version != version {
			mods = append(mods, module{path, version, map[string][]byte{}})
		}
		mods[len(mods)-1].files[file] = files[name]
	}
	for _, m := range mods {
		if m.files["go.mod"] == nil {
			m.files["go.mod"] = []byte("module " + m.path + "\n\ngo 1.26\n")
		}
	}
	return mods
}

// serve makes a module proxy in dir and returns the lines of go.sum for its
// modules. The layout is that of "go help goproxy".
func serve(t *testing.T, dir string, mods []module) (goSum string) {
	files := map[string][]byte{}
	for _, m := range mods {
		at := m.path + "/@v/"
		prefix := m.path + "@" + m.version + "/"
		files[at+"list"] = append(files[at+"list"], m.version+"\n"...)
		files[at+m.version+".info"] = fmt.Appendf(nil, `{"Version":%q,"Time":"2020-01-01T00:00:00Z"}`, m.version)
		files[at+m.version+".mod"] = m.files["go.mod"]
		files[at+m.version+".zip"] = zipFiles(t, prefix, m.files)
		goSum += fmt.Sprintf("%s %s %s\n", m.path, m.version, sumFiles(prefix, m.files))
		goSum += fmt.Sprintf("%s %s/go.mod %s\n", m.path, m.version, sumFiles("", map[string][]byte{"go.mod": m.files["go.mod"]}))
	}
	writeFiles(t, filepath.FromSlash(dir), files)
	return goSum
}

func zipFiles(t *testing.T, prefix string, files map[string][]byte) []byte {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(prefix + name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(files[name])
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// sumFiles is the hash "h1:" of go.sum, as golang.org/x/mod/sumdb/dirhash
// specifies it. Its being right is tested by the go command, which checks it.
func sumFiles(prefix string, files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%x  %s\n", sha256.Sum256(files[name]), prefix+name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
}
