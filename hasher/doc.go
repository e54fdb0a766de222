// Package hasher gives declarations digests that change when what the
// declarations do may change, and only then.
//
// # Purpose
//
// A digest covers a function, variable, type or initialiser in two steps. A
// Normalizer turns a declaration into a Form: a digest of its normal form, in
// which private package-level objects are numbered slots, and a list of the
// objects in the slots. The caller makes a graph of the forms and of what only
// an analysis of the whole program can know, and Rollup computes from it a
// digest of each node that covers everything reachable.
//
// # Terms
//
// Private code is analysed by its source, external code is known by name. A slot
// is the place of a private package-level object in a form. A binding is a
// parameter, result, receiver or local variable. Opaque constants are those of
// files that autover generates and those that depend on them: a function may use
// its own version, so they are never replaced by their values.
//
// # Normal form
//
// The form says what the type checker found out, not what was written. Objects
// are resolved, constants folded, aliases replaced by what they stand for,
// inferred type arguments and embedded fields on the way to a selected one are
// spelled out. What can't be observed is left out:
//
//   - A function's or method's own name, names of private functions it refers to
//     (slots), of bindings, labels and type parameters (positions).
//   - Parentheses, empty statements, bare blocks, declarations of constants and
//     aliases, unused local types, grouping of declarations, fields and
//     parameters, whether a literal of a struct is keyed, what gofmt -s drops.
//   - The order of an interface's methods and of the terms of a union, and which
//     of them are embedded.
//   - The spelling of constants. Values of floating-point type are rounded to it.
//
// Positions of bindings count from the receiver, over parameters and results,
// named or not, to local variables in the order of their definitions; a closure
// continues the count of the function around it, beginning with its own
// parameters and results. Variables of package level, named types and fields
// have identity and keep their names. So do local types, which in addition are
// numbered at their first use; the name of the function around them enters only
// if another function of the package has the same form, since their types are
// different ones all the same.
//
// An expression's type is written only where operands and context don't decide
// it. They decide every implicit conversion: its source is the type of a
// binding, a slot, an external object, or a constant, nil or comparison, which
// carry their types; its target is the type of a binding, a slot, an element, or
// a signature.
//
// The language version of a file counts where it has a meaning of its own, which
// is whether a loop's variables are shared by its iterations, and there only if
// they outlive one.
//
// PrunePackage takes out what constant conditions exclude. It works on the syntax
// itself so that everybody who reads the syntax afterwards sees the same program.
//
// # Byte format
//
// Every digest is the BLAKE3-256 hash of a stream of tokens, written by an
// Encoder. This is scheme a1:
//
//	token  = kind length payload
//	kind   = one byte
//	length = uvarint, the number of bytes in payload
//
//	kind  payload
//	1     node: uvarint tag, uvarint arity
//	2     string: its bytes
//	3     unsigned number: uvarint
//	4     signed number: zigzag varint
//	5     truth value: 0 or 1
//	6     digest: 32 bytes
//
// uvarint and varint are those of encoding/binary, in their shortest form. A node
// is followed by as many items as its arity says; an item is a token of kinds 2
// to 6, or a node and its items. A stream begins with three strings, "autover",
// "a1" and the domain of the digest, and can be read back without knowledge of
// what it means. Tags are those of type Tag, whose comments list the items of
// each; a list is a node of tag 2, and what is absent one of tag 1. The domains
// of this package are:
//
//	func, var, initializer, type, typeform   forms
//	owner       form, name: a function whose local types have a twin
//	constant    what an opaque constant depends on
//	node        local digest, references, set: a node that is not part of a cycle
//	component   classes of a component, in order
//	member      component, number of the class
//	version     see below
//
// An Encoder can report its tokens as it writes them. 'autover hash -debug.hash=FUNC'
// prints those of all digests of one function.
//
// A reference is the digest of the node in the slot, an absent part, or within a
// component the number of a class. A set is a list without duplicates, sorted
// by bytes.
//
// # Roll-up
//
// Components are found callees first. A node that is not part of a cycle hashes
// its local digest and those of its references. In a component the nodes are
// partitioned until those in one cell have equal local digests and refer, slot by
// slot, to equal cells or equal digests outside. The quotient by that partition
// does not depend on how often a cycle was unrolled, nor on names. Refining it
// once more puts its classes in an order that only their content decides, and so
// gives each a number; the component's digest covers the quotient in that order.
// Where a cycle has been unrolled by functions that are not part of it, they
// are recognised and share its digests. Hence digests are equal exactly if the
// infinite unfoldings of the nodes are.
//
// # Versions
//
// The digest of a version, of domain "version", covers these items, in this
// order. "Strings" is a list node of strings.
//
//	string      the scheme
//	string      qualified name of the target
//	digest      its node, or its own code if the policy private is off (domain
//	            body: its form, strings of the names in the slots, whether the
//	            package has assembly or cgo, and the digest of its files if so)
//	list        as many effects as its arity says follow, each with
//	  strings     names of the variables that it initialises, with a leading dot,
//	              or empty for a blank one
//	  digest      its node
//	list        as many modules follow, each with
//	  string      path
//	  string      version
//	  string      hash in go.sum, empty if vendored
//	strings     external packages of which more counts than the module, and
//	            that, in turns: a vendored one and the hash of its files, ...
//	strings     packages that register themselves with one that is used
//	strings     the toolchain
//	strings     go:debug lines of programs with the target, sorted
//	truth       whether the closure can see where its functions stand
//	  strings     where that is, if so
//	string      salt
//	number      for each module that replaces another: its index, and
//	  string      path of the other
//	Policy      for each component that there is, in this order; none is there by
//	            default:
//	  -private, -external, -toolchain
//	              that the policy is off; no parts
//	  platform    GOOS=X, GOARCH=X, CGO_ENABLED=X, the level of the architecture if
//	              it has any, such as GOAMD64=v1, and the tags, sorted
//	  image       its name
//	  image-spec  its parameters, as the tokens of package yamltree
//	  files       for each file, sorted by name: path of the module and of the file
//	              in it, digest in hex of domain file: a string, its content
//	  salt        of the task itself
//	  custom X    what custom policy X contributes; by name, in bytes
//
// What belongs to a policy that is off is left out, and its lists are empty. A
// version prints the scheme and the first half of the digest.
//
// # Assumptions
//
// The files are type-checked without errors by the declared language version.
// Names of functions and line numbers are not observable; whoever calls
// runtime.Caller knows better and must hash them separately. Lengths of arrays
// are part of types and enter by value even where an opaque constant's length
// decides them: versions have one length.
package hasher
