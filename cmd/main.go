// Package cmd is the command line of autover: one file a command, rendering and
// exit statuses. It decides nothing about versions.
//
// A command parses its flags into an analyzer.Config, calls one function of
// package analyzer and renders the report into memory. Only when all of that has
// succeeded does anything reach standard output, so that a script which reads it
// never sees half an answer. Everything else goes to standard error, each
// message prefixed by the name of the tool.
package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

// Exit statuses, part of the contract with scripts.
const (
	statusDone    = 0
	statusFailure = 1
	statusUsage   = 2
	statusDiffer  = 3
)

// errDiffer ends a command that has found differences, and printed them.
var errDiffer = errors.New("versions differ")

// Main runs the command line args, without the name of the program, in the
// environment env, and returns the exit status. It returns early, without
// waiting for the analysis, when ctx is cancelled.
func Main(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	t := &tool{env: env, stdout: stdout, stderr: stderr, run: analyzer.Run, list: analyzer.List}
	return t.main(ctx, args)
}

// tool is what commands share; tests replace its functions.
type tool struct {
	env            []string
	stdout, stderr io.Writer
	run            func(context.Context, analyzer.Config) (*analyzer.Report, error)
	list           func(context.Context, analyzer.Config) ([]analyzer.Entry, error)
}

func (t *tool) main(ctx context.Context, args []string) int {
	var out bytes.Buffer
	root := newRootCmd(t)
	root.SetOut(&out)
	root.SetErr(t.stderr)
	root.SetArgs(doubleDashes(args, takesValue(root)))
	err := root.ExecuteContext(ctx)
	if isCompletion(args) {
		if err := tidyCompletions(t.stdout, out.Bytes(), args[len(args)-1]); err != nil {
			return statusFailure
		}
		return statusDone
	}
	if err == nil || errors.Is(err, errDiffer) {
		if _, failed := t.stdout.Write(out.Bytes()); failed != nil {
			err = failed
		}
	}
	return t.status(ctx, err)
}

// status reports an error and turns it into an exit status.
func (t *tool) status(ctx context.Context, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &usage):
		fmt.Fprintf(t.stderr, "autover: %v\n", err)
		if usage.help != "" {
			fmt.Fprintf(t.stderr, "Run '%s' for usage.\n", usage.help)
		}
		return statusUsage
	case errors.Is(err, errDiffer):
		return statusDiffer
	case errors.Is(err, errNoCommand):
		return statusUsage
	case ctx.Err() != nil:
		fmt.Fprintln(t.stderr, "autover: interrupted")
		return statusFailure
	}
	fmt.Fprintf(t.stderr, "autover: %s\n", strings.TrimRight(err.Error(), "\n"))
	return statusFailure
}

// usageError is a mistake on the command line; help is the command that
// explains how to do it right.
type usageError struct {
	message, help string
}

func (e *usageError) Error() string { return e.message }

// badUsage makes a usage error that points to the help of a command.
func badUsage(c *cobra.Command, format string, args ...any) error {
	help := "autover help"
	if c.HasParent() {
		help += " " + c.Name()
	}
	return &usageError{message: fmt.Sprintf(format, args...), help: help}
}

// await calls an analysis and stops waiting for it when ctx is cancelled: an
// interrupted tool has to end at once, whatever the analysis is doing.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := f()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// checkDir refuses a -C that is no folder, before the go command can complain
// about it in its own words.
func checkDir(c *cobra.Command, dir string) error {
	if dir == "" {
		return nil
	}
	switch info, err := os.Stat(dir); {
	case errors.Is(err, os.ErrNotExist):
		return badUsage(c, "-C %s: no such folder", dir)
	case err != nil:
		return badUsage(c, "-C %s: %v", dir, err)
	case !info.IsDir():
		return badUsage(c, "-C %s: not a folder", dir)
	}
	return nil
}
