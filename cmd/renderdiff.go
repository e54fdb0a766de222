package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/causes"
)

// The JSON schema of differences, SPEC section 8.
type (
	jsonDifferences struct {
		Schema  int              `json:"schema"`
		Scheme  string           `json:"scheme"`
		Base    string           `json:"base"`
		Head    string           `json:"head"`
		Targets []jsonDifference `json:"targets"`
		// Constants are the files of constants that 'autover check' finds to be wrong.
		Constants []jsonStale `json:"constants,omitempty"`
	}
	jsonStale struct {
		File string `json:"file"`
		// State is outdated or, where no task is left, unneeded.
		State string `json:"state"`
	}
	jsonDifference struct {
		Target string      `json:"target"`
		Before string      `json:"before"`
		After  string      `json:"after"`
		Causes []jsonCause `json:"causes"`
	}
	jsonCause struct {
		Kind   string `json:"kind"`
		Name   string `json:"name"`
		Change string `json:"change"`
		Before string `json:"before"`
		After  string `json:"after"`
		// BeforeEnd and AfterEnd are the last lines of declarations.
		BeforeEnd int      `json:"beforeEnd,omitempty"`
		AfterEnd  int      `json:"afterEnd,omitempty"`
		Path      []string `json:"path"`
		// Reasons say of each step of the path but the first how the one before
		// depends on it, and where.
		Reasons []string `json:"reasons,omitempty"`
		// Old and New are values, of constants and modules say.
		Old string `json:"old,omitempty"`
		New string `json:"new,omitempty"`
	}
)

func jsonCauses(list []causes.Cause) []jsonCause {
	out := make([]jsonCause, 0, len(list))
	for _, c := range list {
		j := jsonCause{Kind: c.Kind, Name: c.Name, Change: c.Change, Before: c.Before, After: c.After, BeforeEnd: c.BeforeEnd, AfterEnd: c.AfterEnd, Path: make([]string, 0, len(c.Path)), Old: c.Old, New: c.New}
		for i, s := range c.Path {
			j.Path = append(j.Path, s.Name)
			if i > 0 {
				j.Reasons = append(j.Reasons, strings.TrimSpace(s.How+" "+s.Position))
			}
		}
		out = append(out, j)
	}
	return out
}

// maxNames bounds the targets that are listed with a cause.
const maxNames = 5

// diff prints differences in the format that was asked for, and returns errDiffer if
// there are any.
func (o *output) diff(w io.Writer, f *differences) error {
	switch o.format {
	case "json":
		j := jsonDifferences{Schema: 1, Scheme: analyzer.Scheme, Base: f.base, Head: f.head, Targets: make([]jsonDifference, 0, len(f.targets))}
		for _, d := range f.targets {
			j.Targets = append(j.Targets, jsonDifference{d.target, d.before, d.after, jsonCauses(d.causes)})
		}
		for _, s := range f.stale {
			state := "outdated"
			if s.data == nil {
				state = "unneeded"
			}
			j.Constants = append(j.Constants, jsonStale{s.Position, state})
		}
		if err := writeJSON(w, j); err != nil {
			return err
		}
	case "markdown":
		f.markdown(w)
	default:
		f.text(w)
	}
	if len(f.targets)+len(f.stale) > 0 {
		return errDiffer
	}
	return nil
}

// summary says how many versions differ from what.
func (f *differences) summary() string {
	base := shortRevision(f.base)
	if !strings.HasPrefix(f.base, f.baseName) {
		base += " (" + f.baseName + ")"
	}
	head := "the " + f.head
	if f.head != worktree {
		head = shortRevision(f.head)
	}
	if len(f.targets) == 0 {
		return fmt.Sprintf("none of %s differs between %s and %s", count(f.compared, "version"), base, head)
	}
	verb := "differ"
	if len(f.targets) == 1 {
		verb = "differs"
	}
	return fmt.Sprintf("%d of %s %s between %s and %s", len(f.targets), count(f.compared, "version"), verb, base, head)
}

