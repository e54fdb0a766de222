// Package analyzer turns a request into a report: it finds the functions that
// are asked for and computes the version of each.
//
// # Terms
//
// The world is all code that can matter: every package of the main modules and
// what these import. Private packages, those of the main modules, of modules
// replaced by local folders and of those that the user calls private, are read
// in full; of external packages only the API is. A target is a private function or method that a request selects. A
// unit is the summary of one private package, plain data without syntax, types
// or positions in its digests; the graph is all units linked together.
//
// # Algorithm
//
// Run has five steps. Load lists the world by metadata and type-checks it, and
// nothing is compiled or executed. Summarize reduces each private package to
// its unit: the normal forms of its declarations (package hasher) and what they
// call, hand on and change (package callgraph). What an earlier run found about a
// package can take the place of both steps. Link resolves calls across
// units, unless it has done so for the same flows, and makes the graph. Hash rolls the digests of all nodes up in one pass.
// The version of a target then combines its digest with what depends on the
// programs that link it: effects of initialisation, external modules and the
// toolchain (package depversion), and with the knobs.
//
// # Knobs
//
// Policies choose what enters a version; each is a component of package hasher's
// format, in an order of its own. Settings come from Config or, where that is
// silent, from the nearest .autover.yaml above the package of a target; those that
// decide what is loaded are the same for all targets and come from the file beside
// go.mod or go.work. Directives are comments of functions: tasks and pins concern
// their own function, ignored functions are replaced by a leaf of the graph
// wherever they are used, and files are facts of a closure, as modules are.
//
// Code that is analysed is never executed. What is executed are the commands that a
// configuration file names, if it counts for a target and their policies are on.
//
// # Invariants
//
// The world doesn't depend on the targets, so that naming one target never moves
// the version of another. Everything that reaches a hash is sorted first: the
// order of files, maps and goroutines never shows. What can't be analysed is an
// error or a caveat with its position. A broken package is an error for every
// target that it can have to do with, and a warning for all others.
package analyzer
