package analyzer

import (
	"cmp"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/autover/autover/callgraph"
	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// partBuilder turns the linked graph, with the evidence of the syntax, into parts.
type partBuilder struct {
	v     *versioner
	g     *graph
	ev    *evidence
	graph *Graph

	ofNode   []int // part of each node; -1 for the leaf of ignored functions
	nodeOf   map[symbol.ID]int32
	ignored  map[symbol.ID]int
	constant map[symbol.ID]int
	leaves   map[leafKey]int
	packages map[string]int
	named    map[string]int // how often a name was given, by kind and name
}

// leafKey tells leaves apart; targets may have different ones of a name.
type leafKey struct {
	kind   PartKind
	name   string
	digest hasher.Digest
}

func newPartBuilder(v *versioner) *partBuilder {
	b := &partBuilder{
		v: v, g: v.g, ev: v.w.found, graph: &Graph{Root: v.w.root}, nodeOf: map[symbol.ID]int32{},
		ignored: map[symbol.ID]int{}, constant: map[symbol.ID]int{}, leaves: map[leafKey]int{},
		packages: map[string]int{}, named: map[string]int{},
	}
	b.declare()
	b.declareConstants()
	b.declarePackages()
	for i := range b.g.nodes {
		if p := b.ofNode[i]; p >= 0 {
			b.connect(int32(i), p)
		}
	}
	b.addOrigins()
	return b
}

func (b *partBuilder) add(p Part) int {
	if p.Closure == (hasher.Digest{}) {
		p.Closure = p.Digest
	}
	b.graph.Parts = append(b.graph.Parts, p)
	return len(b.graph.Parts) - 1
}

func (b *partBuilder) edge(from int, e Edge) {
	p := &b.graph.Parts[from]
	p.Edges = append(p.Edges, e)
}

// declare makes the parts of the nodes.
func (b *partBuilder) declare() {
	b.ofNode = make([]int, len(b.g.nodes))
	for i := range b.g.nodes {
		n := &b.g.nodes[i]
		b.ofNode[i] = -1
		p := Part{Digest: n.local, Closure: b.g.digests[i]}
		switch n.kind {
		case ignoredNode:
			continue
		case boundaryNode:
			p.Kind = BoundaryPart
		case sealedNode:
			p.Kind, p.Name = FilePart, plainName(n.id)+" (all files)"
		case typeNode:
			p.Kind, p.Name = TypePart, plainName(n.id)
		case identNode:
			p.Kind, p.Name, p.NameOnly = VariablePart, plainName(n.id), true
		case valueNode:
			p.Kind, p.Name = VariablePart, plainName(n.id)
			ident := &b.g.nodes[b.g.idents[string(n.id)]]
			enc := hasher.NewEncoder("variable")
			enc.Digest(n.local)
			enc.Digest(ident.local)
			p.Digest = enc.Sum()
		case funcNode:
			p.Kind, p.Name = functionName(n.decl)
			p.Digest, p.Layout = n.decl.form.Local, n.decl.layout
			b.nodeOf[n.id] = int32(i)
		case literalNode:
			p.Kind, p.Within = functionName(n.decl)
			k := slices.Index(n.decl.literals(), n.id)
			p.Name = p.Within + ".func" + strconv.Itoa(k+1)
			p.Digest, p.Layout = n.decl.form.Local, n.decl.layout
			b.nodeOf[n.id] = int32(i)
		}
		p.Initial = p.Kind == InitPart && n.decl.kind == initializerDecl
		if n.linked != nil {
			p.Facts = n.linked.Facts
		}
		if n.decl != nil {
			p.Position = n.decl.position
			if ev := b.ev.decls[n.decl.id]; ev != nil {
				p.Source, p.End = ev.source, ev.end
			}
			if n.kind == literalNode {
				p.Position, p.End = b.literalPosition(n), 0
			}
		}
		if p.Kind != BoundaryPart {
			p.Name = b.unique(p.Kind, p.Name, p.NameOnly)
		}
		b.ofNode[i] = b.add(p)
	}
	for i, index := range b.g.boundaries {
		b.graph.Parts[b.ofNode[index]].Facts = b.g.program.Boundaries[i].Facts
	}
	for _, id := range slices.Sorted(maps.Keys(b.g.ignored)) {
		leaf := hasher.NewEncoder("ignored").Sum()
		p := Part{Kind: DirectivePart, Name: "autover:ignore " + plainName(id), Digest: leaf}
		if n, ok := b.g.funcs[string(id)]; ok {
			p.Position = b.g.nodes[n].decl.position
		}
		b.ignored[id] = b.add(p)
	}
}

// literalPosition returns where a literal stands.
func (b *partBuilder) literalPosition(n *node) string {
	_, offset, _ := strings.Cut(string(n.id), "$")
	distance, err := strconv.Atoi(offset)
	if ev := b.ev.decls[n.decl.id]; ev != nil && err == nil {
		return b.v.w.position(ev.pos + token.Pos(distance))
	}
	return n.decl.position
}

// unique numbers the second and further parts of a name, such as those of
// packages that are compiled once more for a test.
func (b *partBuilder) unique(kind PartKind, name string, nameOnly bool) string {
	key := string(kind) + " " + strconv.FormatBool(nameOnly) + " " + name
	b.named[key]++
	if n := b.named[key]; n > 1 {
		return name + " (" + strconv.Itoa(n) + ")"
	}
	return name
}

// plainName is a symbol without the identity of a test binary.
func plainName(id symbol.ID) string {
	s := string(id)
	if i := strings.Index(s, " ["); i >= 0 {
		if j := strings.Index(s[i:], "]"); j >= 0 {
			s = s[:i] + s[i+j+1:]
		}
	}
	return s
}

// functionName names what has a body. Initial values have the name of the first
// variable that they are given to.
func functionName(d *decl) (PartKind, string) {
	switch d.kind {
	case initDecl:
		return InitPart, strings.TrimSuffix(plainName(d.id), "#0")
	case initializerDecl:
		for _, v := range d.vars {
			if v != "" {
				return InitPart, plainName(v)
			}
		}
		pkg, _, _ := strings.Cut(plainName(d.id), ".var#")
		return InitPart, pkg + "._"
	}
	return FunctionPart, plainName(d.id)
}

// declareConstants makes the parts of what counts by value alone.
func (b *partBuilder) declareConstants() {
	ids := slices.Sorted(maps.Keys(b.ev.constants))
	for _, id := range ids {
		c := b.ev.constants[id]
		b.constant[id] = b.add(Part{
			Kind: c.kind, Name: b.unique(c.kind, plainName(id), false), ByValue: true, Digest: c.digest, Source: c.source,
			Position: c.position, End: c.end, Value: c.value,
		})
	}
	for _, id := range ids {
		if c := b.ev.constants[id]; c.made != nil {
			b.useConstants(b.constant[id], c.made.constants)
			b.useDeclarations(b.constant[id], c.made.mentioned)
		}
	}
}

// useDeclarations notes the types and variables that a declaration mentions.
func (b *partBuilder) useDeclarations(from int, mentioned map[symbol.ID]mention) {
	for _, id := range slices.Sorted(maps.Keys(mentioned)) {
		n, ok := b.g.types[string(id)]
		if !ok {
			n, ok = b.g.idents[string(id)]
		}
		if ok {
			b.edge(from, Edge{To: b.ofNode[n], How: "uses", Position: b.v.w.position(mentioned[id].pos), Folded: true})
		}
	}
}

func (b *partBuilder) useConstants(from int, constants map[symbol.ID]string) {
	for _, id := range slices.Sorted(maps.Keys(constants)) {
		if to, ok := b.constant[id]; ok {
			b.edge(from, Edge{To: to, How: "uses", Position: constants[id]})
		}
	}
}

// declarePackages makes the parts of external packages, with their modules.
func (b *partBuilder) declarePackages() {
	for _, id := range b.v.ext.packages {
		p := Part{Kind: PackagePart, Name: b.unique(PackagePart, plainName(symbol.ID(id)), false)}
		if m := b.v.w.external[id].module; m != nil {
			p.Value = m.Path
			if m.Replace != nil {
				p.Value = m.Replace.Path
			}
		}
		b.packages[id] = b.add(p)
	}
	for _, id := range b.v.ext.packages {
		if b.v.w.external[id].module == nil {
			continue // the standard library imports no modules
		}
		for _, e := range b.v.w.importsOf(id) {
			if to, ok := b.packages[e.id]; ok {
				b.edge(b.packages[id], Edge{To: to, How: "imports"})
			}
		}
	}
	for id, effects := range b.v.giving {
		if from, ok := b.packages[id]; ok {
			for _, e := range effects {
				b.edge(from, Edge{To: b.ofNode[b.v.effects[e].node], How: "is given something by", Effect: true})
			}
		}
	}
}

// connect adds the edges of a node. All that its sets hold is accounted for: what
// no known reason leads to was linked by name.
func (b *partBuilder) connect(index int32, from int) {
	n := &b.g.nodes[index]
	explained := map[int32]bool{}
	set := func(to int32, e Edge) {
		if !slices.Contains(n.set, to) || b.ofNode[to] < 0 {
			return
		}
		explained[to] = true
		e.To = b.ofNode[to]
		b.edge(from, e)
	}
	switch n.kind {
	case boundaryNode:
		b.connectBoundary(n, set)
	case valueNode:
		b.connectValue(n, from, set)
	default:
		b.connectDeclaration(n, from, set)
	}
	for _, to := range n.set {
		if !explained[to] && b.ofNode[to] >= 0 {
			set(to, Edge{How: b.linkReason(n, to)})
		}
	}
	if n.unit != nil {
		b.connectPackages(n, from)
	}
	for _, e := range b.v.writing[index] {
		effect := b.v.effects[e].node
		b.edge(from, Edge{To: b.ofNode[effect], How: "is changed by", Position: b.g.nodes[effect].decl.position, Effect: true})
	}
	edges := b.graph.Parts[from].Edges
	slices.SortStableFunc(edges, func(x, y Edge) int {
		switch {
		case x.Slot > 0 && y.Slot > 0:
			return x.Slot - y.Slot
		case x.Slot > 0:
			return -1
		case y.Slot > 0:
			return 1
		}
		return cmp.Or(x.To-y.To, strings.Compare(x.How, y.How))
	})
}

// linkReason is the reason of an edge that stands in no Go code.
func (b *partBuilder) linkReason(n *node, to int32) string {
	if b.g.nodes[to].kind == literalNode && b.g.nodes[to].decl == n.decl {
		return "contains"
	}
	if n.kind == sealedNode || b.g.nodes[to].kind == sealedNode {
		return "is in a package with cgo or assembly with"
	}
	return "is linked to"
}

func (b *partBuilder) connectBoundary(n *node, set func(int32, Edge)) {
	for _, to := range n.set {
		how := map[nodeKind]string{boundaryNode: "holds", typeNode: "sees"}[b.g.nodes[to].kind]
		set(to, Edge{How: cmp.Or(how, "may call back")})
	}
}

// connectValue makes a variable depend on its type, initial value and writers.
func (b *partBuilder) connectValue(n *node, from int, set func(int32, Edge)) {
	ident := &b.g.nodes[b.g.idents[string(n.id)]]
	b.slots(from, ident)
	for _, to := range ident.set { // cgo: the package
		if b.ofNode[to] >= 0 {
			b.edge(from, Edge{To: b.ofNode[to], How: b.linkReason(n, to)})
		}
	}
	if len(n.refs) > 1 {
		b.edge(from, Edge{To: b.ofNode[n.refs[1]], Slot: len(ident.refs) + 1, How: "starts as", Position: b.g.nodes[n.refs[1]].decl.position})
	}
	for _, w := range b.g.program.Writers[n.id] {
		if to, ok := b.g.funcs[string(w)]; ok {
			set(to, Edge{How: "is written by", Position: b.mentionOf(w, n.id)})
		}
	}
	b.details(from, n.id)
}

// mentionOf returns where a declaration mentions an object, or else where it
// stands itself.
func (b *partBuilder) mentionOf(in, of symbol.ID) string {
	if ev := b.ev.decls[symbol.Declaration(in)]; ev != nil {
		if m, ok := ev.mentioned[of]; ok {
			return b.v.w.position(m.pos)
		}
	}
	if n, ok := b.nodeOf[in]; ok {
		return b.g.nodes[n].decl.position
	}
	return ""
}

func (b *partBuilder) connectDeclaration(n *node, from int, set func(int32, Edge)) {
	b.slots(from, n)
	if n.decl != nil {
		b.details(from, n.decl.id)
	}
	if n.kind == sealedNode {
		for _, file := range slices.Sorted(maps.Keys(n.unit.files)) {
			leaf := b.leaf(Part{Kind: FilePart, Name: file, Position: file, Digest: n.unit.files[file]})
			b.edge(from, Edge{To: leaf, How: "contains"})
		}
		if flags := b.v.w.cgoFlags(); n.unit.flows == nil && flags != "" {
			b.edge(from, Edge{To: b.leaf(textPart(ToolchainPart, "cgo flags", flags)), How: "is built with"})
		}
	}
	if n.linked == nil {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(n.linked.Callees)) {
		e := Edge{How: "may call through a function value", Position: n.linked.Callees[id]}
		if c, ok := b.g.funcs[string(id)]; ok && b.g.nodes[c].kind == funcNode && strings.Count(strings.TrimPrefix(string(id), b.g.nodes[c].unit.id), ".") > 1 {
			e.How = "may call through an interface"
		}
		if i, ok := b.ignored[symbol.Declaration(id)]; ok {
			e.To = i
			b.edge(from, e)
		} else if c, ok := b.g.funcs[string(id)]; ok {
			set(c, e)
		}
	}
	for _, i := range slices.Sorted(maps.Keys(n.linked.Boundaries)) {
		position, name, _ := strings.Cut(n.linked.Boundaries[i], " ")
		set(b.g.boundaries[i], Edge{How: "hands values to", Via: name, Position: position})
	}
}

// slots adds the edges of the normal form.
func (b *partBuilder) slots(from int, n *node) {
	if n.decl == nil {
		return
	}
	ev := b.ev.decls[n.decl.id]
	for i, r := range n.decl.form.Refs {
		if i >= len(n.refs) || n.refs[i] < 0 {
			continue
		}
		to := b.ofNode[n.refs[i]]
		if to < 0 {
			to = b.ignored[r.ID]
		}
		e := Edge{To: to, Slot: i + 1}
		called := false
		if ev != nil {
			if m, ok := ev.mentioned[r.ID]; ok {
				e.Position, called = b.v.w.position(m.pos), m.called
			}
		}
		switch {
		case r.Kind == hasher.RefFunc && called:
			e.How = "calls"
		case r.Kind == hasher.RefFunc:
			e.How = "uses the function"
		case r.Kind == hasher.RefType && n.linked != nil:
			e.How = "uses the type"
		case r.Kind == hasher.RefType:
			e.How = "is made of"
		case b.g.nodes[n.refs[i]].kind == identNode:
			e.How = "assigns"
		default:
			e.How = "reads"
		}
		b.edge(from, e)
	}
}

// details adds what a declaration takes from constants and embedded files.
func (b *partBuilder) details(from int, id symbol.ID) {
	ev := b.ev.decls[id]
	if ev == nil {
		return
	}
	b.useConstants(from, ev.constants)
	b.useDeclarations(from, ev.mentioned)
	if v, ok := b.g.values[string(id)]; ok && len(b.g.nodes[v].refs) > 1 { // it may decide the type
		b.edge(from, Edge{To: b.ofNode[b.g.nodes[v].refs[1]], How: "starts as", Folded: true})
	}
	for _, file := range slices.Sorted(maps.Keys(ev.embeds)) {
		leaf := b.leaf(Part{Kind: EmbedPart, Name: file, Position: file, Digest: ev.embeds[file]})
		b.edge(from, Edge{To: leaf, How: "embeds"})
	}
}

// connectPackages adds the external packages that a node uses, and those that its
// package imports for their initialisation.
func (b *partBuilder) connectPackages(n *node, from int) {
	for _, p := range n.externals {
		to, ok := b.packages[p]
		if !ok {
			continue
		}
		e := Edge{To: to, How: "uses"}
		if n.decl != nil {
			if ev := b.ev.decls[n.decl.id]; ev != nil && ev.packages[p].pos.IsValid() {
				e.Via, e.Position = ev.packages[p].name, b.v.w.position(ev.packages[p].pos)
			}
		}
		b.edge(from, e)
	}
	for _, p := range n.unit.blank {
		if to, ok := b.packages[p]; ok {
			b.edge(from, Edge{To: to, How: "is in a package that imports"})
		}
	}
}

// addOrigins notes where values that can be called come into being.
func (b *partBuilder) addOrigins() {
	for _, id := range slices.Sorted(maps.Keys(b.g.units)) {
		for _, o := range b.g.units[id].origins {
			b.addOrigin(o)
		}
	}
}

func (b *partBuilder) addOrigin(o callgraph.Origin) {
	to, ok := b.g.funcs[string(o.Of)]
	if !ok {
		if to, ok = b.g.types[string(o.Of)]; !ok {
			return
		}
	}
	origin := Origin{Part: -1, Position: b.v.w.position(o.Pos)}
	if n, ok := b.g.funcs[string(b.ev.enclosing(o.Pos))]; ok {
		origin.Part = b.ofNode[n]
	}
	p := &b.graph.Parts[b.ofNode[to]]
	p.Origins = append(p.Origins, origin)
}

// textPart is a part that consists of a text.
func textPart(kind PartKind, name string, texts ...string) Part {
	enc := hasher.NewEncoder("text")
	enc.Strings(texts)
	return Part{Kind: kind, Name: name, Digest: enc.Sum(), Value: strings.Join(texts, " ")}
}

// leaf returns the part for something that no node stands for.
func (b *partBuilder) leaf(p Part) int {
	key := leafKey{p.Kind, p.Name, p.Digest}
	i, ok := b.leaves[key]
	if !ok {
		i = b.add(p)
		b.leaves[key] = i
	}
	return i
}

// closure lists the parts of a version: what its digest covers beside the graph
// is what hashing got.
func (b *partBuilder) closure(start int32, c *closure, in *hasher.Inputs) *Closure {
	out := &Closure{Start: b.ofNode[start], Reveals: c.reveals}
	for _, x := range in.Components {
		out.BodyOnly = out.BodyOnly || x.Name == "-private"
	}
	if !out.BodyOnly {
		var order []string
		for _, i := range c.effects {
			e := b.ofNode[b.v.effects[i].node]
			out.Effects = append(out.Effects, e)
			order = append(order, b.graph.Parts[e].Name)
		}
		if len(order) > 1 {
			p := textPart(InitPart, "order of initialisation", order...)
			p.Value = ""
			out.Leaves = append(out.Leaves, b.leaf(p))
		}
	}
	for _, m := range in.Modules {
		p := textPart(ModulePart, m.Path, m.Version, m.Sum, m.Replaces)
		p.Value = m.Version
		out.Leaves = append(out.Leaves, b.leaf(p))
	}
	for i := 0; i+1 < len(in.Packages); i += 2 {
		p := textPart(ModulePart, in.Packages[i]+vendoredPackage, in.Packages[i+1])
		out.Leaves = append(out.Leaves, b.leaf(p))
	}
	for _, r := range in.Registered {
		out.Leaves = append(out.Leaves, b.leaf(textPart(InitPart, r, "registers itself")))
	}
	out.Leaves = append(out.Leaves, b.leaf(textPart(ToolchainPart, "go", in.Toolchain...)))
	if len(in.Debug) > 0 {
		out.Leaves = append(out.Leaves, b.leaf(textPart(DirectivePart, "go:debug", in.Debug...)))
	}
	if in.Salt != "" {
		out.Leaves = append(out.Leaves, b.leaf(textPart(SaltPart, "salt", in.Salt)))
	}
	for _, x := range in.Components {
		out.Leaves = append(out.Leaves, b.component(x)...)
	}
	return out
}

// vendoredPackage follows the path of a package of which more counts than its
// module, such as its vendored files.
const vendoredPackage = " (package)"

// component returns the parts of what a policy adds.
func (b *partBuilder) component(x hasher.Component) []int {
	var list []int
	switch name, custom := strings.CutPrefix(x.Name, "custom "); {
	case x.Name == "files":
		for i := 0; i+1 < len(x.Parts); i += 2 {
			list = append(list, b.leaf(Part{Kind: FilePart, Name: x.Parts[i], Digest: textPart("", "", x.Parts[i+1]).Digest}))
		}
	case x.Name == "salt":
		list = append(list, b.leaf(textPart(SaltPart, "salt of the task", x.Parts...)))
	case custom:
		p := textPart(PolicyPart, name, x.Parts...)
		p.Value = "" // it may be long, or nobody's business
		list = append(list, b.leaf(p))
	default:
		list = append(list, b.leaf(textPart(PolicyPart, x.Name, x.Parts...)))
	}
	return list
}