// shortRevision shortens the names of commits.
func shortRevision(name string) string {
	if len(name) >= 40 && strings.Trim(name, "0123456789abcdef") == "" {
		return name[:12]
	}
	return name
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

func (f *differences) text(w io.Writer) {
	fmt.Fprintln(w, f.summary())
	if f.vague && len(f.groups) > 0 {
		fmt.Fprintln(w, "\nany of these may be the cause:")
	}
	for _, g := range f.groups {
		if f.vague {
			fmt.Fprintf(w, "    %s %s %s\n", g.Kind, g.Name, g.Change)
		} else {
			g.text(w)
		}
	}
	if len(f.targets) > 0 {
		fmt.Fprintln(w)
	}
	for _, d := range f.targets {
		switch {
		case d.before == "":
			fmt.Fprintf(w, "%s  %s  added\n", d.after, d.target)
		case d.after == "":
			fmt.Fprintf(w, "%s  %s  removed\n", d.before, d.target)
		default:
			fmt.Fprintf(w, "%s -> %s  %s\n", d.before, d.after, d.target)
		}
	}
	for _, s := range f.stale {
		fmt.Fprintln(w, s.message())
	}
}

// text prints a cause, the way to it and what it moves.
func (g *group) text(w io.Writer) {
	fmt.Fprintf(w, "\n%s %s %s%s\n", g.Kind, g.Name, g.Change, g.where())
	for i, s := range g.Path {
		fmt.Fprintf(w, "    %s%s%s\n", strings.Repeat("  ", i), step(i, s), at(s.Position))
	}
	if len(g.targets) > 1 {
		fmt.Fprintf(w, "  moves %s: %s\n", count(len(g.targets), "version"), some(g.targets))
	}
	for line := range strings.Lines(g.source) {
		fmt.Fprintf(w, "  %s", line)
	}
}

// where tells the values and positions of a cause on both sides.
func (g *group) where() string {
	text := ""
	if g.Old != "" || g.New != "" {
		text = fmt.Sprintf(": %s -> %s", orNone(g.Old), orNone(g.New))
	}
	switch {
	case g.Before == g.After:
		text += at(g.After)
	case g.Before == "":
		text += at(g.After)
	case g.After == "":
		text += at(g.Before)
	default:
		text += at(g.Before + " -> " + g.After)
	}
	return text
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func at(position string) string {
	if position == "" {
		return ""
	}
	return " (" + position + ")"
}

func step(i int, s causes.Step) string {
	if i == 0 || s.How == "" {
		return s.Name
	}
	return s.How + " " + s.Name
}

// some lists the first names.
func some(names []string) string {
	if more := len(names) - maxNames; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNames], ", "), more)
	}
	return strings.Join(names, ", ")
}

func (f *differences) markdown(w io.Writer) {
	fmt.Fprintf(w, "### autover: %s\n", f.summary())
	if f.vague && len(f.groups) > 0 {
		fmt.Fprintf(w, "\n| any of these may be the cause | |\n|---|---|\n")
	} else if len(f.groups) > 0 {
		fmt.Fprintf(w, "\n| cause | | where | moves |\n|---|---|---|---|\n")
	}
	for _, g := range f.groups {
		if f.vague {
			fmt.Fprintf(w, "| %s %s | %s |\n", g.Kind, code(g.Name), g.Change)
			continue
		}
		where := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(g.where(), ": "), " ("), ")")
		fmt.Fprintf(w, "| %s %s | %s | %s | %s |\n", g.Kind, code(g.Name), g.Change, cell(where), cell(some(g.targets)))
	}
	for _, g := range f.groups {
		if len(g.Path) < 2 && g.source == "" {
			continue
		}
		fmt.Fprintf(w, "\n<details><summary>%s <code>%s</code></summary>\n\n", g.Kind, html(g.Name))
		for i, s := range g.Path {
			how := ""
			if s.How != "" {
				how = s.How + " "
			}
			fmt.Fprintf(w, "%s- %s%s%s\n", strings.Repeat("  ", i), how, code(s.Name), at(s.Position))
		}
		if g.source != "" {
			fence := strings.Repeat("`", 3+strings.Count(g.source, "```"))
			fmt.Fprintf(w, "\n%sdiff\n%s%s\n", fence, g.source, fence)
		}
		fmt.Fprintln(w, "\n</details>")
	}
	for _, s := range f.stale {
		fmt.Fprintf(w, "\n%s\n", cell(s.message()))
	}
	if len(f.targets) == 0 {
		return
	}
	fmt.Fprintf(w, "\n<details><summary>%s</summary>\n\n| function | before | after |\n|---|---|---|\n", count(len(f.targets), "version"))
	for _, d := range f.targets {
		fmt.Fprintf(w, "| %s | %s | %s |\n", code(d.target), orNone(d.before), orNone(d.after))
	}
	fmt.Fprintln(w, "\n</details>")
}

// code, cell and html make text safe for Markdown, a cell of a table, and HTML.
func code(text string) string { return "`" + cell(strings.ReplaceAll(text, "`", "'")) + "`" }

func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ").Replace(text)
}

func html(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
