package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

// debugFlags are for those who work on autover, and in no help.
type debugFlags struct {
	cache bool
	hash  string
}

func (d *debugFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&d.cache, "debug.cache", false, "say on standard error what the cache does")
	c.Flags().StringVar(&d.hash, "debug.hash", "", "print on standard error what enters the digests of `FUNC`")
	for _, name := range []string{"debug.cache", "debug.hash"} {
		_ = c.Flags().MarkHidden(name) // it is there
	}
}

// apply makes the analysis talk to w. A function whose hash is traced is the target
// if there is no other.
func (d *debugFlags) apply(cfg *analyzer.Config, w io.Writer) {
	if d.cache {
		cfg.Trace = func(message string) { fmt.Fprintf(w, "autover: %s\n", message) }
	}
	if d.hash == "" {
		return
	}
	if len(cfg.Targets) == 0 {
		cfg.Targets = []string{d.hash}
	}
	cfg.TraceHash = d.hash
	cfg.HashTrace = func(t analyzer.HashToken) { fmt.Fprintf(w, "%s%v\n", strings.Repeat("  ", t.Depth), t) }
}
