package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// errWrong says that a run with a cache gave another answer than one without.
var errWrong = errors.New("wrong answers found")

// faults puts a cache through everything that can happen to one and compares the
// answers with those of runs without.
type faults struct {
	binary, dir string
	cache       string
	random      *rand.Rand
	out         io.Writer

	file  string   // edited to make states
	texts []string // its contents
	truth []string // answers without a cache, by state

	runs, hits, wrong int
}

// states is how many states of the module take turns.
const states = 3

func faultsMain(ctx context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	dir := flags.String("C", ".", "`FOLDER` of the module; it is only read")
	binary := flags.String("autover", "autover", "`BINARY` to be tested")
	kills := flags.Int("kills", 200, "kill `N` runs at random moments")
	damages := flags.Int("damages", 200, "damage `N` files of the cache")
	rounds := flags.Int("rounds", 10, "let runs work at once, `N` times")
	parallel := flags.Int("parallel", 8, "`N` runs at once")
	full := flags.String("full", "", "a small file system, mounted at `FOLDER`, on which the cache finds no room")
	seed := flags.Uint64("seed", 1, "`SEED` of the choices")
	if err := parse(flags, args); err != nil {
		return err
	}
	name, err := resolveBinary(*binary)
	if err != nil {
		return err
	}
	if *full != "" {
		if *full, err = resolveFolder(*full); err != nil {
			return fmt.Errorf("find the full disk: %w: mount a small file system and name it with -full", err)
		}
	}
	return withCopy(*dir, func(copied string) error {
		return withTemp(func(temp string) error {
			f := &faults{binary: name, dir: copied, cache: filepath.Join(temp, "cache"), random: rand.New(rand.NewPCG(*seed, 0)), out: stdout}
			if err := f.prepare(ctx); err != nil {
				return err
			}
			for _, phase := range []func() error{
				func() error { return f.kill(ctx, *kills) },
				func() error { return f.damage(ctx, *damages) },
				func() error { return f.together(ctx, *rounds, *parallel) },
				func() error { return f.unwritable(ctx, *full) },
			} {
				if err := phase(); err != nil {
					return err
				}
			}
			fmt.Fprintf(stdout, "%d runs with a cache, %d of them answered from it, %d wrong\n", f.runs, f.hits, f.wrong)
			if f.wrong > 0 {
				return errWrong
			}
			return nil
		})
	})
}

// resolveFolder gives the absolute name of a folder, which has to exist.
func resolveFolder(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	_, err = os.ReadDir(path)
	return path, err
}

// prepare finds a file to edit, and the answers of all states.
func (f *faults) prepare(ctx context.Context) error {
	m, err := listModule(ctx, f.dir)
	if err != nil {
		return err
	}
	for _, path := range m.private {
		if p := m.packages[path]; f.file == "" && len(p.GoFiles) > 0 {
			f.file = filepath.Join(p.Dir, p.GoFiles[0])
		}
	}
	text, err := os.ReadFile(f.file)
	if err != nil {
		return err
	}
	for i := range states {
		f.texts = append(f.texts, fmt.Sprintf("%s\n\nfunc AutoverProbe() int { return %d }\n", text, i))
		if err := f.turn(i); err != nil {
			return err
		}
		answer, err := f.command(ctx, "off").Output()
		if err != nil {
			return fmt.Errorf("run without a cache: %w", err)
		}
		f.truth = append(f.truth, string(answer))
	}
	if f.truth[0] == f.truth[1] {
		return errors.New("the states of the module have the same answer")
	}
	return nil
}

// turn makes the module have a state.
func (f *faults) turn(state int) error { return os.WriteFile(f.file, []byte(f.texts[state]), 0o666) }

func (f *faults) command(ctx context.Context, cache string) *exec.Cmd {
	c := exec.CommandContext(ctx, f.binary, "hash", "-debug.cache", "./...")
	c.Dir = f.dir
	c.Env = append(c.Environ(), "AUTOVER_CACHE="+cache)
	return c
}

// check runs to the end and compares the answer with the truth.
func (f *faults) check(ctx context.Context, state int, cache, after string) error {
	c := f.command(ctx, cache)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	return f.judge(ctx, state, err, stdout.String(), stderr.String(), after)
}

func (f *faults) judge(ctx context.Context, state int, err error, stdout, stderr, after string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.runs++
	if strings.Contains(stderr, "cache: answered") {
		f.hits++
	}
	if err != nil || stdout != f.truth[state] {
		f.wrong++
		fmt.Fprintf(f.out, "WRONG after %s, in state %d: %v\n%s", after, state, err, indent("    ", tail(stderr)+"\n"+tail(stdout))+"\n")
	}
	return nil
}

