package callgraph

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// stdmethods.txt lists the exported methods that types of the standard library
// have, and says which of them a generic type, and which a function type, has, and
// how many parameters and results those of interfaces have. It is part of the tool,
// not read from the installed Go, whose patch release must not matter to a version.
//
//go:embed stdmethods.txt
var stdmethods string

var standardMethods, standardCalls = parseMethods(stdmethods)

// arity is how many parameters and results a method has.
type arity struct{ params, results int }

func (a arity) String() string { return fmt.Sprintf("%d/%d", a.params, a.results) }

// MethodKinds says which external types have methods of a name, besides others.
type MethodKinds struct{ Generic, Function bool }

// parseMethods reads the list: which types have methods of a name, and the methods
// of interfaces, by which the standard library calls others.
func parseMethods(text string) (map[string]MethodKinds, map[string][]arity) {
	methods, calls := map[string]MethodKinds{}, map[string][]arity{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		name := words[0]
		methods[name] = MethodKinds{slices.Contains(words, "generic"), slices.Contains(words, "function")}
		for _, word := range words[1:] {
			var a arity
			if n, _ := fmt.Sscanf(word, "%d/%d", &a.params, &a.results); n == 2 {
				calls[name] = append(calls[name], a)
			}
		}
	}
	return methods, calls
}

// namedInStandard tells whether an interface of the standard library can have a
// method, so that its code can call it without reflection.
func namedInStandard(m *Method) bool {
	return !m.Private && slices.Contains(standardCalls[m.Name], arity{m.Params, m.Results})
}

// standardRoots are the first elements of the import paths of the standard library
// that the table of models mentions, and the others.
var standardRoots = func() map[string]bool {
	roots := map[string]bool{"flag": true, "plugin": true, "structs": true, "unsafe": true, "vendor": true}
	for name := range models {
		first, _, _ := strings.Cut(name, "/")
		first, _, _ = strings.Cut(first, ".")
		roots[first] = true
	}
	return roots
}()

// isStandard tells whether a package belongs to the standard library. Modules whose
// paths begin like it are taken for it, if they aren't private; the go command
// reserves such paths.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return standardRoots[first]
}
