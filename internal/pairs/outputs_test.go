package pairs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

var everyProgram = flag.Bool("programs", false, "run the programs of every pair, and write the record of what they showed")

// A record says what the programs of pairs showed when they were run: whether their
// outputs differ. It knows a pair by all that its programs are made of and by the release
// of Go, so that the programs of one that is new or was edited are run. Building all of
// them takes twice as long as all analyses; of the pairs on record every eighth is run.
type record struct {
	file  string
	known map[recordKey]string

	mu   sync.Mutex
	seen map[recordKey]string
}

// recordKey is the name of a pair and the digest of its programs.
type recordKey struct{ name, digest string }

// The outcomes in records.
const (
	outputsDiffer = "differ"
	outputsSame   = "same"
)

// readRecord reads a file with a line for each pair: its name, the digest and the
// outcome.
func readRecord(file string) (*record, error) {
	r := &record{file: file, known: map[recordKey]string{}, seen: map[recordKey]string{}}
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[2] != outputsDiffer && fields[2] != outputsSame {
			return nil, fmt.Errorf("%s: bad line %q", file, line)
		}
		r.known[recordKey{fields[0], fields[1]}] = fields[2]
	}
	return r, nil
}

func (r *record) note(key recordKey, outcome string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[key] = outcome
}

// write writes what was seen, and what is known of pairs that weren't run.
func (r *record) write(exists func(name string) bool) error {
	run := map[string]bool{}
	for key := range r.seen {
		run[key.name] = true
	}
	all := maps.Clone(r.seen)
	for key, outcome := range r.known {
		if !run[key.name] && exists(key.name) {
			all[key] = outcome
		}
	}
	var lines []string
	for key, outcome := range all {
		lines = append(lines, key.name+" "+key.digest+" "+outcome+"\n")
	}
	slices.Sort(lines)
	return os.WriteFile(r.file, []byte(strings.Join(lines, "")), 0o666)
}

// recordKey names what the programs of a pair are made of.
func (p *pair) recordKey(t *testing.T) recordKey {
	release := strings.Join(strings.SplitN(runtime.Version(), ".", 3)[:2], ".")
	made, err := json.Marshal([]any{release, p.files, p.mods, p.env, p.flags[before].args(), p.flags[after].args(), p.run, p.runTest})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(made)
	return recordKey{p.name, hex.EncodeToString(sum[:8])}
}

// checkOutputs holds the claims against what the programs print, or are known to.
func (p *pair) checkOutputs(t *testing.T, dir [2]string, env [2][]string, r *record, run bool) {
	key := p.recordKey(t)
	outcome, known := r.known[key]
	var out [2]string
	if run || !known {
		for _, s := range []side{before, after} {
			out[s] = p.output(t, s, dir[s], env[s])
		}
		outcome = outputsSame
		if out[before] != out[after] {
			outcome = outputsDiffer
		}
		r.note(key, outcome)
	}
	wantDiffer := p.changes() && p.outputSame == "" || p.outputDiffers != ""
	switch differ := outcome == outputsDiffer; {
	case differ && !wantDiffer:
		t.Errorf("bad pair: the output of the program differs\nbefore: %q\nafter:  %q", out[before], out[after])
	case !differ && wantDiffer:
		t.Errorf("bad pair: the output of the program is the same: %q", out[before])
	}
}

// A record keeps what it is told, and of what it knew that which wasn't looked at.
func TestRecord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "record")
	if err := os.WriteFile(file, []byte("edited 01 same\ngone 02 same\nskipped 03 differ\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := readRecord(file)
	if err != nil {
		t.Fatal(err)
	}
	r.note(recordKey{"edited", "04"}, outputsDiffer)
	r.note(recordKey{"new", "05"}, outputsSame)
	if err := r.write(func(name string) bool { return name != "gone" }); err != nil {
		t.Fatal(err)
	}
	want := "edited 04 differ\nnew 05 same\nskipped 03 differ\n"
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("%v, %s\nwant %s", err, got, want)
	}
	p := pair{name: "x", files: [2]map[string][]byte{{"a.go": []byte("1")}, {"a.go": []byte("2")}}}
	key := p.recordKey(t)
	for name, edit := range map[string]func(*pair){
		"file":    func(p *pair) { p.files[after] = map[string][]byte{"a.go": []byte("3")} },
		"module":  func(p *pair) { p.mods[before] = map[string][]byte{"m@v1/go.mod": nil} },
		"env":     func(p *pair) { p.env[after] = []string{"GOOS=windows"} },
		"flags":   func(p *pair) { p.flags[after].tags = "x" },
		"program": func(p *pair) { p.run = "./other" },
		"test":    func(p *pair) { p.runTest = true },
	} {
		other := p
		if edit(&other); other.recordKey(t) == key {
			t.Errorf("another %s makes no difference", name)
		}
	}
	if err := os.WriteFile(file, []byte("edited 01\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := readRecord(file); err == nil {
		t.Error("a bad line is taken")
	}
}
