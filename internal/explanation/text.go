package explanation

import (
	"fmt"
	"io"
	"strings"
)

// Bounds of the text, so that a screen can hold it.
const (
	maxChildren     = 12
	maxContributors = 5
	maxCaveats      = 10
)

// Text prints a summary and the tree down to a depth, or all of it if that is 0.
func (x *Explanation) Text(w io.Writer, depth int) {
	fmt.Fprintf(w, "%s  %s  %s\n", x.Target.Version, x.Target.Name, x.Target.Position)
	if p := x.Target.Pin; p != nil {
		fmt.Fprintf(w, "pinned (%s); the version of the code is %s\n", p.Position, p.Automatic)
	}
	fmt.Fprintf(w, "%s\n", x.counts())
	for i, c := range x.Contributors[:min(len(x.Contributors), maxContributors)] {
		lead := "        "
		if i == 0 {
			lead = "largest:"
		}
		fmt.Fprintf(w, "%s %s, %d functions\n", lead, x.Nodes[c.Node].label(), c.Functions)
	}
	fmt.Fprintln(w)
	children := x.children()
	t := treePrinter{x: x, w: w, children: children, depth: depth}
	fmt.Fprintf(w, "%s\n", x.Nodes[0].label())
	t.print(0, "", 1)
	x.rest(w)
}

// children returns the tree: for each node those to which the walk came from it.
func (x *Explanation) children() [][]int {
	children := make([][]int, len(x.Nodes))
	for i := range x.Nodes {
		if parent := x.Nodes[i].Parent; parent >= 0 {
			from := x.Edges[parent].From
			children[from] = append(children[from], i)
		}
	}
	return children
}

type treePrinter struct {
	x        *Explanation
	w        io.Writer
	children [][]int
	depth    int
}

func (t *treePrinter) print(n int, indent string, level int) {
	list := t.children[n]
	shown := list
	if t.depth > 0 && len(list) > maxChildren {
		shown = list[:maxChildren-1]
	}
	for i, c := range shown {
		branch, next := "├─ ", "│  "
		if i == len(list)-1 {
			branch, next = "└─ ", "   "
		}
		node := &t.x.Nodes[c]
		hidden := ""
		if t.depth > 0 && level == t.depth && len(t.children[c]) > 0 {
			hidden = fmt.Sprintf("  (%d below)", t.below(c))
		}
		fmt.Fprintf(t.w, "%s%s%s %s%s%s\n", indent, branch, t.x.reason(node), node.label(), t.where(node), hidden)
		if hidden == "" {
			t.print(c, indent+next, level+1)
		}
	}
	if more := len(list) - len(shown); more > 0 {
		below := 0
		for _, c := range list[len(shown):] {
			below += t.below(c)
		}
		fmt.Fprintf(t.w, "%s└─ %d more, with %d below\n", indent, more, below)
	}
}

// below counts the nodes under one.
func (t *treePrinter) below(n int) int {
	sum := len(t.children[n])
	for _, c := range t.children[n] {
		sum += t.below(c)
	}
	return sum
}

// where says where the edge to a node arises.
func (t *treePrinter) where(n *Node) string {
	e := &t.x.Edges[n.Parent]
	switch {
	case e.Position != "" && e.Origin != "":
		return fmt.Sprintf(" (%s; made a value at %s)", e.Position, e.Origin)
	case e.Origin != "":
		return fmt.Sprintf(" (made a value at %s)", e.Origin)
	case e.Position != "":
		return " (" + e.Position + ")"
	}
	return ""
}

// rest prints modules, settings and caveats.
func (x *Explanation) rest(w io.Writer) {
	if len(x.Modules) > 0 {
		fmt.Fprintln(w, "\nmodules")
	}
	for _, m := range x.Modules {
		fmt.Fprintf(w, "  %s %s\n", m.Path, m.Version)
		if len(m.Trace) > 0 {
			names := make([]string, len(m.Trace))
			for i, name := range m.Trace {
				names[i] = short(name)
			}
			names[len(names)-1] = m.Trace[len(m.Trace)-1]
			fmt.Fprintf(w, "    %s\n", strings.Join(names, " -> "))
		}
	}
	if len(x.Settings) > 0 {
		fmt.Fprintln(w, "\nsettings")
	}
	for _, s := range x.Settings {
		kind := s.Kind + " "
		if s.Kind == "init" {
			kind = ""
		}
		fmt.Fprintf(w, "  %s\n", strings.TrimSpace(kind+s.Name+" "+s.Value))
	}
	if len(x.Target.Caveats) > 0 {
		fmt.Fprintln(w, "\ncaveats")
	}
	for _, c := range x.Target.Caveats[:min(len(x.Target.Caveats), maxCaveats)] {
		fmt.Fprintf(w, "  %s: %s (%s)\n", c.Position, c.Message, c.Kind)
	}
	if more := len(x.Target.Caveats) - maxCaveats; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}
