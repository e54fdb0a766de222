package callgraph

import (
	"cmp"
	"maps"
	"slices"
)

// ordered is a set that is visited in the order in which its members came, so that
// nothing depends on the order of a map.
type ordered[T comparable] struct {
	list  []T
	index map[T]struct{} // of long lists
}

// short is the length up to which a list is searched.
const short = 8

func (o *ordered[T]) has(x T) bool {
	if o.index == nil {
		return slices.Contains(o.list, x)
	}
	_, ok := o.index[x]
	return ok
}

// add adds a member and tells whether it is new.
func (o *ordered[T]) add(x T) bool {
	if o.has(x) {
		return false
	}
	o.list = append(o.list, x)
	switch {
	case o.index != nil:
		o.index[x] = struct{}{}
	case len(o.list) > short:
		o.index = make(map[T]struct{}, 2*len(o.list))
		for _, y := range o.list {
			o.index[y] = struct{}{}
		}
	}
	return true
}

func (o *ordered[T]) addAll(other *ordered[T]) {
	for _, x := range other.list {
		o.add(x)
	}
}

// inOrder returns the keys of a map in order.
func inOrder[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
