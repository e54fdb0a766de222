package cmd

import (
	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/explanation"
	"github.com/spf13/cobra"
)

const explainLong = `
Shows what is in the version of one function, and why: how many functions, types
and variables, where most of them come from, and a tree of what the function
depends on, in which every edge says how and where. Modules follow with the way
to them, then policies, toolchain, salt, and what could not be analysed exactly.

Everything hangs in the tree where the way to it is shortest, and is shown once.
Below "external code" stands what other modules may call back, or may see, of
the values that a call hands to them.

Formats:

    text     the default, 3 levels deep
    json     one object with all nodes, edges, modules and settings
    dot      a graph for Graphviz
    mermaid  a graph for Markdown, 3 levels deep
    html     a page to search and fold, in one file

-depth shows more levels, or with 0 all of them.
`

const explainExample = `
    autover explain ./pricing.Quote
    autover explain -depth 0 ./pricing.Quote | less
    autover explain -format html ./pricing.Quote > quote.html
    autover explain -format dot ./pricing.Quote | dot -Tsvg > quote.svg
`

// shallow is the depth of what is read as it is printed.
const shallow = 3

func newExplainCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var out output
	var depth int
	c := &cobra.Command{
		Use:     "explain [flags] TARGET",
		Short:   "show what is in a version, and why",
		Long:    explainLong,
		Example: explainExample,
		Args:    cobra.ArbitraryArgs,
	}
	addLoadFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	out.addFormats(c, "text", "json", "dot", "mermaid", "html")
	c.Flags().IntVar(&depth, "depth", shallow, "show `N` levels; 0 shows all")
	completeTargets(t, c, &cfg)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := out.check(c); err != nil {
			return err
		}
		if len(args) != 1 {
			return badUsage(c, "explain takes one target")
		}
		if depth < 0 {
			return badUsage(c, "bad depth %d: give a number of levels, or 0 for all", depth)
		}
		if err := t.configure(c, &cfg); err != nil {
			return err
		}
		cfg.Targets, cfg.Explain = args, true
		report, err := await(c.Context(), func() (*analyzer.Report, error) { return t.run(c.Context(), cfg) })
		if err != nil {
			return err
		}
		if len(report.Targets) != 1 || !report.Single {
			return badUsage(c, "%s is no single function: name one, such as %s", args[0], report.Targets[0].Name)
		}
		t.warn(report, false)
		if !c.Flags().Changed("depth") && out.format != "text" && out.format != "mermaid" {
			depth = 0
		}
		return out.explain(c, explanation.New(report, &report.Targets[0]), depth)
	}
	return c
}

// explain prints an explanation in the format that was asked for.
func (o *output) explain(c *cobra.Command, x *explanation.Explanation, depth int) error {
	w := c.OutOrStdout()
	switch o.format {
	case "json":
		return x.JSON(w, depth)
	case "html":
		return x.HTML(w, depth)
	case "dot":
		x.Dot(w, depth)
	case "mermaid":
		x.Mermaid(w, depth)
	default:
		x.Text(w, depth)
	}
	return nil
}
