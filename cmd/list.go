package cmd

import (
	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const listLong = `
Prints the functions and methods that patterns select, without analysing them:
lines "TARGET  POSITION", sorted by target. Without a pattern it lists those of
./..., the exported functions of the module. Functions that are marked as tasks
by //autover:task are listed even if they are unexported, and followed by "task"
and the name of the task.

-json prints one object with a list "targets". -f executes a template of
text/template for each target and ends it with a newline; the fields are .target
.position .task
`

const listExample = `
    autover list ./pricing
    autover list -all -test
    autover list -f '{{.target}}' ./...
`

func newListCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var out output
	c := &cobra.Command{
		Use:     "list [flags] [PATTERN...]",
		Short:   "list what can be hashed, with positions",
		Long:    listLong,
		Example: listExample,
		Args:    cobra.ArbitraryArgs,
	}
	addLoadFlags(c, &cfg)
	out.addFlags(c, "text", "json")
	completeTargets(t, c, &cfg)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := out.check(c); err != nil {
			return err
		}
		if err := t.configure(c, &cfg); err != nil {
			return err
		}
		if len(args) == 0 {
			args = []string{"./..."}
		}
		cfg.Targets = args
		entries, err := await(c.Context(), func() ([]analyzer.Entry, error) { return t.list(c.Context(), cfg) })
		if err != nil {
			return err
		}
		return out.list(c.OutOrStdout(), entries)
	}
	return c
}
