package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const resolveLong = `
Prints files with every autover://TARGET replaced by the version of the target:

    cache_version: autover://./pricing.Quote

A file may be YAML, JSON or any other text; - is standard input. Nothing but the
references changes. A reference ends before the first character that no target
has (a quote, space, comma, bracket, colon) and before a full stop that ends it.
In JSON its characters may be escaped. YAML files are separated as documents.

If one reference fails, nothing is printed.
`

const resolveExample = `
    autover resolve -f workflow.yaml | kubectl apply -f -
    autover resolve -f a.yaml -f b.yaml
`

func newResolveCmd(t *tool) *cobra.Command {
	var cfg analyzer.Config
	var files []string
	c := &cobra.Command{
		Use:     "resolve [flags] -f FILE...",
		Short:   "replace autover://TARGET in files by versions",
		Long:    resolveLong,
		Example: resolveExample,
		Args:    cobra.ArbitraryArgs,
	}
	addBuildFlags(c, &cfg)
	addKnobFlags(c, &cfg)
	c.Flags().StringArrayVar(&files, "f", nil, "read `FILE`, or standard input for -")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(files) == 0 {
			return badUsage(c, "resolve needs a file: -f FILE")
		}
		if err := t.configure(c, &cfg); err != nil {
			return err
		}
		r := &manifestResolver{tool: t, cfg: cfg, versions: make(map[string]string)}
		for i, name := range append(files, args...) {
			data, err := readManifest(c.InOrStdin(), cfg.Dir, name)
			if err != nil {
				return err
			}
			if i > 0 && isYAML(name) && !bytes.HasPrefix(data, []byte("---")) {
				fmt.Fprintln(c.OutOrStdout(), "---")
			}
			if err := r.resolve(c.Context(), c.OutOrStdout(), name, data); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

func readManifest(stdin io.Reader, dir, name string) (data []byte, err error) {
	if name == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(inFolder(dir, name))
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return data, nil
}

// manifestResolver replaces references, each target once analysed.
type manifestResolver struct {
	tool     *tool
	cfg      analyzer.Config
	versions map[string]string // by target as written
}

func (r *manifestResolver) resolve(ctx context.Context, w io.Writer, name string, data []byte) error {
	text := string(data)
	end := 0
	for {
		start, next, target := nextReference(text, end)
		if start < 0 {
			break
		}
		version, err := r.version(ctx, target)
		if err != nil {
			line := 1 + strings.Count(text[:start], "\n")
			column := 1 + start - (strings.LastIndexByte(text[:start], '\n') + 1)
			return fmt.Errorf("%s:%d:%d: %w", name, line, column, err)
		}
		fmt.Fprint(w, text[end:start], version)
		end = next
	}
	fmt.Fprint(w, text[end:])
	return nil
}

func (r *manifestResolver) version(ctx context.Context, target string) (string, error) {
	if v, ok := r.versions[target]; ok {
		return v, nil
	}
	if target == "" {
		return "", fmt.Errorf("autover:// is followed by no target: write autover://./pkg.Func")
	}
	cfg := r.cfg
	cfg.Targets = []string{target}
	report, err := await(ctx, func() (*analyzer.Report, error) { return r.tool.run(ctx, cfg) })
	if err != nil {
		return "", err
	}
	if !report.Single {
		return "", fmt.Errorf("autover://%s names a package, which has no version: name a function, such as %s", target, report.Targets[0].Name)
	}
	r.tool.warn(report, true)
	r.versions[target] = report.Targets[0].Version
	return r.versions[target], nil
}

const referenceScheme = "autover://"

// nextReference finds the first reference at or after from, and what target it
// names; start is negative if there is none.
func nextReference(text string, from int) (start, end int, target string) {
	for start = from; start < len(text); start++ {
		if text[start] != referenceScheme[0] {
			continue
		}
		at, matched := start, 0
		for matched < len(referenceScheme) {
			r, size := escapedRune(text[at:])
			if r != rune(referenceScheme[matched]) {
				break
			}
			at, matched = at+size, matched+1
		}
		if matched == len(referenceScheme) {
			end, target = targetEnd(text, at)
			return start, end, target
		}
	}
	return -1, -1, ""
}

// targetEnd reads the longest target that begins at from. Parentheses are part of
// it in pairs, and full stops not at the end.
func targetEnd(text string, from int) (end int, target string) {
	var name []rune
	depth, at := 0, from
	end = from
	for at < len(text) {
		r, size := escapedRune(text[at:])
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r != '*' && !strings.ContainsRune("._/-~+", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			depth = -1
		case r == '*' && depth == 0:
			depth = -1
		}
		if depth < 0 {
			break
		}
		name = append(name, r)
		at += size
		if r != '.' && r != '/' && r != '-' {
			end, target = at, string(name)
		}
	}
	return end, target
}

// escapedRune returns the first character of a text, with the escapes of JSON for
// it, and its length there.
func escapedRune(text string) (r rune, size int) {
	if strings.HasPrefix(text, `\/`) {
		return '/', 2
	}
	if strings.HasPrefix(text, `\u`) && len(text) >= 6 {
		if n, err := strconv.ParseUint(text[2:6], 16, 32); err == nil {
			return rune(n), 6
		}
	}
	return utf8.DecodeRuneInString(text)
}
