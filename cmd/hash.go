package cmd

import (
	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const hashLong = `
Prints the versions of functions and methods. One named target gives the bare
version; several of them, or a pattern, give lines "VERSION  TARGET" sorted by
target. Without a target it prints the tasks of ./..., which are the functions
with //autover:task in their doc comment.

A target is named as for go doc, a pattern is one of the go command:

    ./pricing.Quote              a function
    ./pricing.Rate.Of            a method, also written ./pricing.(*Rate).Of
    example.com/shop/tax.Of      by import path
    Quote                        in the package of the current folder
    ./pricing, ./...             every exported function and method of packages

Formats:

    text     the default
    json     one object with everything known about each target
    dotenv   NAME=VERSION; the name is made of the package's path within its
             module and the function: PRICING_QUOTE for ./pricing.Quote
    github   the same with lower-case names, for $GITHUB_OUTPUT, where names
             can't hold dots or slashes: pricing_quote

Two targets that would get one name are an error. -f executes a template of
text/template for each target and ends it with a newline. The fields are those
of the JSON object: .target .version .digest .position .task .pinned .automatic
.pinnedAt .moved .functions .modules (.path .version .sum .replaces) .components
(.name .parts) .caveats (.kind .position .message)

Policies, of which -policy chooses:

    body       the function's own code, always
    private    all private code that it reaches
    external   the modules that it reaches
    toolchain  the Go that go.mod or go.work declares; -toolchain actual: the
               one that runs, -toolchain language: the go line alone
    platform   GOOS, GOARCH and its level (GOAMD64), CGO_ENABLED and tags, which
               otherwise count through what they select; off by default
    image      a container image, if there is one
    files      contents of files, if any are named
    NAME       the output of a command in .autover.yaml

What analysis can't see through (reflection by unknown names, unsafe, plugins,
bodies in C, in assembly or linked to external code) is said on standard error,
and in JSON, as a caveat with its position. With -strict it is an error.

-policy, -toolchain, -salt, -image, -image-spec, -files, -platform, -tags, -mod,
-modfile, -private and -test can also be set in the environment, as in
AUTOVER_IMAGE_SPEC, and in .autover.yaml. Flags go before the environment, and
that before the file.
`

const hashExample = `
    autover hash ./pricing.Quote
    autover hash -json ./... > versions.json
    autover hash -format dotenv > tasks.env
    autover hash -policy +platform -platform linux/amd64 -image-spec image.yaml
    autover hash -format github ./pricing.Quote >> "$GITHUB_OUTPUT"
    autover hash -f '{{.position}}: {{.version}}' -all ./pricing
`

func newHashCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var out output
	var strict bool
	var debug debugFlags
	c := &cobra.Command{
		Use:     "hash [flags] [TARGET...]",
		Short:   "print the versions of functions",
		Long:    hashLong,
		Example: hashExample,
		Args:    cobra.ArbitraryArgs,
	}
	addLoadFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	out.addFlags(c, "text", "json", "dotenv", "github")
	c.Flags().BoolVar(&strict, "strict", false, "caveats are errors: print no version")
	debug.add(c)
	completeTargets(t, c, &cfg)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := out.check(c); err != nil {
			return err
		}
		if err := t.configure(c, &cfg); err != nil {
			return err
		}
		cfg.Targets = args
		debug.apply(&cfg, t.stderr)
		report, err := await(c.Context(), func() (*analyzer.Report, error) { return t.run(c.Context(), cfg) })
		if err != nil {
			return err
		}
		t.warn(report, out.format != "json" && !strict)
		if strict {
			if err := caveatsError(report); err != nil {
				return err
			}
		}
		return out.hash(c.OutOrStdout(), report)
	}
	return c
}
