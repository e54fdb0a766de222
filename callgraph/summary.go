package callgraph

import "github.com/autover/autover/internal/symbol"

// Summary is what linking needs to know of one private package. It is plain
// data: strings, integers and slices of them, without syntax, types or
// positions in a file set, so that it can be stored and read back.
type Summary struct {
	// Package is the identity of the package.
	Package string
	// Nodes are the flow nodes of the package: the key of a node that other
	// packages may name, or "" for a node that only this package uses.
	Nodes []string
	// Tokens are the tokens that the package mentions.
	Tokens []Token
	// Types describe the types that become type tokens, and the interfaces
	// that assertions and calls name.
	Types []Type
	// Procs are the bodies of the package.
	Procs []Proc

	Addrs   []Addr
	Copies  []Copy
	Retypes []Copy
	Filters []Filter
	Loads   []Load
	Stores  []Store
	Calls   []Call

	Functions []Function
	Variables []Variable
	Interiors []Interior
	Aliases   Aliases
}

// A Node is an index into Summary.Nodes, or None.
type Node = int32

// None stands for a value that can carry no token.
const None Node = -1

// TokenKind tells the three kinds of tokens apart.
type TokenKind uint8

const (
	// TypeToken is a concrete type converted to an interface; its key is
	// that of a Type.
	TypeToken TokenKind = iota
	// FuncToken is a body used as a value; its key is that of a Proc.
	FuncToken
	// ExternalToken is an external function used as a value; its key is
	// its qualified name.
	ExternalToken
	// ObjectToken is memory: a variable whose address flows, a map, slice,
	// channel, or an object of external code. Its key is that of the node
	// of what it contains.
	ObjectToken
)

// Token is something that flows.
type Token struct {
	Kind TokenKind
	// Key names the token among all packages. It is empty for an object
	// whose content is the node Content of this package.
	Key     string
	Content Node
	// Type is the key of the type of an object, whose Type says what it
	// holds; unknown if empty.
	Type string
}

// Addr puts a token into a node; Copy, Filter, Load and Store are the subset
// constraints of Andersen's analysis. Token is an index into Summary.Tokens.
type Addr struct {
	Dst   Node
	Token int32
}

// Copy makes Dst hold what Src holds. As a retype it passes objects only, and
// as ones of unknown type.
type Copy struct{ Dst, Src Node }

// Filter makes Dst hold what of Src passes an assertion to a type, which Kind
// describes as in Proc.Kinds. Owner is the function that asserts.
type Filter struct {
	Dst, Src Node
	Kind     string
	Owner    symbol.ID
}

// Load makes Dst hold what the objects in Ptr contain. Kind describes what Dst
// can be, as in Proc.Kinds.
type Load struct {
	Dst, Ptr Node
	Kind     string
	// Asserted says that Ptr is an interface whose value is asserted to be of a type
	// with methods. Other loads are not from an error or a context.
	Asserted bool
}

// Store makes the objects in Ptr contain what Src holds.
type Store struct{ Ptr, Src Node }

// CallKind tells the calls apart that linking has to resolve. Static calls of
// private functions are copies.
type CallKind uint8

const (
	// DynamicCall calls a function value.
	DynamicCall CallKind = iota
	// InvokeCall calls a method of an interface or of a type parameter.
	InvokeCall
	// ExternalCall calls an external function or method.
	ExternalCall
)

// Call is a call that linking resolves.
type Call struct {
	Kind  CallKind
	Owner symbol.ID
	// Callee is the function value, or the receiver of an InvokeCall.
	Callee Node
	// Method is the key of the method of an InvokeCall; the qualified name
	// of the function of an ExternalCall.
	Method string
	// Interface is the key of the type of the receiver of an InvokeCall, unless
	// it is a type parameter.
	Interface string
	// Package is the import path of the external package called, or that
	// declares the interface invoked, if external.
	Package string
	// Wraps says that an argument can be an error, which errors may keep.
	Wraps bool
	// Args are the nodes of the arguments, without the receiver of an
	// InvokeCall, with the receiver of an ExternalCall first.
	Args []Node
	// Types are tokens of the private types that an ExternalCall is handed
	// by the static types of its arguments.
	Types []int32
	// Results are the nodes of the results, and Kinds describe their types,
	// as those of Proc describe parameters.
	Results []Node
	Kinds   []string
	// Content is the node of what the external code holds during and after
	// the call.
	Content Node
	// Handed is the memory behind what external code may be handed.
	Handed []Handed
	// Refs are the alias nodes of the call.
	Refs CallMemory
	// Position is file:line.
	Position string
}

// Handed is memory that a call hands over.
type Handed struct {
	// Position is that of the argument; the receiver of a method has the first.
	Position int
	// Cells is the memory behind the argument, Variables those of which it is the
	// address or a reference that they hold.
	Cells     []string
	Variables []symbol.ID
}

