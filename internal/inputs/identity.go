package inputs

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/autover/autover/internal/store"
)

// Identity returns what tells this program from all others that may share a cache.
// A program that the go command has built from modules of known content is
// identified by these, by the Go release and by the build settings, so that it is
// the same on all machines; any other by the content of its executable. That is
// hashed once and remembered in the folder of the cache.
func Identity(dir string) (store.ID, error) {
	if info, ok := debug.ReadBuildInfo(); ok && summed(info) {
		return store.Digest([]byte("modules\n" + info.String())), nil
	}
	name, err := os.Executable()
	if err != nil {
		return store.ID{}, fmt.Errorf("find the program: %w", err)
	}
	notes := store.Open(dir, store.Digest([]byte("executables of any identity")), "")
	action := notes.Action("executable 1", name)
	note, _ := notes.Note(action)
	x := NewIndex(note)
	// What runs may not be what has its name by now.
	if _, err := os.Stat(self); err == nil {
		name = self
	}
	id, err := x.content(name)
	if err != nil {
		return store.ID{}, fmt.Errorf("read the program: %w", err)
	}
	if data, fresh := x.Encode(); fresh {
		_ = notes.SetNote(action, data) // it takes longer the next time, then
	}
	return store.Digest(append([]byte("executable\n"), id[:]...)), nil
}

// self is the executable of a process, where the system has such a name.
const self = "/proc/self/exe"

// summed tells whether the contents of all modules of a program are known.
func summed(info *debug.BuildInfo) bool {
	if info.Main.Sum == "" {
		return false
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Sum == "" {
			return false
		}
	}
	return true
}
