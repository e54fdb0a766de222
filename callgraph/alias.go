package callgraph

import "github.com/autover/autover/internal/symbol"

// aliasGraph tells which references may refer to the same memory. It is the
// one-level flow of Das ("Unification-based pointer analysis with directional
// assignments", 2000): references flow from node to node in the direction of
// assignments, but what is stored in memory is told apart by classes only, in
// which Steensgaard's analysis puts all references that flow into each other.
//
// The node of a pointer, slice, map or channel stands for the memory that it
// refers to, whichever part; that of an interface for what it holds; that of a
// struct or array for all references in it. A private struct has none: each of
// its fields has one node for all values of the type.
type aliasGraph struct {
	parent  []int32 // union-find over nodes
	content []int32 // of a representative: the node of what its memory holds
	flows   []Flow
	parts   []Flow // to a part of the memory, which holds something else
}

// noMemory is the node of what refers to no memory, and the content of classes
// of whose content nothing is known.
const noMemory int32 = 0

func newAliasGraph() aliasGraph {
	return aliasGraph{parent: make([]int32, 1), content: make([]int32, 1)}
}

func (g *aliasGraph) add() int32 {
	n := int32(len(g.parent))
	g.parent = append(g.parent, n)
	g.content = append(g.content, noMemory)
	return n
}

// find returns the representative of the class of a node.
func (g *aliasGraph) find(n int32) int32 {
	for g.parent[n] != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = g.parent[n]
	}
	return n
}

// flow says that dst may be src.
func (g *aliasGraph) flow(dst, src int32) {
	if dst != noMemory && src != noMemory && dst != src {
		g.flows = append(g.flows, Flow{dst, src})
		g.unite(dst, src)
	}
}

// same makes two nodes equal.
func (g *aliasGraph) same(a, b int32) {
	g.flow(a, b)
	g.flow(b, a)
}

// part says that dst may refer to a part of the memory of src.
func (g *aliasGraph) part(dst, src int32) {
	if dst != noMemory && src != noMemory && dst != src {
		g.parts = append(g.parts, Flow{dst, src})
	}
}

// unite makes two classes one, whose contents then are equal.
func (g *aliasGraph) unite(a, b int32) {
	for {
		a, b = g.find(a), g.find(b)
		if a == b {
			return
		}
		g.parent[b] = a
		x, y := g.content[a], g.content[b]
		if x == noMemory || y == noMemory {
			g.content[a] = max(x, y)
			return
		}
		if x == y {
			return
		}
		g.flows = append(g.flows, Flow{x, y}, Flow{y, x})
		a, b = x, y
	}
}

// holds says what is stored in the memory of a node.
func (g *aliasGraph) holds(n, content int32) {
	if n == noMemory || content == noMemory {
		return
	}
	r := g.find(n)
	if g.content[r] == noMemory {
		g.content[r] = content
		return
	}
	g.same(g.content[r], content)
}

// inside returns the node of what is stored in the memory of a node.
func (g *aliasGraph) inside(n int32) int32 {
	if n == noMemory {
		return noMemory
	}
	r := g.find(n)
	if g.content[r] == noMemory {
		x := g.add()
		g.content[r] = x
	}
	return g.content[r]
}

// blob makes a node of memory that holds whatever flows to it.
func (g *aliasGraph) blob() int32 {
	n := g.add()
	g.content[n] = n
	return n
}

// namedAliases is an alias graph in which some nodes have keys that all packages
// use.
type namedAliases struct {
	aliasGraph
	keys map[string]int32
}

func newNamedAliases() namedAliases {
	return namedAliases{newAliasGraph(), map[string]int32{}}
}

// outsideKey names the node of all memory that external code without a model
// may know, panicKey that of what panics carry.
const (
	outsideKey = "outside"
	panicKey   = "panic"
)

// memoryKey names the node of the memory of a variable itself; the node of its
// content has the key of the variable.
func memoryKey(variable symbol.ID) string { return "m:" + string(variable) }

// shared returns the node with a key.
func (g *namedAliases) shared(key string) int32 {
	n, ok := g.keys[key]
	if !ok {
		n = g.add()
		g.keys[key] = n
		if key == outsideKey {
			g.content[n] = n
		}
	}
	return n
}

// load adds the graph of a package and returns the new nodes of its nodes.
func (g *namedAliases) load(a *Aliases) []int32 {
	nodes := make([]int32, a.Nodes+1)
	for i, key := range a.Keys {
		nodes[a.Shared[i]] = g.shared(key)
	}
	for i := range nodes {
		if i != int(noMemory) && nodes[i] == noMemory {
			nodes[i] = g.add()
		}
	}
	for _, c := range a.Contents {
		g.holds(nodes[c.Dst], nodes[c.Src])
	}
	for _, f := range a.Flows {
		g.flow(nodes[f.Dst], nodes[f.Src])
	}
	for _, f := range a.Parts {
		g.part(nodes[f.Dst], nodes[f.Src])
	}
	return nodes
}

// renumber gives the nodes of a call their numbers in another graph.
func (m CallMemory) renumber(nodes []int32) CallMemory {
	convert := func(list []int32) []int32 {
		to := make([]int32, len(list))
		for i, n := range list {
			to[i] = nodes[n]
		}
		return to
	}
	return CallMemory{nodes[m.Callee], convert(m.Args), convert(m.Results)}
}

// save reduces the graph of a package to what linking needs. Renumber gives the
// new numbers of the nodes that are used elsewhere in the summary; it is to be
// called before the result is read.
func (g *namedAliases) save() (out *Aliases, renumber func(n int32) int32) {
	out = &Aliases{}
	number := make([]int32, len(g.parent))
	renumber = func(n int32) int32 {
		if n != noMemory && number[n] == 0 {
			out.Nodes++
			number[n] = out.Nodes
		}
		return number[n]
	}
	for _, key := range inOrder(g.keys) {
		out.Keys = append(out.Keys, key)
		out.Shared = append(out.Shared, renumber(g.keys[key]))
	}
	convert := func(list []Flow) []Flow {
		seen := map[Flow]bool{}
		var to []Flow
		for _, f := range list {
			if !seen[f] {
				seen[f] = true
				to = append(to, Flow{renumber(f.Dst), renumber(f.Src)})
			}
		}
		return to
	}
	out.Flows, out.Parts = convert(g.flows), convert(g.parts)
	for n, c := range g.content {
		if c != noMemory && g.find(int32(n)) == int32(n) {
			out.Contents = append(out.Contents, Flow{renumber(int32(n)), renumber(c)})
		}
	}
	return out, renumber
}
