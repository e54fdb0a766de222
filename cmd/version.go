package cmd

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const versionLong = `
Prints the version of the tool, the scheme of the versions that it computes, and
the Go release that it was built with. Versions are comparable between tools of
one scheme.
`

func newVersionCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the versions of the tool, the scheme and Go",
		Long:  versionLong,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badUsage(c, "version takes no arguments; for the version of a function: autover hash %s", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			printVersion(c.OutOrStdout(), toolVersion())
			return nil
		},
	}
}

func printVersion(w io.Writer, tool string) {
	fmt.Fprintf(w, "autover %s\nscheme %s\n%s\n", tool, analyzer.Scheme, runtime.Version())
}

// toolVersion is the module version stamped into the program: a release, a
// pseudo-version of the checkout it was built in, or (devel).
func toolVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