// Proc is a body: a declared function, a closure, or a wrapper that the
// compiler adds.
type Proc struct {
	Key    string
	Owner  symbol.ID
	Params []Node
	// Kinds say what the parameters can be: "i:" and the key of an interface
	// type, "f:" and a signature, "o:" for objects, or nothing.
	Kinds []string
	// Results are the nodes of the results.
	Results []Node
	// Gives are the keys of the private types of the results, which external
	// code gets to know when it calls the body.
	Gives []string
	// Signature is the key of the type without receiver and names; Private says
	// that only private code can write it down.
	Signature string
	Private   bool
}

// Type describes a type for dispatch.
type Type struct {
	Key string
	// Interface says that it is an interface type; Methods then have no
	// target.
	Interface bool
	// Named is the declared private type behind it, if any.
	Named symbol.ID
	// Methods is the method set, sorted by name.
	Methods []Method
	// Fields are the exported fields that can carry tokens, which reflection
	// can reach.
	Fields []Field
	// Nested are the keys of the private types that reflection can reach in
	// a value of the type.
	Nested []string
	// Modules are the packages of other modules whose types occur in the type,
	// outside of private types.
	Modules []string
	// Pointer is the key of the pointer to a named type: reflection and
	// generic code make such pointers.
	Pointer string
	// Content is the key of the node of what values of the type hold when
	// it is no struct.
	Content string
	// Memory are the cells that can be reached from a value of the type, Exposed
	// those that code which knows it from an interface can change by reflection.
	Memory, Exposed []string
	// Holds describe, like Proc.Kinds, what can be put into an object of the
	// type, in entries of their own whose key begins with "hold ".
	Holds []string
}

// Field is a field of a private struct type: its node, and what it can be, as
// in Proc.Kinds.
type Field struct{ Node, Kind string }

// TargetKind tells where the code of a method is.
type TargetKind uint8

const (
	// PrivateMethod is a declared private method.
	PrivateMethod TargetKind = iota
	// EmbeddedInterface is a method promoted from an interface in a field.
	EmbeddedInterface
	// ExternalMethod is a method promoted from an external type.
	ExternalMethod
)

// Method is a method of a method set.
type Method struct {
	// Name is qualified by the package when it is not exported.
	Name      string
	Exported  bool
	Signature string
	// Private says that its name or signature is one that only private code can
	// write down.
	Private bool
	// Params and Results are how many it has.
	Params, Results int
	Target          TargetKind
	// Proc is the key of the body of a PrivateMethod, or the name of an
	// ExternalMethod.
	Proc string
	// Field is the key of the node of the last embedded field on the way to
	// the method, if it is promoted, which holds the value to which the method
	// belongs. Holder is that of the last one that is a pointer; "?" if fields
	// of no private struct are on the way.
	Field, Holder string
	// Address says that the receiver is the address of what Field holds.
	Address bool
	// Package is the import path of the package of an ExternalMethod, Interface
	// the key of the type of an EmbeddedInterface.
	Package, Interface string
}

// Function is what a declared function, a function literal, an init function or
// an initialiser does besides calling.
type Function struct {
	ID symbol.ID
	// Reads are the variables whose value it may use.
	Reads []symbol.ID
	// Passes are the variables whose address or value it gives away to where
	// other functions may change their memory.
	Passes []symbol.ID
	// Writes is the memory that it may change.
	Writes []Write
	// Calls are the keys of the bodies that it calls by name.
	Calls []string
	// Externals are the external packages whose variables it uses, and
	// Assigns those whose variables it changes.
	Externals, Assigns []string
	// Reveals says that it uses what shows positions or names of functions.
	Reveals bool
	Caveats []Caveat
}

// Caveat is a place that could only be approximated.
type Caveat struct {
	Kind, Position, Message string
}

// Variable is a package-level variable.
type Variable struct {
	ID symbol.ID
	// Declared is set in the summary of the package that declares it.
	Declared bool
	// Memory are the cells that can be reached through its value; Own those
	// that its own memory consists of, which count when Addressed.
	Memory, Own []string
	// Aliased says that the value is copied to where writes can't be told
	// from writes to other memory of the type. Addressed says so of the
	// address of the variable.
	Aliased, Addressed bool
	// Kept are the external packages that may keep a reference.
	Kept []string
}

// Write is a change of a cell in the memory of an alias node. That of a variable
// by its name has no node.
type Write struct {
	Cell   string
	Memory int32
}

// CallMemory are the alias nodes of the function value or receiver, the
// arguments and the results of a call that linking resolves.
type CallMemory struct {
	Callee        int32
	Args, Results []int32
}

// Aliases is the alias graph of a package.
type Aliases struct {
	Nodes  int32    // how many there are; they are numbered from 1
	Keys   []string // of the nodes that other packages use too
	Shared []int32  // the nodes with the keys
	// Flows and Parts say what may be the same or a part of the same memory,
	// and Contents which node is that of the content of another's memory.
	Flows, Parts, Contents []Flow
}

// Flow is an edge of an alias graph.
type Flow struct{ Dst, Src int32 }

// Interior says that a pointer to a part of memory is used as a value: a write
// through it changes the cell Part, and one to Part changes what it points to.
type Interior struct{ Part, Target string }
