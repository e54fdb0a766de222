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
	"strings"
	"sync"
	"testing"
	"time"
)

var everyEdit = flag.Bool("edits", false, "take every pair for an edit of a known program, not only every eighth and those of modules")

// TestPairs takes 0.55 s of processor time a pair (November 2026, Go 1.26): 0.35 s for
// two analyses without any cache, most of it type-checking the standard library,
// and 0.2 s for building and running two programs. Without the higher GC target
// it is 0.15 s more.
func TestPairs(t *testing.T) {
	old := debug.SetGCPercent(400)
	t.Cleanup(func() { debug.SetGCPercent(old) })
	archives, err := filepath.Glob(filepath.Join("..", "..", "testdata", "versions", "*.txtar"))
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
	keptDir = t.TempDir()
	t.Cleanup(func() {
		if compared.Load() > 100 && edited.Load() < 5 {
			t.Errorf("after an edit what is kept of packages was of use %d times", edited.Load())
		}
	})
	for i, archive := range archives {
		name := strings.TrimSuffix(filepath.Base(archive), ".txtar")
		edit := *everyEdit || i%8 == 0 || strings.HasPrefix(name, "mod_")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := parsePair(archive)
			if err != nil {
				t.Fatal(err)
			}
			p.test(t, edit)
		})
	}
}

func (p *pair) test(t *testing.T, edit bool) {
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
	reports := p.checkVersions(t, dir, env)
	if !testing.Short() && edit {
		p.checkKept(t, dir, env, reports)
	}
	if !testing.Short() && p.beyondSource() {
		p.checkCached(t, dir, env, reports)
	}
	if !testing.Short() && p.noProgram == "" {
		p.checkOutputs(t, dir, env)
	}
}

// checkOutputs holds the claims against what the programs print.
func (p *pair) checkOutputs(t *testing.T, dir [2]string, env [2][]string) {
	var out [2]string
	for _, s := range []side{before, after} {
		out[s] = p.output(t, s, dir[s], env[s])
	}
	wantDiffer := p.changes() && p.outputSame == "" || p.outputDiffers != ""
	switch differ := out[before] != out[after]; {
	case differ && !wantDiffer:
		t.Errorf("bad pair: the output of the program differs\nbefore: %q\nafter:  %q", out[before], out[after])
	case !differ && wantDiffer:
		t.Errorf("bad pair: the output of the program is the same: %q", out[before])
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
