// Package callgraph finds what a function may reach: the functions behind calls
// of interfaces, function values and external code, the variables it reads and
// who changes them, and the initialisations that matter.
//
// # Purpose
//
// A version must never be stale, so every callee that is possible must be
// found; it must not be needlessly new, so few that are impossible may be.
// The analysis is Andersen's inclusion-based points-to analysis, reduced to
// what dispatch needs, as in variable-type analysis (Sundaresan et al.,
// "Practical virtual method call resolution for Java", 2000).
//
// # Terms
//
// A token is something that flows: a concrete type that was converted to an
// interface, a function used as a value, or an object, which is memory with a
// content of its own (a variable whose address is used, a map, a slice, a
// channel, a value of external code). A node is a place that holds tokens: an
// SSA value, a parameter or result, a variable, the content of an object, or a
// field of a private struct type; the last is one node for all values of the
// type. Values whose type can't hold a token have no node.
//
// # Algorithm
//
// Summarize translates the SSA form of one package into subset constraints
// (Copy, Load, Store, Filter), calls to be resolved, and facts about memory.
// That needs no other package's code, so a summary can be kept for as long as
// the package and the API of its imports stay the same. Link joins all
// summaries, propagates tokens to a fixed point (solve.go), adds the edges of
// calls as callees appear (boundary.go), reads the callees off (resolve.go), and
// finds who changes which variable (effects.go).
//
// External code is not looked into. What it may do with what a call hands over
// is the call's boundary. The table of models says for the packages of the
// standard library that matter what a function calls, keeps, writes and
// returns; objects that it makes or is given are told apart by where they come
// from, and it reaches what they hold. All code without a model shares one
// node, the outside: whatever was handed to it, it may keep anywhere, call at
// any time and return from anywhere. One object stands for all of the outside
// where it flows back into private code. That is safe and coarse; what it costs
// in precision can be had back by more models, not by weaker rules. Reflection
// on private types is covered by following exported fields to the types and
// values in them.
//
// The standard library calls a method only if one of its interfaces has it, in name
// and number of parameters and results, and without private types; a function only
// if its type has none (stdmethods.txt). The rows of generic code and of code that
// calls by reflection say that they call everything, and what such code made does so
// wherever it is called. Where the standard library meets values or functions of other
// modules, these get to know what it passes on. Where a method that a row calls by name
// may be one of another module, that may do all that the outside does.
//
// What external code made may hold what it knows at any depth. So what is loaded from
// behind its pointers is another object that knows the same, and what is stored there
// may be found in all that it knows.
//
// A value that external code hands out can answer a call only if there is code for
// it. Interfaces that no external type can implement, because a method isn't
// exported, mentions private types or has a name that no external type has, are
// answered by the private types in what was handed out; functions answer calls of
// methods that an external function type has. What generic external types can be
// instantiated with is excepted (closed.go, stdmethods.txt).
//
// The version of another module counts for a function that calls a value of it, hands
// one to external code or asks for its type, even if the value came from a caller and
// nothing in sight mentions the module (suppliers.go).
//
// A function literal is a body of its own: what it captured is data, like the
// fields of an object whose method is called. Whoever calls it depends on it, and
// not on all that the function around it does besides.
//
// # Changes
//
// A variable whose value never gets out of sight is changed only by code that
// names it. Other changes concern a variable if two things are so. What is
// changed has the type of something that can be reached from the variable:
// memory is told apart by cells, see memory.go. And the reference through which
// it is changed may lead to memory of the variable, which an alias analysis
// finds: one-level flow (Das, "Unification-based pointer analysis with
// directional assignments", 2000).
//
// A variable to which some module was given a pointer may be changed by any call of
// another module, which may import the first one.
//
// The models say behind which arguments a function writes, and which it only reads.
// What the standard library finds in interfaces it changes by reflection only:
// exported fields and whole elements, not what lies in other fields.
//
// Summarize makes an alias graph of each package (alias.go, aliasvalue.go,
// aliasflow.go) in which references flow along assignments, and Link joins them
// and adds calls, as the tokens of the callees have resolved them (aliascall.go). A flow also
// unifies what the memory of both sides holds, which keeps the analysis near
// linear: only the memory that a reference leads to at once is told apart by
// direction, what lies behind it by classes. Fields of private structs are nodes
// for all values of the type. External code that keeps what it is handed,
// returns it or calls back joins all of it in one node; so does the outside.
// Then change.go finds for each node the variables into whose memory it flows,
// and for each the variables of all nodes that it comes from: two passes over the
// components of the graph.
//
// # Assumptions
//
// Code that uses package unsafe, assembly or plugins to reach what the type
// system hides is reported as a caveat; what is converted to or from an unsafe
// pointer counts as known to the outside. Errors of external code keep nothing but
// errors. Errors, contexts and reflected types are not changed by those that are
// handed one; implementations of io.Writer neither change nor keep the bytes that
// they are given, as the interface says. The standard library, apart from package
// reflect, does not replace as a whole a struct that it finds behind a pointer in an
// interface. Methods of values in unexported fields are not called by reflection,
// which package reflect enforces.
package callgraph
