package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/autover/autover/internal/near"
	"github.com/spf13/cobra"
)

// errNoCommand ends a command line that names no command, after the examples
// have been shown.
var errNoCommand = errors.New("no command")

const examples = `autover prints a version for a Go function, which changes when the code behind
the function may behave differently, and only then.

    autover hash ./pricing.Quote    the version of one function
    autover hash -json ./...        every exported function of the module
    autover list ./pricing          what there is to hash in a package

Run 'autover help' for more.
`

const overview = `autover prints a version for a Go function: a short string that changes when the
code behind the function may behave differently, and only then. Use it as a
cache key, a cache_version of a workflow step, a build identifier.

usage: autover COMMAND [flags] [TARGET...]

Commands:
%s
'autover help COMMAND' shows the flags of a command and examples.
Flags take one dash or two, and -C DIR, which makes any command work in another
folder, may stand anywhere.

Exit status: 0 done, 1 failure, 2 usage, 3 versions differ.
`

// newRootCmd builds the whole command tree.
func newRootCmd(t *tool) *cobra.Command {
	root := &cobra.Command{
		Use:               "autover",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprint(t.stderr, examples)
			return errNoCommand
		},
	}
	root.PersistentFlags().String("C", "", "work in the folder `DIR`")
	root.PersistentFlags().Bool("help", false, "show this help")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(showHelp)
	root.AddCommand(newHashCmd(t), newListCmd(t), newExplainCmd(t), newDiffCmd(t), newLockCmd(t), newCheckCmd(t), newGenerateCmd(t), newResolveCmd(t), newCacheCmd(t), newCompletionCmd(), newManCmd(), newVersionCmd())
	root.SetHelpCommand(newHelpCmd())
	completeFlags(t, root)
	return root
}

// unknownCommand is the error for a command that doesn't exist, with the
// commands that look like it.
func unknownCommand(c *cobra.Command, name string) error {
	root := c.Root()
	var names []string
	for _, sub := range root.Commands() {
		names = append(names, sub.Name())
	}
	if similar := near.Best(name, names); similar != "" {
		return badUsage(root, "unknown command %q; did you mean %s?", name, similar)
	}
	if strings.Contains(name, ".") {
		return badUsage(root, "unknown command %q; did you mean autover hash %s?", name, name)
	}
	return badUsage(root, "unknown command %q", name)
}
