package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

const manLong = `
Writes manual pages into a folder: autover.1, and one for each command, such as
autover-hash.1. They say what 'autover help' says.
`

func newManCmd() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "write manual pages",
		Long:    manLong,
		Example: "\n    autover man ~/.local/share/man/man1\n    man autover-hash\n",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return badUsage(c, "man takes one folder to write into")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			base, err := folder(c)
			if err != nil {
				return err
			}
			dir := inFolder(base, args[0])
			if err := os.MkdirAll(dir, 0o777); err != nil {
				return fmt.Errorf("write manual pages: %w", err)
			}
			pages := []*cobra.Command{c.Root()}
			for _, sub := range c.Root().Commands() {
				if sub.IsAvailableCommand() {
					pages = append(pages, sub)
				}
			}
			for _, page := range pages {
				if err := os.WriteFile(filepath.Join(dir, manName(page)+".1"), []byte(manPage(page)), 0o666); err != nil {
					return fmt.Errorf("write manual pages: %w", err)
				}
			}
			return nil
		},
	}
}

// manName is the name of a command's page.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is the help of a command in the language of man.
func manPage(c *cobra.Command) string {
	var b strings.Builder
	section := func(name, text string) {
		fmt.Fprintf(&b, ".SH %s\n%s", name, text)
	}
	name, short, use, long := manName(c), c.Short, c.Use, c.Long
	if !c.HasParent() {
		short, use, long = "versions of Go functions", "autover COMMAND [flags] [TARGET...]", helpOf(c)
	} else {
		use = "autover " + use
	}
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"autover %s\"\n", roff(strings.ToUpper(name)), roff(toolVersion()))
	section("NAME", roff(name)+` \- `+roff(short)+"\n")
	section("SYNOPSIS", ".B "+roff(use)+"\n")
	section("DESCRIPTION", roffText(long))
	if flags := flagHelp(c); flags != "" && c.HasParent() {
		section("OPTIONS", roffBlock(flags))
	}
	if c.Example != "" {
		section("EXAMPLES", roffText(c.Example))
	}
	if c.HasParent() {
		section("SEE ALSO", ".BR autover (1)\n")
	}
	return b.String()
}

// roffText formats text whose paragraphs are filled, but for indented lines.
func roffText(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		var block strings.Builder
		for line := range strings.Lines(part + "\n") {
			if strings.HasPrefix(line, " ") {
				block.WriteString(line)
				continue
			}
			b.WriteString(roffBlock(block.String()) + roff(line))
			block.Reset()
		}
		b.WriteString(roffBlock(block.String()))
	}
	return b.String()
}

// roffBlock keeps lines as they are.
func roffBlock(text string) string {
	if text == "" {
		return ""
	}
	return ".nf\n" + roff(text) + ".fi\n"
}

// roff escapes what has a meaning in pages.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return strings.ReplaceAll(text, "\n.", "\n"+`\&.`)
}
