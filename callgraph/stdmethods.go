package callgraph

import (
	_ "embed"
	"strings"
)

// stdmethods.txt lists the exported methods that types of the standard library
// have, and says which of them a generic type, and which a function type, has. It
// is part of the tool, not read from the installed Go, whose patch release must
// not matter to a version.
//
//go:embed stdmethods.txt
var stdmethods string

var standardMethods = parseMethods(stdmethods)

// MethodKinds says which external types have methods of a name, besides others.
type MethodKinds struct{ Generic, Function bool }

func parseMethods(text string) map[string]MethodKinds {
	methods := map[string]MethodKinds{}
	for line := range strings.Lines(text) {
		name, kinds, _ := strings.Cut(strings.TrimSpace(line), " ")
		methods[name] = MethodKinds{strings.Contains(kinds, "generic"), strings.Contains(kinds, "function")}
	}
	return methods
}
