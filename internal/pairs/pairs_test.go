package pairs

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var everyEdit = flag.Bool("edits", false, "analyse every pair without a cache and as an edit of a known program, not only every eighth")

// TestPairs analyses most pairs with what is kept of the APIs of other modules. Without
// it an analysis takes four times as long, most of it for type-checking the standard
// library; every eighth pair is analysed so.
func TestPairs(t *testing.T) {
	old := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(old) })
	archives, err := filepath.Glob(archiveOf("*"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if n, of, all := answered.Load(), kept.Load(), asked.Load(); n < of || all > 20 && of < all/2 { // a few chosen pairs say little
			t.Errorf("the cache keeps %d of %d pairs and answers for %d of them", of, all, n)
		}
	})
	if len(archives) == 0 {
		t.Fatal("no archives in testdata/versions")
	}
	programs, err := readRecord(filepath.Join("..", "..", "testdata", "outputs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if *everyProgram {
		t.Cleanup(func() {
			exists := func(name string) bool { return slices.Contains(archives, archiveOf(name)) }
			if err := programs.write(exists); err != nil {
				t.Error(err)
			}
		})
	}
	keptDir = t.TempDir()
	t.Cleanup(func() {
		if compared.Load() > 100 && edited.Load() < 5 {
			t.Errorf("after an edit what is kept of packages was of use %d times", edited.Load())
		}
	})
	for i, archive := range archives {
		name := strings.TrimSuffix(filepath.Base(archive), ".txtar")
		fresh := *everyEdit || i%8 == 0
		edit := fresh || strings.HasPrefix(name, "mod_")
		run := *everyProgram || i%8 == 4
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePair(archive)
			if err != nil {
				t.Fatal(err)
			}
			p.test(t, fresh && !testing.Short(), edit, func(dir [2]string, env [2][]string) { p.checkOutputs(t, dir, env, programs, run) })
		})
	}
}

// archiveOf returns the file of a pair.
func archiveOf(name string) string {
	return filepath.Join("..", "..", "testdata", "versions", name+".txtar")
}

func (p *pair) test(t *testing.T, fresh, edit bool, checkOutputs func(dir [2]string, env [2][]string)) {
	for _, word := range p.only {
		if word != runtime.GOOS && word != runtime.GOARCH && !(word == "cgo" && haveC()) {
			t.Skipf("only on %s", word)
		}
	}
	var dir [2]string
	var env [2][]string
	for _, s := range []side{before, after} {
		dir[s] = p.write(t, s)
		env[s] = p.environ(t, s, dir[s])
	}
	cache := keptDir
	if fresh {
		cache = ""
	}
	reports := p.reports(t, dir, env, cache)
	p.checkVersions(t, reports)
	if !testing.Short() && edit {
		p.checkKept(t, dir, env, reports)
	}
	if !testing.Short() && p.beyondSource() {
		p.checkCached(t, dir, env, reports)
	}
	if !testing.Short() && p.noProgram == "" {
		checkOutputs(dir, env)
	}
}

// output builds and runs the program of one side. Because of -trimpath, go run
// finds the executables of earlier runs in the build cache, whatever the folder.
func (p *pair) output(t *testing.T, s side, dir string, env []string) string {
	flags := append([]string{"-trimpath", "-ldflags=-s -w"}, p.flags[s].args()...)
	if !p.runTest {
		return command(t, dir, env, "go", append(append([]string{"run"}, flags...), p.run)...)
	}
	bin := filepath.Join(t.TempDir(), "prog.test")
	command(t, dir, env, "go", append(append([]string{"test", "-c", "-o", bin}, flags...), p.run)...)
	return command(t, dir, env, bin)
}

func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	cmd.Dir = dir
	cmd.Env = append(env, "PWD="+dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %s %s: %v\n%s%s", filepath.Base(dir), name, strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// environ returns the whole environment for one side: nothing of the machine
// but its build cache and home folder gets in. It sets up the proxy and go.sum of pairs with
// external modules.
func (p *pair) environ(t *testing.T, s side, dir string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + os.Getenv("HOME"),
		"TMPDIR=" + os.TempDir(),
		"GOCACHE=" + buildCache(),
		"GOENV=off",
		"GOTOOLCHAIN=local",
		"GOSUMDB=off",
		"CGO_ENABLED=0",
		"GOFLAGS=-modcacherw",
	}
	proxy := "off"
	if mods := modules(t, p.mods[s]); len(mods) > 0 {
		root := t.TempDir()
		goSum := serve(t, filepath.Join(root, "proxy"), mods)
		if p.files[s]["go.sum"] == nil {
			writeFiles(t, dir, map[string][]byte{"go.sum": []byte(goSum)})
		}
		proxy = "file://" + filepath.ToSlash(root) + "/proxy"
		env = append(env, "GOMODCACHE="+filepath.Join(root, "cache"))
	}
	env = append(env, "GOPROXY="+proxy)
	return append(env, p.env[s]...)
}

var buildCache = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
})

var haveC = sync.OnceValue(func() bool {
	_, err := exec.LookPath("gcc")
	return err == nil
})
