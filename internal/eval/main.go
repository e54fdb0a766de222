package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

const usage = `usage: eval mutation|executed|rta|history|causes|linker|faults|bench|generate [flags]

eval INSTRUMENT -h lists the flags; the package comment tells what is measured.
`

// dispatch runs an instrument and returns the exit status: 0 if nothing is
// wrong, 1 for a failure, 2 for bad usage, 3 if stale versions were found.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	instruments := map[string]func(context.Context, *flag.FlagSet, []string, io.Writer) error{
		"mutation": mutationMain, "executed": executedMain, "rta": rtaMain, "history": historyMain, "causes": causesMain, "linker": linkerMain, "faults": faultsMain, "bench": benchMain, "generate": generateMain,
	}
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return 2
	}
	if args[0] == limitCommand {
		fmt.Fprintf(stderr, "eval: %v\n", limit(args[1:]))
		return 1
	}
	instrument, ok := instruments[args[0]]
	if !ok {
		fmt.Fprint(stderr, usage)
		return 2
	}
	fs := flag.NewFlagSet("eval "+args[0], flag.ContinueOnError)
	fs.SetOutput(stderr)
	switch err := instrument(ctx, fs, args[1:], stdout); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errStale):
		fmt.Fprintf(stderr, "eval: %v\n", err)
		return 3
	case err != nil:
		fmt.Fprintf(stderr, "eval: %v\n", err)
		return 1
	}
	return 0
}

var (
	errUsage = errors.New("bad usage")
	errStale = errors.New("stale versions found")
)

// parse reads flags; what is left over is bad usage.
func parse(fs *flag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(fs.Output(), "%s: unexpected argument %s\n", fs.Name(), fs.Arg(0))
		return errUsage
	}
	return nil
}

// percent formats a share.
func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*float64(part)/float64(whole))
}

// indent puts a prefix before each line of a text.
func indent(prefix, text string) string {
	return prefix + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+prefix)
}
