package cmd

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

const completionLong = `
Prints a script that lets a shell complete commands, flags, their values, and
targets: packages by their folders, then the functions in them.

    bash        source <(autover completion bash)
    zsh         autover completion zsh > "${fpath[1]}/_autover"
    fish        autover completion fish | source
    powershell  autover completion powershell | Out-String | Invoke-Expression

The line for zsh is run once; the others go into the file that the shell starts
with.
`

var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletionCmd() *cobra.Command {
	return &cobra.Command{
		Use:       "completion " + strings.Join(shells, "|"),
		Short:     "let a shell complete commands, flags and targets",
		Long:      completionLong,
		ValidArgs: shells,
		Args: func(c *cobra.Command, args []string) error {
			if err := cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)(c, args); err != nil {
				return badUsage(c, "completion takes one of %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			root, out := c.Root(), c.OutOrStdout()
			switch args[0] {
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			// Without descriptions, since the script takes all after a colon away.
			return root.GenBashCompletionV2(out, false)
		},
	}
}

// isCompletion tells whether a command line comes from such a script.
func isCompletion(args []string) bool {
	return len(args) > 1 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// tidyCompletions gives flags one dash if that is how they are being written, since
// shells leave out what doesn't begin like the word.
func tidyCompletions(w io.Writer, out []byte, word string) error {
	one := strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--")
	var b bytes.Buffer
	for line := range strings.Lines(string(out)) {
		if one && strings.HasPrefix(line, "--") {
			line = line[1:]
		}
		b.WriteString(strings.ReplaceAll(line, "`", ""))
	}
	_, err := b.WriteTo(w)
	return err
}
