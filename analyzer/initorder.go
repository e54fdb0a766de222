package analyzer

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// initOrder returns the private packages in the order in which a program
// initialises them: again and again the first by import path among those whose
// imports are done.
func initOrder(units []*unit) map[string]int {
	sorted := slices.Clone(units)
	slices.SortFunc(sorted, func(a, b *unit) int {
		return cmp.Or(strings.Compare(symbol.PkgPath(a.id), symbol.PkgPath(b.id)), strings.Compare(a.id, b.id))
	})
	rank := make(map[string]int, len(sorted))
	for i, u := range sorted {
		rank[u.id] = i
	}
	missing := make([]int, len(sorted)) // imports that are not done
	importers := make([][]int, len(sorted))
	for i, u := range sorted {
		for _, id := range u.imports {
			if j, private := rank[id]; private {
				missing[i]++
				importers[j] = append(importers[j], i)
			}
		}
	}
	ready := &intHeap{}
	for i, n := range missing {
		if n == 0 {
			heap.Push(ready, i)
		}
	}
	at := make(map[string]int, len(sorted))
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		at[sorted[i].id] = len(at)
		for _, j := range importers[i] {
			if missing[j]--; missing[j] == 0 {
				heap.Push(ready, j)
			}
		}
	}
	return at
}

// intHeap is a heap.Interface whose minimum comes first.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }

func (h *intHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
