package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/autover/autover/internal/genmodule"
)

// generateMain writes a module, to see how time and memory grow with size.
func generateMain(_ context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	var s genmodule.Shape
	flags.IntVar(&s.Packages, "packages", 100, "`N` packages")
	flags.IntVar(&s.Functions, "functions", 40, "`N` functions in each")
	flags.IntVar(&s.Interfaces, "interfaces", 4, "`N` interfaces in each, with two implementations")
	flags.IntVar(&s.Depth, "depth", 8, "`N` layers of packages, each of which imports some of the one below")
	flags.IntVar(&s.Groups, "groups", 1, "`N` groups of packages that have nothing to do with each other")
	out := flags.String("o", "", "write the module to this new `FOLDER`")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *out == "" || s.Packages < 1 || s.Groups < 1 || s.Functions < 1 || s.Interfaces < 0 || s.Depth < 1 {
		fmt.Fprintf(flags.Output(), "%s: name a folder with -o, and sizes above 0\n", flags.Name())
		return errUsage
	}
	lines, err := s.Write(*out)
	if err == nil {
		fmt.Fprintf(stdout, "%d packages, %d lines\n", s.Packages, lines)
	}
	return err
}
