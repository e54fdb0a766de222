package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const generateLong = `
Writes autover_versions.go into each of the packages, "." if none is named, with
a constant for each task in it:

    //go:generate go run github.com/autover/autover generate

    //autover:task
    func Quote(...) ... { ... key(QuoteVersion, ...) ... }

The name is that of the task, which is that of the function if it gives itself
none, in one word and with "Version" at the end: the task train-model has
TrainModelVersion. Names that collide are an error.

The code may use constants that don't exist yet. What the constants say enters
no version, so generating again changes nothing; files that would not change are
not written, and the file of a package that has no tasks any more is removed. If
anything is wrong anywhere, nothing is written at all.

Versions hold for one platform: set platform in .autover.yaml if several are
used. With -check nothing is written; what would be is named.

Exit status: 0 done, and with -check 3 if a file would change.
`

const generateExample = `
    autover generate ./...
    autover generate -check ./...
`

func newGenerateCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var check bool
	c := &cobra.Command{
		Use:     "generate [flags] [PACKAGE...]",
		Short:   "write the versions of tasks as Go constants",
		Long:    generateLong,
		Example: generateExample,
		Args:    cobra.ArbitraryArgs,
	}
	addBuildFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	c.Flags().BoolVar(&check, "check", false, "write nothing, and exit with 3 if anything would change")
	completePackages(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := t.configure(c, &cfg); err != nil {
			return err
		}
		cfg.Targets, cfg.Constants = args, true
		report, err := await(c.Context(), func() (*analyzer.Report, error) { return t.run(c.Context(), cfg) })
		if err != nil {
			return err
		}
		if len(report.Constants) == 0 {
			return fmt.Errorf("generate for %s: no function there is marked //autover:task: mark one in its doc comment", cmp.Or(strings.Join(args, " "), "."))
		}
		t.warn(report, true)
		stale, err := staleConstants(report)
		if err != nil {
			return err
		}
		if check {
			return reportStale(c.OutOrStdout(), stale)
		}
		return writeConstants(stale)
	}
	return c
}

// staleFile is a file of constants that is not what it should be. One without
// data should not exist.
type staleFile struct {
	analyzer.ConstantFile
	data []byte
	new  bool
}

// staleConstants finds the files that have to be written or removed. A file that
// git has given the line ends of another system is as good as the same.
func staleConstants(r *analyzer.Report) ([]staleFile, error) {
	var stale []staleFile
	for _, f := range r.Constants {
		want := constantsSource(f)
		have, err := os.ReadFile(f.Path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s: read file: %w", f.Position, err)
		}
		if err == nil && want != nil && bytes.Equal(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), want) {
			continue
		}
		stale = append(stale, staleFile{f, want, err != nil})
	}
	return stale, nil
}

// constantsSource returns a file of constants as gofmt has it; nil if there are
// none.
func constantsSource(f analyzer.ConstantFile) []byte {
	if len(f.Constants) == 0 {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\npackage %s\n", analyzer.GeneratedHeader, f.Package)
	for _, c := range f.Constants {
		fmt.Fprintf(&b, "\n// %s is the version of %s.\nconst %s = %s\n", c.Name, c.Target, c.Name, strconv.Quote(c.Version))
	}
	return b.Bytes()
}

func reportStale(w io.Writer, stale []staleFile) error {
	for _, f := range stale {
		fmt.Fprintln(w, f.message())
	}
	if len(stale) > 0 {
		return errDiffer
	}
	return nil
}

// message says what is wrong with the file.
func (f *staleFile) message() string {
	state := "is out of date"
	switch {
	case f.data == nil:
		state = "belongs to no task any more"
	case f.new:
		state = "does not exist yet"
	}
	return fmt.Sprintf("%s: %s: run 'autover generate'", f.Position, state)
}

// writeConstants brings files up to date: all of them are written under other names
// before the first takes its place, so that what can fail has failed by then.
func writeConstants(stale []staleFile) (err error) {
	temps := make([]string, len(stale))
	defer func() {
		for _, name := range temps {
			if name != "" {
				err = errors.Join(err, os.Remove(name))
			}
		}
	}()
	for i, f := range stale {
		if f.data == nil {
			continue
		}
		if temps[i], err = writeBeside(f.Path, f.data); err != nil {
			return fmt.Errorf("%s: write file: %w", f.Position, err)
		}
	}
	for i, f := range stale {
		if f.data == nil {
			err = os.Remove(f.Path)
		} else if err = os.Rename(temps[i], f.Path); err == nil {
			temps[i] = ""
		}
		if err != nil {
			return fmt.Errorf("%s: write file: %w", f.Position, err)
		}
	}
	return nil
}

// writeBeside writes a file that is to take the place of another one, and returns
// its name, which the go command takes no notice of.
func writeBeside(path string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	return f.Name(), err
}
