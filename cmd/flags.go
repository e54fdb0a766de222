package cmd

import (
	"errors"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/near"
	"github.com/spf13/cobra"
)

// addLoadFlags declares the flags that choose what is loaded and what patterns
// select.
func addLoadFlags(c *cobra.Command, cfg *analyzer.Config) {
	addBuildFlags(c, cfg)
	c.Flags().BoolVar(&cfg.All, "all", false, "patterns select unexported functions as well")
	c.Flags().BoolVar(&cfg.Tests, "test", false, "test files count, and patterns select test functions")
}

// addBuildFlags declares the flags that choose what is loaded.
func addBuildFlags(c *cobra.Command, cfg *analyzer.Config) {
	flags := c.Flags()
	flags.StringVar(&cfg.Tags, "tags", "", "build with the tags `LIST`, separated by commas")
	flags.StringVar(&cfg.Mod, "mod", "", "find modules in this `MODE`: readonly, vendor, mod")
	flags.StringVar(&cfg.ModFile, "modfile", "", "read `FILE` instead of go.mod")
	flags.StringVar(&cfg.Private, "private", "", "analyse modules that match `PATTERNS` by their source")
	flags.StringVar(&cfg.Platform, "platform", "", "analyse for `OS/ARCH`, such as linux/amd64, or OS/ARCH/cgo")
}

// configure completes what the flags say: by the environment, the cache, and the
// folder of -C.
func (t *tool) configure(c *cobra.Command, cfg *analyzer.Config) (err error) {
	cfg.Env = t.env
	if err := settle(c, cfg, t.env); err != nil {
		return err
	}
	cfg.Dir, err = folder(c)
	return err
}

// folder is the value of -C.
func folder(c *cobra.Command) (string, error) {
	dir, err := c.Flags().GetString("C")
	if err != nil {
		return "", err
	}
	return dir, checkDir(c, dir)
}

// takesValue says of every flag name, whichever command declares it, whether the
// following argument is its value.
func takesValue(root *cobra.Command) func(string) bool {
	return func(name string) bool {
		for _, c := range append(root.Commands(), root) {
			f := c.Flags().Lookup(name)
			if f == nil {
				f = c.PersistentFlags().Lookup(name)
			}
			if f != nil && f.NoOptDefVal == "" {
				return true
			}
		}
		return false
	}
}

// doubleDashes adds a dash to the flags that have one, so that -json and --json
// are the same flag, as everywhere in Go's own tools; cobra alone would read
// -json as four flags of one letter. Values of flags and what follows -- are
// left alone.
func doubleDashes(args []string, takesValue func(string) bool) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(out, args[i:]...)
		}
		if len(arg) < 2 || arg[0] != '-' {
			out = append(out, arg)
			continue
		}
		if arg[1] != '-' {
			arg = "-" + arg
		}
		if arg == "--h" {
			arg = "--help"
		}
		out = append(out, arg)
		if name := arg[2:]; takesValue(name) && i+1 < len(args) {
			i++
			out = append(out, args[i])
		}
	}
	return out
}

// flagError words an error of the flag parser with one dash, and says which flag
// was probably meant.
func flagError(c *cobra.Command, err error) error {
	var unknown interface{ GetSpecifiedName() string }
	if !errors.As(err, &unknown) || !strings.HasPrefix(err.Error(), "unknown") {
		message, _, _ := strings.Cut(err.Error(), ": strconv.")
		return badUsage(c, "%s", strings.ReplaceAll(message, "--", "-"))
	}
	name := unknown.GetSpecifiedName()
	if !c.HasParent() {
		commands := c.Commands()
		if hash, _, err := c.Find([]string{"hash"}); err == nil { // the one that is meant most often
			commands = append([]*cobra.Command{hash}, commands...)
		}
		for _, sub := range commands {
			if sub.Flags().Lookup(name) != nil {
				return badUsage(sub, "flag -%s goes after the command: autover %s -%s", name, sub.Name(), name)
			}
		}
	}
	if flag := near.Best(name, flagNames(c)); flag != "" {
		return badUsage(c, "unknown flag -%s; did you mean -%s?", name, flag)
	}
	return badUsage(c, "unknown flag -%s", name)
}
