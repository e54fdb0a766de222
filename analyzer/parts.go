package analyzer

import "github.com/autover/autover/hasher"

// Config.Explain asks for a Graph: what all versions of a report are made of, as
// plain data. It comes from the very graph whose digests were rolled up, so an
// explanation can't drift from the hash.
//
// To list what one version consists of, for a lock file say, call Elements. Two
// versions of a target differ only if an element is there on one side alone, or
// differs in Digest or Links. To find why something is in a version, or why a
// version changed, walk the edges from Closure.Start and Closure.Effects.

// PartKind tells parts apart; those that can be the cause of a new version have
// the names of the JSON output.
type PartKind string

// The kinds of parts.
const (
	FunctionPart  PartKind = "function"
	TypePart      PartKind = "type"
	VariablePart  PartKind = "variable"
	ConstantPart  PartKind = "constant"
	InitPart      PartKind = "init" // an init function or the initial value of variables
	EmbedPart     PartKind = "embed"
	ModulePart    PartKind = "module"
	ToolchainPart PartKind = "toolchain"
	FilePart      PartKind = "file"
	PolicyPart    PartKind = "policy"
	SaltPart      PartKind = "salt"
	DirectivePart PartKind = "directive"

	// BoundaryPart is a set of values that external code gets hold of, and
	// PackagePart an external package. They connect other parts and are no
	// elements of a version.
	BoundaryPart PartKind = "boundary"
	PackagePart  PartKind = "package"
)

// Graph is what versions are made of: the parts of the whole program, in an
// order that is the same in every run, and the edges between them. Its methods
// remember what they find, so they must not be called by several goroutines at once.
type Graph struct {
	Parts []Part
	// Root is the absolute folder that positions are relative to.
	Root string

	links    []hasher.Digest // of parts, by index; filled as they are asked for
	known    []bool
	elements *elementTable // made when it is asked for
}

// Part is a declaration, a constant, a module or whatever else a version covers.
type Part struct {
	Kind PartKind
	// Name is unique among the parts of its kind, but for variables: one that is
	// only assigned is a part of its own, marked NameOnly.
	Name     string
	NameOnly bool
	// Within is the declaration around a function literal, of the same kind; literals
	// are parts of their own, since whoever calls one need not reach the rest. Their
	// Digest and Source are those of the declaration.
	Within string
	// Initial marks the initial value of variables, which has the name of the first
	// of them.
	Initial bool
	// ByValue marks what enters a version by its value alone, wherever it is used:
	// constants, aliases, language versions. No digest covers what it is made of.
	ByValue bool
	// Digest covers the part alone, Closure also everything that it depends on.
	// Where Closure is the same, nothing below can be told apart.
	Digest, Closure hasher.Digest
	// Source covers the syntax of a declaration, comments and layout apart. If
	// Digest differs and Source doesn't, something that the declaration mentions
	// has changed.
	Source hasher.Digest
	// Layout covers what a function can see of its name and line numbers.
	Layout hasher.Digest
	// Position is file:line, as in Target, and End the last line of the declaration;
	// empty and 0 for what has no place in a file.
	Position string
	End      int
	// Value is what a reader recognises the part's content by: the value of a
	// constant, the version of a module; of an external package, its module's path.
	Value string
	// Facts are what code can learn there of method sets.
	Facts []string
	// Edges lead to what the part depends on, first those of its normal form.
	Edges []Edge
	// Origins are the places that make a function a value, or convert a type to an
	// interface, by which dynamic calls can reach it.
	Origins []Origin
}

// Edge is one dependency and its reason.
type Edge struct {
	To int
	// Slot numbers the edges of the normal form from 1; it is 0 for those that
	// linking found.
	Slot int
	// How is the reason as a verb, "calls"; Via the external function that takes
	// part in it, if any; Position the place where it arises.
	How, Via, Position string
	// Folded marks an edge that is no dependency: what a declaration mentions
	// though at most a value or a type that is computed from it counts.
	Folded bool
	// Effect marks an edge to an effect of initialisation, which counts for a
	// target only if Closure.Effects holds it.
	Effect bool
}

// Origin is a place where a value that can be called comes into being.
type Origin struct {
	// Part is the declaration in which the place lies.
	Part     int
	Position string
}

// Closure says which parts make one version.
type Closure struct {
	// Start is the part of the function itself.
	Start int
	// Effects are the parts of the effects of initialisation that count, in order.
	Effects []int
	// Leaves are the parts that no edge leads to: toolchain, policies, salt, files,
	// modules and what packages register.
	Leaves []int
	// Reveals says that the code sees names and line numbers of its functions.
	Reveals bool
	// BodyOnly says that the policy private is off: no edge counts.
	BodyOnly bool
}

// Element is a part as it counts in one version, function literals as what they
// stand in.
type Element struct {
	Kind    PartKind
	Name    string
	Initial bool
	// Digest covers the part alone, and Links the names of what it depends on.
	Digest, Links   hasher.Digest
	Position, Value string
}
