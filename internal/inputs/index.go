package inputs

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
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
	// header is the fact of what go list reads of it.
	header store.ID
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
		copy(k.header[:], r.Raw(len(k.header)))
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
		w.Raw(k.header[:])
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
	k, err := x.look(name)
	return k.digest, err
}

// look returns what is known of a file, which is read if need be.
func (x *Index) look(name string) (known, error) {
	info, err := os.Stat(name)
	if fact, err := typeFact(info, err); err != nil || fact != file {
		if err == nil && fact != absent && fact != folder {
			err = errIrregular
		}
		return known{digest: fact, header: fact}, err
	}
	sig, exact := signatureOf(info)
	x.used[name] = true
	if k, ok := x.files[name]; ok && exact && k.signature == sig {
		return k, nil
	}
	before := x.now()
	f, err := os.Open(name)
	if err != nil {
		return known{}, err
	}
	defer f.Close()
	k := known{signature: sig}
	if k.digest, k.header, err = digests(f, filepath.Ext(name) == ".go"); err != nil {
		return known{}, err
	}
	x.Read++
	delete(x.files, name)
	if after, err := f.Stat(); err == nil && exact && leftAlone(sig, before) {
		if again, _ := signatureOf(after); again == sig {
			x.files[name], x.fresh = k, true
		}
	}
	return k, nil
}

// digests reads a file and returns the facts of its content and of its header.
func digests(f io.Reader, isGo bool) (content, header store.ID, err error) {
	if isGo {
		src, err := io.ReadAll(f)
		return store.Digest(src), headerFact(src), err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	content = store.ID(h.Sum(nil))
	return content, content, err
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
