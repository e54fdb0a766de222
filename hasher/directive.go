package hasher

import (
	"go/ast"
	"slices"
	"strings"
)

// toolDirectives are the go: directives that leave the behaviour of a correct
// program as it is. Any other, known or not, counts.
var toolDirectives = map[string]string{
	"generate":           "read by go generate only",
	"build":              "decides whether the file takes part, which the result shows",
	"fix":                "read by go fix only",
	"debug":              "belongs to the main package as a whole, not to a declaration",
	"embed":              "counts by the embedded files",
	"linkname":           "counts by its target, wherever in the file it stands",
	"noinline":           "changes the cost of a call, not what it does",
	"nosplit":            "changes the stack check, not what is computed",
	"norace":             "changes what the race detector watches",
	"nocheckptr":         "changes what pointer instrumentation watches",
	"noescape":           "changes where a value is allocated",
	"nowritebarrier":     "is an assertion that the compiler checks",
	"nowritebarrierrec":  "is an assertion that the compiler checks",
	"yeswritebarrierrec": "is an exception from such an assertion",
	"systemstack":        "is an assertion about the runtime's stacks",
	"notinheap":          "is an assertion about allocation",
	"registerparams":     "changes the calling convention, not what is computed",
	"uintptrkeepalive":   "is a promise to the garbage collector that correct code keeps either way",
}

// funcDirectives returns the directives of a function that can change what it
// does, sorted, each with single spaces between its words.
func (n *Normalizer) funcDirectives(d *ast.FuncDecl) []string {
	var list []string
	if d.Recv == nil {
		list = n.linkDirectives(d.Name.Name)
	}
	if d.Doc != nil {
		for _, c := range d.Doc.List {
			if text, ok := behavioural(c.Text); ok {
				list = append(list, text)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func behavioural(comment string) (string, bool) {
	words := strings.Fields(comment)
	if len(words) == 0 {
		return "", false
	}
	if words[0] == "//export" && len(words) > 1 {
		return strings.Join(words, " "), true
	}
	name, ok := strings.CutPrefix(words[0], "//go:")
	if !ok || name == "" || toolDirectives[name] != "" {
		return "", false
	}
	return strings.Join(words, " "), true
}

// linkDirectives returns the linknames of a package-level name. The name itself
// is left out.
func (n *Normalizer) linkDirectives(name string) []string {
	return slices.Clone(n.links[name])
}

// linknames collects the go:linkname directives of files. They need not stand
// next to what they name.
func linknames(files []*ast.File) map[string][]string {
	var links map[string][]string
	for _, f := range files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				words := strings.Fields(c.Text)
				if len(words) < 2 || words[0] != "//go:linkname" {
					continue
				}
				if links == nil {
					links = map[string][]string{}
				}
				text := strings.Join(append([]string{words[0]}, words[2:]...), " ")
				links[words[1]] = append(links[words[1]], text)
			}
		}
	}
	for _, list := range links {
		slices.Sort(list)
	}
	return links
}

func (w *writer) directives(list []string) {
	w.enc.List(len(list))
	for _, d := range list {
		w.enc.String(d)
	}
}
