package causes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/autover/autover/internal/lockfile"
)

// TestOfLocks checks what is said of versions of which only the parts are known:
// who depends on something else counts if there is nothing more.
func TestOfLocks(t *testing.T) {
	f := func(name, digest, links string) lockfile.Part {
		return lockfile.Part{Kind: "function", Name: name, Digest: digest, Links: links}
	}
	init := func(name, digest string) lockfile.Part {
		return lockfile.Part{Kind: "init", Name: name, Digest: digest}
	}
	type list = []lockfile.Part
	for _, test := range []struct {
		before, after list
		want          string
	}{
		{list{f("p.F", "1", "1")}, list{f("p.F", "2", "1")}, "function p.F edited"},
		{list{f("p.F", "1", "1"), f("p.G", "1", "1")}, list{f("p.F", "1", "2"), f("p.H", "1", "1")}, "function p.G removed, function p.H added"},
		{list{f("p.F", "1", "1")}, list{f("p.F", "1", "2")}, "function p.F edited"},
		{list{init("p.x", "1")}, list{init("p.x", "2")}, "variable p.x edited"},
		{list{init("p.x", "1")}, list{init("p.x", "1")}, ""},
		{list{init("p.init", "1"), init("p.init#1", "1")}, list{init("p.init", "2")}, "init p.init edited, init p.init#1 removed"},
		// Targets with different states of one name.
		{list{f("p.F", "1", "1"), f("p.F", "2", "1")}, list{f("p.F", "2", "1"), f("p.F", "1", "1")}, ""},
		{list{f("p.F", "1", "1"), f("p.F", "2", "1")}, list{f("p.F", "2", "1")}, "function p.F edited"},
	} {
		var got []string
		for _, c := range OfLocks(&lockfile.Lock{Parts: test.before}, &lockfile.Lock{Parts: test.after}) {
			got = append(got, fmt.Sprint(c.Kind, " ", c.Name, " ", c.Change))
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%v, then %v: %q, want %q", test.before, test.after, text, test.want)
		}
	}
}
