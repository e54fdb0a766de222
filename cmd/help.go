package cmd

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "show the flags of a command and examples",
		Long:  "Shows what a command does, its flags and examples; -help after a command does the\nsame.\n",
		Args:  cobra.ArbitraryArgs,
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) (names []string, _ cobra.ShellCompDirective) {
			for _, sub := range c.Root().Commands() {
				if len(args) == 0 && sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), word) {
					names = append(names, sub.Name()+"\t"+sub.Short)
				}
			}
			return names, noFiles
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Root().Help()
			}
			if len(args) > 1 {
				return badUsage(c, "help takes one command")
			}
			for _, subject := range c.Root().Commands() {
				if subject.Name() == args[0] {
					return subject.Help()
				}
			}
			return unknownCommand(c, args[0])
		},
	}
}

// showHelp prints the help of a command, the root's own one from a list of the
// others.
func showHelp(c *cobra.Command, _ []string) {
	fmt.Fprint(c.OutOrStdout(), helpOf(c))
}

func helpOf(c *cobra.Command) string {
	var b strings.Builder
	if !c.HasParent() {
		for _, sub := range c.Commands() {
			fmt.Fprintf(&b, "  %-10s %s\n", sub.Name(), sub.Short)
		}
		return fmt.Sprintf(overview, b.String())
	}
	fmt.Fprintf(&b, "usage: autover %s\n\n%s", c.Use, strings.TrimLeft(c.Long, "\n"))
	if flags := flagHelp(c); flags != "" {
		fmt.Fprintf(&b, "\nFlags:\n%s", flags)
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s", strings.TrimLeft(c.Example, "\n"))
	}
	return b.String()
}

var (
	flagLine = regexp.MustCompile(`(?m)^ +--([^ ]+)`)
	helpLine = regexp.MustCompile(`(?m)^ +-help .*\n`)
)

// flagHelp lists the flags of a command with the single dash of Go's tools.
func flagHelp(c *cobra.Command) string {
	if !c.HasLocalFlags() {
		return ""
	}
	c.InheritedFlags() // adds them to the command's own
	usages := c.Flags().FlagUsages()
	return helpLine.ReplaceAllString(flagLine.ReplaceAllString(usages, "  -$1"), "")
}

// flagNames are the flags that a command takes.
func flagNames(c *cobra.Command) []string {
	var names []string
	for _, m := range flagLine.FindAllStringSubmatch(c.Flags().FlagUsages(), -1) {
		names = append(names, m[1])
	}
	return names
}