// kill kills runs at random moments, n of them before their end. Every other one
// finds an empty cache; the others may have nothing to analyse, and end soon.
func (f *faults) kill(ctx context.Context, n int) error {
	start := time.Now()
	if err := f.check(ctx, states-1, f.cache, "nothing"); err != nil {
		return err
	}
	whole := time.Since(start)
	start = time.Now()
	if err := f.check(ctx, states-1, f.cache, "nothing"); err != nil {
		return err
	}
	answered := time.Since(start)
	died, tried := 0, 0
	for i := 0; died < n && tried < 5*n; i++ {
		tried++
		spans := []time.Duration{whole, answered}
		state := f.random.IntN(states)
		if i%2 == 0 {
			if err := os.RemoveAll(f.cache); err != nil {
				return err
			}
		}
		if err := f.turn(state); err != nil {
			return err
		}
		c := f.command(ctx, f.cache)
		if err := c.Start(); err != nil {
			return err
		}
		moment := time.Duration(f.random.Int64N(int64(spans[i%2])))
		timer := time.AfterFunc(moment, func() { _ = c.Process.Kill() }) // it may have ended
		if err := c.Wait(); err != nil {
			died++
		}
		timer.Stop()
		if err := f.check(ctx, state, f.cache, fmt.Sprintf("a kill after %v", moment)); err != nil {
			return err
		}
	}
	fmt.Fprintf(f.out, "kills: %d, of %d runs\n", died, tried)
	return nil
}

// damage changes files of a filled cache.
func (f *faults) damage(ctx context.Context, n int) error {
	for i := range n {
		state := f.random.IntN(states)
		if err := f.turn(state); err != nil {
			return err
		}
		if err := f.check(ctx, state, f.cache, "earlier damages"); err != nil {
			return err
		}
		what, err := f.damageOne()
		if err != nil {
			return err
		}
		if err := f.check(ctx, state, f.cache, what); err != nil {
			return err
		}
		if i == n-1 {
			fmt.Fprintf(f.out, "damages: %d\n", n)
		}
	}
	return nil
}

// damageOne changes a file at random and says how.
func (f *faults) damageOne() (string, error) {
	var files []string
	err := filepath.WalkDir(f.cache, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	name := files[f.random.IntN(len(files))]
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	what := ""
	switch kind := f.random.IntN(5); {
	case kind == 0 && len(data) > 0:
		what = "a flipped bit"
		data[f.random.IntN(len(data))] ^= 1 << f.random.IntN(8)
	case kind == 1 && len(data) > 0:
		what, data = "truncating", data[:f.random.IntN(len(data))]
	case kind == 2:
		what, data = "adding to", append(data, "more"...)
	case kind == 3:
		other := files[f.random.IntN(len(files))]
		what = "copying " + filepath.Base(other) + " over"
		if data, err = os.ReadFile(other); err != nil {
			return "", err
		}
	default:
		return "removing " + filepath.Base(name), os.Remove(name)
	}
	return what + " " + filepath.Base(name), os.WriteFile(name, data, 0o666)
}

// together lets several runs find an empty cache at once.
func (f *faults) together(ctx context.Context, rounds, parallel int) error {
	type result struct {
		err            error
		stdout, stderr string
	}
	for range rounds {
		if err := os.RemoveAll(f.cache); err != nil {
			return err
		}
		state := f.random.IntN(states)
		if err := f.turn(state); err != nil {
			return err
		}
		results := make(chan result)
		for range parallel {
			go func() {
				c := f.command(ctx, f.cache)
				var stdout, stderr bytes.Buffer
				c.Stdout, c.Stderr = &stdout, &stderr
				err := c.Run()
				results <- result{err, stdout.String(), stderr.String()}
			}()
		}
		for range parallel {
			r := <-results
			if err := f.judge(ctx, state, r.err, r.stdout, r.stderr, "starting together"); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(f.out, "together: %d times %d runs\n", rounds, parallel)
	return nil
}

// unwritable runs where the cache can't be written, or only in part.
func (f *faults) unwritable(ctx context.Context, full string) error {
	places := map[string]string{"a file in its place": f.file}
	if full != "" {
		places["a full disk"] = filepath.Join(full, "cache")
	}
	readOnly := f.cache + "-read-only"
	if err := os.Mkdir(readOnly, 0o555); err != nil {
		return err
	}
	places["a read-only folder"] = readOnly
	for what, dir := range places {
		for state := range states {
			if err := f.turn(state); err != nil {
				return err
			}
			for range 2 {
				if err := f.check(ctx, state, dir, what); err != nil {
					return err
				}
			}
		}
	}
	fmt.Fprintf(f.out, "unwritable: %d kinds of folders\n", len(places))
	return nil
}
