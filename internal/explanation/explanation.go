// Package explanation shows what is in the version of one function, and why: as a
// tree in text, as JSON, as graphs for Graphviz and Mermaid, and as a page.
//
// All of these show one model. Its nodes are the parts of the closure; its edges
// say how one depends on the other, and where. The tree is that of a breadth-first
// walk from the function, so that every part hangs where the way to it is shortest,
// and is shown once. What external code may do with the values that a call hands to
// it is a node of its own, since several calls can share it.
package explanation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
)

// Explanation is the model.
type Explanation struct {
	Scheme string
	Target *analyzer.Target
	// Summary counts the parts by kind, in the order of Kinds.
	Summary map[string]int
	// Contributors are what the function depends on directly, by the number of
	// functions that are reached from there.
	Contributors []Contributor
	// Nodes are in the order of the walk; the first is the function.
	Nodes    []Node
	Edges    []Edge
	Modules  []Module
	Settings []Setting
}

// Kinds are the kinds of nodes, in the order in which summaries name them.
var Kinds = []string{"function", "type", "variable", "constant", "init", "embed", "file", "directive"}

// Contributor is a direct dependency and the number of functions behind it.
type Contributor struct {
	Node, Functions int
}

// Node is a part of the closure. Depth is its distance from the function, and
// Parent the index of the edge by which the walk came there, -1 for roots.
type Node struct {
	Kind, Name, Position, Value, Digest string
	Depth, Parent                       int
	// Out are the indices of the edges from the node.
	Out []int

	initial bool // an initial value
}

// Edge says why one node is in the closure of another. Origin is a place that
// makes the value by which a dynamic call can get there.
type Edge struct {
	From, To                   int
	How, Via, Position, Origin string
}

// Module is an external module and the way to it.
type Module struct {
	Path, Version, Sum string
	Trace              []string
}

// Setting is what enters a version beside code: the toolchain, policies, a salt.
type Setting struct {
	Kind, Name, Value string
}

// foreign is the kind of nodes for what external code may do.
const foreign = "external"

// New explains a target of a report that was made with Config.Explain.
func New(r *analyzer.Report, t *analyzer.Target) *Explanation {
	b := &builder{g: r.Graph, c: t.Closure, x: &Explanation{Scheme: r.Scheme, Target: t, Summary: map[string]int{}}, at: map[int]int{}}
	b.effects = map[int]bool{}
	for _, e := range t.Closure.Effects {
		b.effects[e] = true
	}
	b.converted, b.useful = map[string]string{}, map[int]bool{}
	b.findUseful()
	for i := range b.g.Parts {
		if p := &b.g.Parts[i]; p.Kind == analyzer.TypePart && len(p.Origins) > 0 {
			b.converted[p.Name] = p.Origins[0].Position
		}
	}
	b.walk()
	b.summarize()
	b.leaves()
	return b.x
}

type builder struct {
	g       *analyzer.Graph
	c       *analyzer.Closure
	x       *Explanation
	at      map[int]int // node of each part
	parts   []int       // part of each node
	effects map[int]bool
	// converted says where types are first converted to an interface.
	converted map[string]string
	useful    map[int]bool // boundaries with something in them
}

// walk makes nodes and edges.
func (b *builder) walk() {
	b.node(b.c.Start, -1, 0)
	for next := 0; next < len(b.parts); next++ {
		b.follow(next)
		if next+1 == len(b.parts) {
			b.strayEffects()
		}
	}
}

func (b *builder) node(part, parent, depth int) int {
	if n, ok := b.at[part]; ok {
		return n
	}
	p := &b.g.Parts[part]
	n := len(b.x.Nodes)
	b.at[part] = n
	b.parts = append(b.parts, part)
	kind := string(p.Kind)
	if p.Kind == analyzer.BoundaryPart {
		kind = foreign
	}
	b.x.Nodes = append(b.x.Nodes, Node{
		Kind: kind, Name: p.Name, Position: p.Position, Value: p.Value, Digest: p.Digest.String(), Parent: parent, Depth: depth,
		initial: p.Initial && p.Within == "",
	})
	return n
}

// follow adds the edges of a node.
func (b *builder) follow(from int) {
	part := b.parts[from]
	for _, e := range b.edges(part) {
		p := &b.g.Parts[e.To]
		index := len(b.x.Edges)
		to := b.node(e.To, index, b.x.Nodes[from].Depth+1)
		if b.x.Nodes[to].Kind == foreign && b.x.Nodes[to].Name == "" {
			b.x.Nodes[to].Name = e.Via
		}
		b.x.Edges = append(b.x.Edges, Edge{from, to, e.How, e.Via, e.Position, b.origin(e, p)})
		b.x.Nodes[from].Out = append(b.x.Nodes[from].Out, index)
	}
}

// edges returns the edges of a part that count.
func (b *builder) edges(part int) []analyzer.Edge {
	var list []analyzer.Edge
	for _, e := range b.g.Parts[part].Edges {
		p := &b.g.Parts[e.To]
		switch {
		case e.Folded, e.Effect && !b.effects[e.To]:
		case p.Kind == analyzer.PackagePart, p.Kind == analyzer.DirectivePart && p.ByValue:
		case b.c.BodyOnly && !p.ByValue:
		case p.Kind == analyzer.BoundaryPart && !b.useful[e.To]:
		default:
			list = append(list, e)
		}
	}
	return list
}

