package analyzer

import (
	"container/heap"
	"slices"
	"strings"

	"github.com/autover/autover/internal/symbol"
)

// initOrder numbers the packages that take part in initialisation in the order
// in which programs do it. Like the linker, it takes again and again the first
// by name among those whose imports are done. External packages take part,
// because those that wait for them lose their turn. The order in one program is
// that among its packages.
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
// task, sorted by its name: the runtime, main packages, and those that have
// something to do or import a package with a task.
func initTasks(w *world, units map[string]*unit) []string {
	has := map[string]bool{"runtime": true}
	var visit func(id string) bool
	visit = func(id string) bool {
		task, known := has[id]
		if known {
			return task
		}
		has[id] = false // imports form no cycle
		if p := w.external[id]; p != nil {
			task = p.initialises
		} else if p := w.privateByID[id]; p != nil {
			u := units[id]
			task = p.name == "main" || u != nil && u.initialises
		}
		for _, e := range w.importsOf(id) {
			task = visit(e.id) || task
		}
		has[id] = task
		return task
	}
	var tasks []string
	for _, id := range w.ids() {
		if visit(id) {
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
	return linkerPath(symbol.PkgPath(id)) + "..inittask"
}

// linkerPath returns the prefix of the symbols of a package: its path, in which
// dots after the last slash are escaped.
func linkerPath(path string) string {
	last := strings.LastIndex(path, "/") + 1
	return path[:last] + strings.ReplaceAll(path[last:], ".", "%2e")
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
