// Package tracer records which functions of an instrumented program run, and below
// which others. Package eval copies its source into the program.
//
// The variable AUTOVER_TRACE of the environment holds the file to write, the number
// of the function that recording starts with, and how many functions there are;
// without it nothing is recorded. A line of the file is "A F": function F has run
// below A on the stack of its goroutine. With A = -1 it has run at all. What runs
// before the first function, such as initialisation, is not recorded.
package tracer

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// depth is how many callers are looked at.
	depth = 64
	// always is how many calls of a function are looked at, and then one of many,
	// so that hot ones stay fast.
	always, sometimes = 100, 4093
)

type recorder struct {
	first   int
	begun   atomic.Bool
	calls   []atomic.Uint32
	mu      sync.Mutex // guards what follows
	out     *os.File
	ids     map[string]int // by the name of the compiled function
	written map[[2]int]bool
	stacks  map[[depth]uintptr]bool
}

var global = open()

// open returns nil if nothing is to be recorded.
func open() *recorder {
	var name string
	var first, count int
	if n, err := fmt.Sscanf(os.Getenv("AUTOVER_TRACE"), "%q %d %d", &name, &first, &count); n != 3 || err != nil {
		return nil
	}
	// Programs that the test starts of itself write to the same file.
	out, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0666)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tracer:", err)
		os.Exit(1)
	}
	return &recorder{
		first: first, calls: make([]atomic.Uint32, count), out: out,
		ids: make(map[string]int), written: make(map[[2]int]bool), stacks: make(map[[depth]uintptr]bool),
	}
}

// Enter records that function n begins to run.
func Enter(n int) {
	r := global
	if r == nil {
		return
	}
	if !r.begun.Load() {
		if n != r.first {
			return
		}
		r.begun.Store(true)
	}
	if c := r.calls[n].Add(1); c > always && c%sometimes != 0 {
		return
	}
	var pcs [depth]uintptr
	k := runtime.Callers(2, pcs[:])
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stacks[pcs] {
		return
	}
	r.stacks[pcs] = true
	r.write(-1, n)
	frames := runtime.CallersFrames(pcs[:k])
	for top := true; ; top = false {
		frame, more := frames.Next()
		if top {
			r.ids[frame.Function] = n
		} else if id, ok := r.ids[frame.Function]; ok {
			r.write(id, n)
		}
		// What panics or exits didn't call the deferred functions that then run.
		if !more || frame.Function == "runtime.gopanic" || frame.Function == "runtime.Goexit" {
			return
		}
	}
}

func (r *recorder) write(caller, callee int) {
	pair := [2]int{caller, callee}
	if r.written[pair] {
		return
	}
	r.written[pair] = true
	fmt.Fprintf(r.out, "%d %d\n", caller, callee)
}
