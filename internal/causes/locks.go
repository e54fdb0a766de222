package causes

import (
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/lockfile"
)

// states are those of one name in two locks. Targets may have different ones, such
// as a go version that their modules declare.
type states struct {
	digests [2]map[string]bool
	links   [2]map[lockfile.Part]bool
}

// OfLocks returns what two lock files know to differ. A lock says neither where a
// part stands nor to which targets it belongs, so there are no positions and no
// paths, and which version differs because of what isn't known. Parts that depend on
// others than before count only if nothing else differs, and so do targets that one
// lock alone has.
func OfLocks(b, a *lockfile.Lock) []Cause {
	known := make(map[lockfile.Part]*states)
	for s, l := range []*lockfile.Lock{b, a} {
		for _, p := range l.Parts {
			x := known[nameOf(p)]
			if x == nil {
				x = &states{}
				known[nameOf(p)] = x
			}
			if x.digests[s] == nil {
				x.digests[s], x.links[s] = make(map[string]bool), make(map[lockfile.Part]bool)
			}
			x.digests[s][p.Digest], x.links[s][p] = true, true
		}
	}
	var list, links []Cause
	for p, x := range known {
		c := Cause{Kind: p.Kind, Name: p.Name, Change: Edited, initial: isInitial(p)}
		switch {
		case x.digests[before] == nil:
			c.Change = Added
		case x.digests[after] == nil:
			c.Change = Removed
		case !maps.Equal(x.digests[before], x.digests[after]):
		case !maps.Equal(x.links[before], x.links[after]):
			links = append(links, c)
			continue
		default:
			continue
		}
		list = append(list, c)
	}
	moved := targetsOfOne(b, a)
	if others := slices.DeleteFunc(slices.Clone(list), func(c Cause) bool { return moved[c.Name] }); len(others) > 0 {
		list = others
	}
	if len(list) == 0 {
		list = links
	}
	return tidy(list)
}

// targetsOfOne are the targets of one lock alone. That they are gone, or new, is said
// of them anyway.
func targetsOfOne(b, a *lockfile.Lock) map[string]bool {
	count := make(map[string]bool)
	for _, l := range []*lockfile.Lock{b, a} {
		for _, t := range l.Targets {
			if _, both := count[t.Name]; both {
				delete(count, t.Name)
			} else {
				count[t.Name] = true
			}
		}
	}
	return count
}

// isInitial tells initial values, which have the names of variables, from init
// functions.
func isInitial(p lockfile.Part) bool {
	last := p.Name[strings.LastIndexByte(p.Name, '.')+1:]
	return p.Kind == string(analyzer.InitPart) && last != "init" && !strings.HasPrefix(last, "init#") && !strings.HasPrefix(last, "init ")
}
