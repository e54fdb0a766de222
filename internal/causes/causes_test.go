package causes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// TestOfElements checks what is said of versions of which only the elements are
// known: whose users have other links counts if there is nothing else.
func TestOfElements(t *testing.T) {
	f := func(name string, digest, links byte) analyzer.Element {
		e := analyzer.Element{Kind: analyzer.FunctionPart, Name: name, Position: name + ".go:1"}
		e.Digest[0], e.Links[0] = digest, links
		return e
	}
	value := func(digest byte) analyzer.Element {
		e := analyzer.Element{Kind: analyzer.InitPart, Name: "p.x", Initial: true}
		e.Digest[0] = digest
		return e
	}
	type list = []analyzer.Element
	for _, test := range []struct {
		before, after list
		want          string
	}{
		{list{f("p.F", 1, 1)}, list{f("p.F", 2, 1)}, "function p.F edited p.F.go:1 p.F.go:1"},
		{list{f("p.F", 1, 1), f("p.G", 1, 1)}, list{f("p.F", 1, 2), f("p.H", 1, 1)}, "function p.G removed p.G.go:1 , function p.H added  p.H.go:1"},
		{list{f("p.F", 1, 1)}, list{f("p.F", 1, 2)}, "function p.F edited p.F.go:1 p.F.go:1"},
		{list{value(1)}, list{value(2)}, "variable p.x edited  "},
		{list{value(1)}, list{value(1)}, ""},
	} {
		var got []string
		for _, c := range OfElements(test.before, test.after) {
			got = append(got, fmt.Sprint(c.Kind, " ", c.Name, " ", c.Change, " ", c.Before, " ", c.After))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%v, then %v: %q, want %q", test.before, test.after, text, test.want)
		}
	}
}
