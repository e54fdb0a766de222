package analyzer

import (
	"container/heap"
	"slices"
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// initOrder numbers the packages that initialise something in the order in
// which programs do so. Like the linker, it takes again and again the first by
// name among those whose imports are done. External packages take part,
// because those that wait for them lose their turn; all are taken to
// initialise something. The order in one program is that among its packages.
func initOrder(w *world, units map[string]*unit) map[string]int {
	tasks := initTasks(w, units)
	rank := make(map[string]int, len(tasks))
	for i, id := range tasks {
		rank[id] = i
	}
	missing := make([]int, len(tasks)) // imports that are not done
	importers := make([][]int, len(tasks))
	ready := &intHeap{}
	for i, id := range tasks {
		for _, e := range w.importsOf(id) {
			if j, ok := rank[e.id]; ok {
				missing[i]++
				importers[j] = append(importers[j], i)
			}
		}
		if missing[i] == 0 {
			heap.Push(ready, i)
		}
	}
	at := make(map[string]int, len(tasks))
	for ready.Len() > 0 {
		i := heap.Pop(ready).(int)
		at[tasks[i]] = len(at)
		for _, j := range importers[i] {
			if missing[j]--; missing[j] == 0 {
				heap.Push(ready, j)
			}
		}
	}
	return at
}

// initTasks returns the packages for which the compiler makes an initialisation
// task, sorted by its name: those that initialise something or import one that
// does.
func initTasks(w *world, units map[string]*unit) []string {
	var tasks []string
	has := map[string]bool{}
	for _, id := range w.ids() { // dependencies first among private ones
		_, external := w.external[id]
		if external && id != "unsafe" || units[id].initialises() ||
			slices.ContainsFunc(w.importsOf(id), func(e importEdge) bool { return has[e.id] }) {
			has[id] = true
			tasks = append(tasks, id)
		}
	}
	slices.SortFunc(tasks, func(a, b string) int {
		if c := strings.Compare(taskName(a), taskName(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b) // variants for tests
	})
	return tasks
}

// taskName returns the symbol by which the linker sorts.
func taskName(id string) string {
	path := symbol.PkgPath(id)
	last := strings.LastIndex(path, "/") + 1
	return path[:last] + strings.ReplaceAll(path[last:], ".", "%2e") + "..inittask"
}

// initialises tells whether a package has init functions or initialisers.
func (u *unit) initialises() bool {
	return u != nil && slices.ContainsFunc(u.decls, func(d decl) bool {
		return d.kind == initDecl || d.kind == initializerDecl
	})
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
