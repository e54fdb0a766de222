package inputs

import (
	"crypto/sha256"
	"io"
	"os"
	"time"

	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// margin is how long a file must have been left alone when it is read, so that
// its times can't stay the same while its content changes. It covers file systems
// that keep whole seconds, or even two.
const margin = 3 * time.Second

// signature is what the system knows of a file without reading it.
type signature struct {
	device, inode uint64
	mode          uint64
	size          int64
	// modified and changed are in nanoseconds.
	modified, changed int64
}

// known is what was in a file of a signature.
type known struct {
	signature
	digest store.ID
}

// An Index finds facts, and remembers the contents of files. It must not be used
// by several goroutines at once.
type Index struct {
	now   func() time.Time
	files map[string]known
	used  map[string]bool // those of files that were asked for
	fresh bool            // there is more to remember than before
	// Read counts the files that had to be read.
	Read int
}

// NewIndex returns an index that knows what Encode of another one tells; any
// other data is as good as none.
func NewIndex(data []byte) *Index {
	x := &Index{now: time.Now, files: make(map[string]known), used: make(map[string]bool)}
	r := wire.NewReader(data)
	n := r.Len()
	files := make(map[string]known, n)
	for range n {
		name := r.String()
		var k known
		k.device, k.inode, k.mode = r.Uint(), r.Uint(), r.Uint()
		k.size, k.modified, k.changed = r.Int(), r.Int(), r.Int()
		copy(k.digest[:], r.Raw(len(k.digest)))
		files[name] = k
	}
	if n > 0 && r.Close() == nil {
		x.files = files
	}
	return x
}

// Encode returns what is worth remembering, and whether it is more than what the
// index began with.
func (x *Index) Encode() (data []byte, fresh bool) {
	// What this run didn't ask for, another one may; unless it is too much.
	all := len(x.files) <= 4*len(x.used)+100
	n := 0
	for name := range x.files {
		if all || x.used[name] {
			n++
		}
	}
	var w wire.Writer
	w.Uint(uint64(n))
	for name, k := range x.files {
		if !all && !x.used[name] {
			continue
		}
		w.String(name)
		w.Uint(k.device)
		w.Uint(k.inode)
		w.Uint(k.mode)
		w.Int(k.size)
		w.Int(k.modified)
		w.Int(k.changed)
		w.Raw(k.digest[:])
	}
	return w.Bytes(), x.fresh
}

// Content returns the fact of a file's content; false if it is none or can't be read.
func (x *Index) Content(name string) (store.ID, bool) {
	fact, err := x.content(name)
	return fact, err == nil && fact != absent && fact != folder
}

// content returns the fact of a file's content.
func (x *Index) content(name string) (store.ID, error) {
	info, err := os.Stat(name)
	if fact, err := typeFact(info, err); err != nil || fact != file {
		if err == nil && fact != absent && fact != folder {
			err = errIrregular
		}
		return fact, err
	}
	sig, exact := signatureOf(info)
	x.used[name] = true
	if k, ok := x.files[name]; ok && exact && k.signature == sig {
		return k.digest, nil
	}
	before := x.now()
	f, err := os.Open(name)
	if err != nil {
		return store.ID{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return store.ID{}, err
	}
	x.Read++
	k := known{sig, store.ID(h.Sum(nil))}
	delete(x.files, name)
	if after, err := f.Stat(); err == nil && exact && leftAlone(sig, before) {
		if again, _ := signatureOf(after); again == sig {
			x.files[name], x.fresh = k, true
		}
	}
	return k.digest, nil
}

// leftAlone tells whether a file hadn't changed for a while at a moment.
func leftAlone(sig signature, at time.Time) bool {
	limit := at.Add(-margin).UnixNano()
	return sig.modified < limit && sig.changed < limit
}

// grain bounds how far the time that a file gets can be behind the clock: systems
// take it from a clock that ticks a hundred times a second, and some file systems
// round it.
func grain(nanoseconds int64) time.Duration {
	if nanoseconds%int64(time.Millisecond) == 0 {
		return margin
	}
	return 20 * time.Millisecond
}
