package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/goproxytest"
	"github.com/rogpeppe/go-internal/gotooltest"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script and testdata/golden")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"autover": main})
}

// TestScript runs the command line end to end. Every script works in a folder
// of its own, with a module cache of its own that is filled from
// testdata/proxy; nothing reaches the network.
//
// Beside the commands of testscript there are
//
//	fails STATUS ARG...  runs autover, which must end with that exit status,
//	                     print nothing, say what is wrong with the prefix
//	                     "autover: " and leave all files as they were
//	save NAME            keeps the output of the last command
//	mask FILE            writes it to a file with VERSION and DIGEST for hashes
//	same NAME NAME...    compares what was kept
//	differ NAME NAME...  and requires that no two are equal
func TestScript(t *testing.T) {
	proxy := goproxytest.NewTestServer(t, filepath.Join("testdata", "proxy"), "")
	autover, err := exec.LookPath("autover") // where testscript.Main put it
	if err != nil {
		t.Fatal(err)
	}
	builder, err := builderEnv()
	if err != nil {
		t.Fatal(err)
	}
	params := testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOPROXY", proxy.URL)
			env.Setenv("GOSUMDB", "off")
			env.Setenv("GOTOOLCHAIN", "local")
			env.Setenv("GOENV", "off")
			env.Setenv("AUTOVER", autover)
			env.Setenv("AUTOVER_CACHE", filepath.Join(env.WorkDir, ".tmp", "autover"))
			for name, value := range builder {
				env.Setenv(name, value)
			}
			env.Values[saved{}] = make(map[string]string)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails":  cmdFails,
			"mask":   cmdMask,
			"save":   cmdSave,
			"same":   cmdCompare(true),
			"differ": cmdCompare(false),
		},
	}
	if err := gotooltest.Setup(&params); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, params)
}

// builderEnv says where a script that builds autover itself finds its source, and the
// modules and packages that the test was built from.
func builderEnv() (map[string]string, error) {
	source, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		return nil, err
	}
	dirs := strings.Fields(string(out))
	if len(dirs) != 2 {
		return nil, fmt.Errorf("find the caches of the go command: %q", out)
	}
	return map[string]string{"AUTOVER_SOURCE": source, "AUTOVER_MODCACHE": dirs[0], "AUTOVER_GOCACHE": dirs[1]}, nil
}

// saved is the key of the outputs that a script has kept.
type saved struct{}

func cmdFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: fails STATUS ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	before, err := contents(ts.Getenv("WORK"))
	ts.Check(err)
	err = ts.Exec("autover", args[1:]...)
	var exit *exec.ExitError
	switch {
	case err == nil:
		ts.Fatalf("unexpected success")
	case !errors.As(err, &exit):
		ts.Fatalf("%v", err)
	case exit.ExitCode() != want:
		ts.Fatalf("exit status %d, want %d", exit.ExitCode(), want)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("prints %q although it fails", out)
	}
	message := ts.ReadFile("stderr")
	if !strings.HasPrefix(message, "autover") || strings.Contains(message, "goroutine ") {
		ts.Fatalf("no message of autover's")
	}
	after, err := contents(ts.Getenv("WORK"))
	ts.Check(err)
	if !maps.Equal(before, after) {
		ts.Fatalf("files have changed:\nbefore %v\nafter  %v", before, after)
	}
}

// contents maps the files below root, without the module cache and temporary
// files, to digests.
func contents(root string) (map[string]string, error) {
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".gopath" || d.Name() == ".tmp") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			files[path] = d.Type().String()
			return nil
		}
		data, err := os.ReadFile(path)
		files[path] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	return files, err
}

var hashes = regexp.MustCompile(`\ba1[0-9a-f]{32}\b|\b[0-9a-f]{64}\b`)

func cmdMask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mask FILE")
	}
	masked := hashes.ReplaceAllStringFunc(ts.ReadFile("stdout"), func(hash string) string {
		if len(hash) == 64 {
			return "DIGEST"
		}
		return "VERSION"
	})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(masked), 0o666))
}

func cmdSave(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: save NAME")
	}
	text := ts.ReadFile("stdout")
	if text == "" {
		ts.Fatalf("nothing to save")
	}
	ts.Value(saved{}).(map[string]string)[args[0]] = text
}

func cmdCompare(same bool) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 {
			ts.Fatalf("usage: same|differ NAME NAME...")
		}
		all := ts.Value(saved{}).(map[string]string)
		var outputs []string
		for _, name := range args {
			text, ok := all[name]
			if !ok {
				ts.Fatalf("nothing was saved as %s", name)
			}
			outputs = append(outputs, text)
		}
		slices.Sort(outputs)
		distinct := len(slices.Compact(slices.Clone(outputs)))
		if same && distinct > 1 {
			ts.Fatalf("%s differ:\n%s", strings.Join(args, ", "), strings.Join(outputs, ""))
		}
		if !same && distinct < len(args) {
			ts.Fatalf("%s are not all different:\n%s", strings.Join(args, ", "), strings.Join(outputs, ""))
		}
	}
}
