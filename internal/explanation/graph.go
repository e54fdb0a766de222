package explanation

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// within returns the nodes down to a depth, all of them if that is 0.
func (x *Explanation) within(depth int) []bool {
	list := make([]bool, len(x.Nodes))
	for i := range x.Nodes {
		list[i] = depth == 0 || x.Nodes[i].Depth <= depth
	}
	return list
}

// shapes are those of Graphviz for kinds of nodes.
var shapes = map[string]string{
	"function": "box", "type": "ellipse", "variable": "cylinder", "constant": "plaintext", "init": "cds",
	"embed": "note", "file": "note", foreign: "octagon", "directive": "plaintext",
}

// Dot prints a graph for Graphviz.
func (x *Explanation) Dot(w io.Writer, depth int) {
	fmt.Fprintf(w, "digraph %s {\n\trankdir=LR\n\tnode [fontname=\"sans-serif\"]\n", quote(x.Target.Name))
	shown := x.within(depth)
	for i := range x.Nodes {
		n := &x.Nodes[i]
		if shown[i] {
			fmt.Fprintf(w, "\tn%d [label=%s, tooltip=%s, shape=%s]\n", i, quote(n.label()), quote(strings.TrimSpace(n.Name+" "+n.Position)), shapes[n.Kind])
		}
	}
	for _, e := range x.Edges {
		if shown[e.From] && shown[e.To] {
			fmt.Fprintf(w, "\tn%d -> n%d [label=%s, tooltip=%s]\n", e.From, e.To, quote(e.How), quote(e.Position))
		}
	}
	fmt.Fprintln(w, "}")
}

// quote is a string of Graphviz, which knows two escapes.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(text) + `"`
}

// Mermaid prints a flow chart that GitHub draws in Markdown.
func (x *Explanation) Mermaid(w io.Writer, depth int) {
	fmt.Fprintln(w, "flowchart LR")
	shown := x.within(depth)
	for i := range x.Nodes {
		n := &x.Nodes[i]
		if !shown[i] {
			continue
		}
		open, closing := "[", "]"
		switch n.Kind {
		case "type":
			open, closing = "(", ")"
		case "variable":
			open, closing = "[(", ")]"
		case "constant", "embed", "file", "directive":
			open, closing = ">", "]"
		case foreign:
			open, closing = "{{", "}}"
		}
		fmt.Fprintf(w, "    n%d%s%s%s\n", i, open, mermaidText(n.label()), closing)
	}
	for _, e := range x.Edges {
		if shown[e.From] && shown[e.To] {
			fmt.Fprintf(w, "    n%d -->|%s| n%d\n", e.From, mermaidText(e.How), e.To)
		}
	}
}

// mermaidText is a label, with the characters that mean something as entities.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\"#<>&;|{}[]`\\", r) || r < ' ' {
			b.WriteString("#" + strconv.Itoa(int(r)) + ";")
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
