package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/near"
	"github.com/spf13/cobra"
)

// maxCaveats bounds what is said about caveats on standard error.
const maxCaveats = 10

// output is how a command prints its results.
type output struct {
	json           bool
	format, source string
	formats        []string
	template       *template.Template
}

func (o *output) addFormats(c *cobra.Command, formats ...string) {
	o.formats = formats
	c.Flags().BoolVar(&o.json, "json", false, "the same as -format json")
	c.Flags().StringVar(&o.format, "format", "", "print as `FORMAT`: "+strings.Join(formats, ", "))
	_ = c.RegisterFlagCompletionFunc("format", listed(formats)) // once
}

// addFlags adds formats and templates.
func (o *output) addFlags(c *cobra.Command, formats ...string) {
	o.addFormats(c, formats...)
	c.Flags().StringVar(&o.source, "f", "", "execute the template `TEMPLATE` for each target")
}

// check settles the format, before any analysis is paid for.
func (o *output) check(c *cobra.Command) error {
	given := func(name string) bool { return c.Flags().Changed(name) }
	switch {
	case given("f") && given("format"):
		return badUsage(c, "-f and -format exclude each other")
	case given("f") && o.json:
		return badUsage(c, "-f and -json exclude each other")
	case o.json && given("format") && o.format != "json":
		return badUsage(c, "-json and -format %s exclude each other", o.format)
	case given("f"):
		t, err := template.New("-f").Option("missingkey=error").Parse(o.source)
		if err != nil {
			return badUsage(c, "bad template: %s", strings.TrimPrefix(err.Error(), "template: "))
		}
		o.template, o.format = t, "template"
	case o.json:
		o.format = "json"
	case !given("format"):
		o.format = "text"
	case !slices.Contains(o.formats, o.format):
		if format := near.Best(o.format, o.formats); format != "" {
			return badUsage(c, "unknown format %q; did you mean %s?", o.format, format)
		}
		return badUsage(c, "unknown format %q; use one of %s", o.format, strings.Join(o.formats, ", "))
	}
	return nil
}

// The JSON schema of SPEC section 8: fields may be added, never renamed, and
// lists are never null.
type (
	jsonReport[T any] struct {
		Schema  int    `json:"schema"`
		Scheme  string `json:"scheme,omitempty"`
		Targets []T    `json:"targets"`
	}
	jsonTarget struct {
		Target   string `json:"target"`
		Version  string `json:"version"`
		Digest   string `json:"digest"`
		Position string `json:"position"`
		Task     string `json:"task,omitempty"`
		Pinned   bool   `json:"pinned"`
		jsonPin
		Functions int          `json:"functions"`
		Modules   []jsonModule `json:"modules"`
		// Components are what policies beyond the default ones add.
		Components []jsonComponent `json:"components,omitempty"`
		Caveats    []jsonCaveat    `json:"caveats"`
	}
	// jsonPin tells of a pinned version: the automatic one of the code as it is,
	// that of the code when it was pinned, and whether the two are known to
	// differ.
	jsonPin struct {
		Automatic string `json:"automatic,omitempty"`
		PinnedAt  string `json:"pinnedAt,omitempty"`
		Moved     bool   `json:"moved,omitempty"`
	}
	jsonModule struct {
		Path    string `json:"path"`
		Version string `json:"version"`
		Sum     string `json:"sum"`
		// Replaces is the path under which a replacement is imported.
		Replaces string `json:"replaces,omitempty"`
	}
	jsonComponent struct {
		Name  string   `json:"name"`
		Parts []string `json:"parts"`
	}
	jsonCaveat struct {
		Kind     string `json:"kind"`
		Position string `json:"position"`
		Message  string `json:"message"`
	}
	jsonEntry struct {
		Target   string `json:"target"`
		Position string `json:"position"`
		Task     string `json:"task,omitempty"`
	}
)

func jsonTargets(r *analyzer.Report) []jsonTarget {
	targets := make([]jsonTarget, 0, len(r.Targets))
	for _, t := range r.Targets {
		j := jsonTarget{
			Target: t.Name, Version: t.Version, Digest: t.Digest, Position: t.Position, Task: t.Task, Functions: t.Functions,
			Modules: make([]jsonModule, 0, len(t.Modules)),
			Caveats: make([]jsonCaveat, 0, len(t.Caveats)),
		}
		if p := t.Pin; p != nil {
			j.Pinned, j.jsonPin = true, jsonPin{p.Automatic, p.At, p.Moved()}
		}
		for _, m := range t.Modules {
			j.Modules = append(j.Modules, jsonModule(m))
		}
		for _, c := range t.Components {
			j.Components = append(j.Components, jsonComponent{c.Name, append([]string{}, c.Parts...)})
		}
		for _, c := range t.Caveats {
			j.Caveats = append(j.Caveats, jsonCaveat(c))
		}
		targets = append(targets, j)
	}
	return targets
}

