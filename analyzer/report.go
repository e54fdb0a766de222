package analyzer

import "github.com/autover/autover/hasher"

// Report is what an analysis found: plain data, without behaviour, from which
// every output format is rendered.
type Report struct {
	// Scheme names the hashing rules of all versions in the report.
	Scheme string
	// Targets are sorted by name.
	Targets []Target
	// Single says that the request named exactly one target, by name and not
	// by a pattern.
	Single bool
	// Warnings tell of problems that touch no version, one line each.
	Warnings []string
	// Missing are the targets that selected nothing, with the reason of each; none
	// unless Config.Optional is set.
	Missing map[string]string
	// Constants are the files of constants of the packages asked for, by path; none
	// unless Config.Constants is set.
	Constants []ConstantFile
	// Graph is what the versions are made of, nil unless Config.Explain is set.
	Graph *Graph
}

// Target is one function and its version.
type Target struct {
	// Name is the qualified name: "import/path.Func" or
	// "import/path.Type.Method".
	Name string
	// Version is the version string, Digest the full digest in hexadecimal.
	Version, Digest string
	// Position is file:line, with the file relative to the folder of go.mod or go.work
	// and slashes on every platform.
	Position string
	// Task is the name under which //autover:task marks the function as a task,
	// or empty.
	Task string
	// Pin is what //autover:pin says, or nil. Version is then the pinned string;
	// Digest remains that of the code.
	Pin *Pin
	// Functions counts the private functions in the closure, the target
	// included.
	Functions int
	// Modules are the external modules that entered the version, by path.
	Modules []Module
	// Components are what policies added, or took out, in the order in which
	// they entered; none by default.
	Components []Component
	// Caveats tell what could not be analysed exactly.
	Caveats []Caveat
	// Closure says which parts of Report.Graph make the version.
	Closure *Closure
}

// Pin tells of a version that replaces the automatic one.
type Pin struct {
	// Position is that of the directive, as file:line.
	Position string
	// Automatic is the version that the code has.
	Automatic string
	// At is the version that the code had when it was pinned, if the directive
	// says so.
	At string
}

// Moved reports whether the code is known to have changed since it was pinned.
func (p *Pin) Moved() bool { return p.At != "" && p.At != p.Automatic }

// Module is an external module at its selected version. For one that replaces
// another, Replaces is the path of the other, under which it is imported.
type Module struct {
	Path, Version, Sum, Replaces string
}

// Component is what one policy adds to a version: for "platform", "image" or
// "image-spec", "files" (names, each followed by a digest), "salt" that of the
// task, "custom NAME" the contribution; for "-external" and the like nothing,
// since the policy is off.
type Component struct {
	Name  string
	Parts []string
}

// Caveat is a place whose effect on the version could only be approximated.
type Caveat struct {
	Kind, Position, Message string
}

// Entry is a possible target, found without analysis.
type Entry struct {
	Name, Position string
	// Package is the import path with which the name begins.
	Package string
	// Task is as in Target.
	Task string
}

// Scheme names the hashing rules of the versions that this package computes.
const Scheme = hasher.Scheme