// findUseful finds the boundaries where external code can call or see anything.
func (b *builder) findUseful() {
	holders := map[int][]int{}
	var list []int
	add := func(i int) {
		if !b.useful[i] {
			b.useful[i] = true
			list = append(list, i)
		}
	}
	for i := range b.g.Parts {
		if b.g.Parts[i].Kind != analyzer.BoundaryPart {
			continue
		}
		for _, e := range b.g.Parts[i].Edges {
			if b.g.Parts[e.To].Kind == analyzer.BoundaryPart {
				holders[e.To] = append(holders[e.To], i)
			} else {
				add(i)
			}
		}
	}
	for at := 0; at < len(list); at++ {
		for _, i := range holders[list[at]] {
			add(i)
		}
	}
}

// origin returns where a value is made by which a dynamic call gets to a part.
func (b *builder) origin(e analyzer.Edge, p *analyzer.Part) string {
	if !strings.HasPrefix(e.How, "may call") {
		return ""
	}
	if len(p.Origins) > 0 {
		return p.Origins[0].Position
	}
	if i := strings.LastIndexByte(p.Name, '.'); i >= 0 {
		return b.converted[p.Name[:i]]
	}
	return ""
}

// strayEffects adds effects of initialisation that no edge leads to.
func (b *builder) strayEffects() {
	for _, part := range b.c.Effects {
		if _, ok := b.at[part]; !ok {
			index := len(b.x.Edges)
			to := b.node(part, index, 1)
			b.x.Edges = append(b.x.Edges, Edge{To: to, How: "runs after the initialisation by", Position: b.g.Parts[part].Position})
			b.x.Nodes[0].Out = append(b.x.Nodes[0].Out, index)
		}
	}
}

func (b *builder) summarize() {
	counted := map[string]bool{}
	for i := range b.x.Nodes {
		p := &b.g.Parts[b.parts[i]]
		key := string(p.Kind) + " " + cmp.Or(p.Within, p.Name)
		if !counted[key] {
			counted[key] = true
			b.x.Summary[b.x.Nodes[i].Kind]++
		}
	}
	delete(b.x.Summary, foreign)
	for _, e := range b.x.Nodes[0].Out {
		to := b.x.Edges[e].To
		if slices.ContainsFunc(b.x.Contributors, func(c Contributor) bool { return c.Node == to }) {
			continue
		}
		if n := b.functions(to); n > 1 {
			b.x.Contributors = append(b.x.Contributors, Contributor{to, n})
		}
	}
	slices.SortStableFunc(b.x.Contributors, func(a, c Contributor) int { return c.Functions - a.Functions })
}

// functions counts those reached from a node.
func (b *builder) functions(start int) int {
	seen := map[int]bool{start: true, 0: true}
	list := []int{start}
	n := 0
	for at := 0; at < len(list); at++ {
		if b.x.Nodes[list[at]].Kind == string(analyzer.FunctionPart) && b.g.Parts[b.parts[list[at]]].Within == "" {
			n++
		}
		for _, e := range b.x.Nodes[list[at]].Out {
			if to := b.x.Edges[e].To; !seen[to] {
				seen[to] = true
				list = append(list, to)
			}
		}
	}
	return n
}

// leaves describes modules and settings.
func (b *builder) leaves() {
	for _, m := range b.x.Target.Modules {
		b.x.Modules = append(b.x.Modules, Module{m.Path, m.Version, m.Sum, b.trace(m.Path)})
	}
	for _, i := range b.c.Leaves {
		if p := &b.g.Parts[i]; p.Kind != analyzer.ModulePart {
			b.x.Settings = append(b.x.Settings, Setting{string(p.Kind), p.Name, p.Value})
		}
	}
}

// trace is the shortest way to a package of a module.
func (b *builder) trace(module string) []string {
	from := map[int]int{b.c.Start: -1}
	list := slices.Concat([]int{b.c.Start}, b.c.Effects)
	for _, e := range b.c.Effects {
		if _, ok := from[e]; !ok {
			from[e] = b.c.Start
		}
	}
	for at := 0; at < len(list); at++ {
		i := list[at]
		if p := &b.g.Parts[i]; p.Kind == analyzer.PackagePart && p.Value == module {
			var names []string
			for ; i >= 0; i = from[i] {
				if b.g.Parts[i].Kind != analyzer.BoundaryPart {
					names = append(names, b.g.Parts[i].Name)
				}
			}
			slices.Reverse(names)
			return names
		}
		for _, e := range b.g.Parts[i].Edges {
			if _, met := from[e.To]; !met && !e.Folded && (!e.Effect || b.effects[e.To]) {
				from[e.To] = i
				list = append(list, e.To)
			}
		}
	}
	return nil
}

// counts words the summary: "3 functions, 1 type".
func (x *Explanation) counts() string {
	var list []string
	for _, kind := range Kinds {
		n := x.Summary[kind]
		if n == 0 {
			continue
		}
		list = append(list, fmt.Sprintf("%d %s", n, plural(kind, n)))
	}
	return strings.Join(append(list, fmt.Sprintf("%d %s", len(x.Modules), plural("module", len(x.Modules)))), ", ")
}

func plural(kind string, n int) string {
	word := map[string]string{"init": "initialisation", "embed": "embedded file"}[kind]
	if word == "" {
		word = kind
	}
	if n != 1 {
		word += "s"
	}
	return word
}

// label is what a node is called: its name without the path of the package.
func (n *Node) label() string {
	switch n.Kind {
	case foreign:
		if n.Name == "" {
			return "values inside"
		}
		return "external code behind " + short(n.Name)
	case "init":
		if n.initial {
			return short(n.Name) + " (initial value)"
		}
	case "constant":
		return short(n.Name) + " = " + n.Value
	case "embed", "file":
		return n.Name
	}
	return short(n.Name)
}

func short(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// reason is why a node is where it is in the tree.
func (x *Explanation) reason(n *Node) string {
	if n.Parent < 0 {
		return ""
	}
	e := &x.Edges[n.Parent]
	return e.How
}