// hash prints a report in the format that was asked for.
func (o *output) hash(w io.Writer, r *analyzer.Report) error {
	switch o.format {
	case "json":
		return writeJSON(w, jsonReport[jsonTarget]{Schema: 1, Scheme: r.Scheme, Targets: jsonTargets(r)})
	case "template":
		return writeTemplate(w, o.template, jsonTargets(r))
	case "dotenv", "github":
		return writeVariables(w, r.Targets, o.format == "github")
	}
	if r.Single && len(r.Targets) == 1 {
		fmt.Fprintln(w, r.Targets[0].Version)
		return nil
	}
	for _, t := range r.Targets {
		fmt.Fprintf(w, "%s  %s\n", t.Version, t.Name)
	}
	return nil
}

// list prints possible targets in the format that was asked for.
func (o *output) list(w io.Writer, entries []analyzer.Entry) error {
	targets := make([]jsonEntry, 0, len(entries))
	for _, e := range entries {
		targets = append(targets, jsonEntry{Target: e.Name, Position: e.Position, Task: e.Task})
	}
	switch o.format {
	case "json":
		return writeJSON(w, jsonReport[jsonEntry]{Schema: 1, Targets: targets})
	case "template":
		return writeTemplate(w, o.template, targets)
	}
	for _, t := range targets {
		fmt.Fprintf(w, "%s  %s", t.Target, t.Position)
		if t.Task != "" {
			fmt.Fprintf(w, "  task %s", t.Task)
		}
		fmt.Fprintln(w)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// writeTemplate executes the template for each target. Its data is the JSON
// object itself, so that one set of names serves both.
func writeTemplate[T any](w io.Writer, t *template.Template, targets []T) error {
	for _, target := range targets {
		text, err := json.Marshal(target)
		if err != nil {
			return err
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		data := map[string]any{"task": "", "automatic": "", "pinnedAt": "", "moved": false, "components": []any{}}
		if err := dec.Decode(&data); err != nil {
			return err
		}
		var line bytes.Buffer
		if err := t.Execute(&line, data); err != nil {
			return fmt.Errorf("bad template: %s", strings.TrimPrefix(err.Error(), "template: "))
		}
		if line.Len() > 0 && !bytes.HasSuffix(line.Bytes(), []byte("\n")) {
			line.WriteByte('\n')
		}
		if _, err := line.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// warn tells on standard error what the report has to say beside versions. Pins
// and caveats are left out for formats that carry them.
func (t *tool) warn(r *analyzer.Report, all bool) {
	for _, w := range r.Warnings {
		fmt.Fprintf(t.stderr, "autover: warning: %s\n", w)
	}
	if all {
		t.warnPins(r)
		t.warnCaveats(r)
	}
}

// warnPins names the versions that are pinned, and says which code has moved
// since as far as the directives tell.
func (t *tool) warnPins(r *analyzer.Report) {
	for _, target := range r.Targets {
		p := target.Pin
		switch {
		case p == nil:
		case p.Moved():
			fmt.Fprintf(t.stderr, "autover: warning: %s: %s is pinned to %s, but its code has moved since: it was %s and is %s\n", p.Position, target.Name, target.Version, p.At, p.Automatic)
		case p.At != "":
			fmt.Fprintf(t.stderr, "autover: %s: %s is pinned to %s, and its code is the same as then\n", p.Position, target.Name, target.Version)
		default:
			fmt.Fprintf(t.stderr, "autover: %s: %s is pinned to %s; the version of its code is %s\n", p.Position, target.Name, target.Version, p.Automatic)
		}
	}
}

// warnCaveats lists the first caveats.
func (t *tool) warnCaveats(r *analyzer.Report) {
	all := caveatsOf(r)
	for _, c := range all[:min(len(all), maxCaveats)] {
		fmt.Fprintf(t.stderr, "autover: caveat: %s: %s (%s)\n", c.Position, c.Message, c.Kind)
	}
	if more := len(all) - maxCaveats; more > 0 {
		fmt.Fprintf(t.stderr, "autover: %d more caveats; -json shows all\n", more)
	}
}

// caveatsError is the error that lists the caveats of a report, or nil if there
// are none.
func caveatsError(r *analyzer.Report) error {
	all := caveatsOf(r)
	if len(all) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "-strict: %d caveats; change the code, or leave out -strict to accept them:", len(all))
	for _, c := range all {
		fmt.Fprintf(&b, "\n%s: %s (%s)", c.Position, c.Message, c.Kind)
	}
	return errors.New(b.String())
}

// caveatsOf returns the caveats of all targets, each once, by position.
func caveatsOf(r *analyzer.Report) []analyzer.Caveat {
	seen := make(map[analyzer.Caveat]bool)
	var all []analyzer.Caveat
	for _, target := range r.Targets {
		for _, c := range target.Caveats {
			if !seen[c] {
				seen[c] = true
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b analyzer.Caveat) int {
		return cmp.Or(comparePositions(a.Position, b.Position), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	return all
}

// comparePositions orders file:line as a reader of the file meets them.
func comparePositions(a, b string) int {
	fileA, lineA, _ := strings.Cut(a, ":")
	fileB, lineB, _ := strings.Cut(b, ":")
	return cmp.Or(cmp.Compare(fileA, fileB), cmp.Compare(len(lineA), len(lineB)), cmp.Compare(lineA, lineB))
}
