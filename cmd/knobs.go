package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/near"
	"github.com/spf13/cobra"
)

// knobs are the flags that .autover.yaml and the environment can set as well,
// each as AUTOVER_ and its name in capitals.
var knobs = []string{"policy", "toolchain", "salt", "image", "image-spec", "files", "platform", "tags", "mod", "modfile", "private", "test"}

// addKnobFlags declares the flags that choose what enters a version.
func addKnobFlags(c *cobra.Command, cfg *analyzer.Config) {
	flags := c.Flags()
	flags.StringVar(&cfg.Policy, "policy", "", "choose policies by `LIST`: names, or +NAME,-NAME")
	flags.StringVar(&cfg.Toolchain, "toolchain", "", "add the toolchain as `KIND`: declared, actual, language")
	flags.StringVar(&cfg.Salt, "salt", "", "mix `STRING` into every version")
	flags.StringVar(&cfg.Image, "image", "", "add the container image `NAME` to every version")
	flags.StringVar(&cfg.ImageSpec, "image-spec", "", "add the parameters in the YAML or JSON `FILE`")
	flags.StringSliceVar(&cfg.Files, "files", nil, "add the contents of files that match the globs `LIST`")
}

// settle lets the environment set the flags that were not given, and notes what
// is empty on purpose.
func settle(c *cobra.Command, cfg *analyzer.Config, env []string) error {
	if err := checkVariables(env); err != nil {
		return err
	}
	var err error
	if cfg.Cache, err = cacheDir(env); err != nil {
		return err
	}
	for _, name := range knobs {
		f := c.Flags().Lookup(name)
		if f == nil {
			continue
		}
		key := variable(name)
		if value := getenv(env, key); value != "" && !f.Changed {
			if err := c.Flags().Set(name, value); err != nil {
				return &usageError{message: fmt.Sprintf("bad value %q of %s", value, key)}
			}
		}
		if empty := f.Value.String(); f.Changed && (empty == "" || empty == "[]" || empty == "false") {
			cfg.Clear = append(cfg.Clear, name)
		}
	}
	return nil
}

// variable is the name under which the environment sets a flag.
func variable(flag string) string {
	return "AUTOVER_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// checkVariables refuses misspelt variables, which would go unnoticed. What looks
// like none of them is left to others.
func checkVariables(env []string) error {
	names := []string{cacheVariable}
	for _, name := range knobs {
		names = append(names, variable(name))
	}
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		if !strings.HasPrefix(name, "AUTOVER_") || value == "" || slices.Contains(names, name) {
			continue
		}
		for _, known := range names {
			if near.Is(strings.TrimPrefix(name, "AUTOVER_"), strings.TrimPrefix(known, "AUTOVER_")) {
				return &usageError{message: fmt.Sprintf("unknown variable %s; did you mean %s?", name, known)}
			}
		}
	}
	return nil
}

// getenv returns the value of a variable; of several, the last one counts.
func getenv(env []string, name string) string {
	value := ""
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}
