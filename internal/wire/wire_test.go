package wire

import (
	"errors"
	"math"
	"slices"
	"testing"
)

func write() []byte {
	var w Writer
	w.Uint(math.MaxUint64)
	w.Int(math.MinInt64)
	w.Int(-1)
	w.Bool(true)
	w.Bool(false)
	w.String("shared")
	w.String("")
	w.Strings([]string{"shared", "", "more"})
	w.Strings(nil)
	w.Raw([]byte{1, 2, 3})
	return w.Bytes()
}

// read reads what write wrote and tells whether that is what it found.
func read(r *Reader) bool {
	ok := r.Uint() == math.MaxUint64
	ok = r.Int() == math.MinInt64 && ok
	ok = r.Int() == -1 && ok
	ok = r.Bool() && ok
	ok = !r.Bool() && ok
	ok = r.String() == "shared" && ok
	ok = r.String() == "" && ok
	ok = slices.Equal(r.Strings(), []string{"shared", "", "more"}) && ok
	ok = r.Strings() == nil && ok
	return r.Raw(3) == "\x01\x02\x03" && ok
}

func TestRoundTrip(t *testing.T) {
	r := NewReader(write())
	if !read(r) {
		t.Error("other values come back")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// Every cut is noticed, as is a surplus.
func TestTruncated(t *testing.T) {
	data := write()
	for n := range data {
		r := NewReader(data[:n])
		read(r)
		if err := r.Close(); !errors.Is(err, ErrCorrupt) {
			t.Errorf("the first %d of %d bytes are read: %v", n, len(data), err)
		}
	}
	r := NewReader(append(data, 0))
	read(r)
	if err := r.Close(); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many is read: %v", err)
	}
}

// Hostile lengths end the reading; they never make it allocate or panic.
func FuzzReader(f *testing.F) {
	f.Add(write())
	var w Writer
	w.Uint(math.MaxUint64)
	f.Add(w.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(data)
		read(r)
		for range r.Len() {
			_ = r.String()
			r.Strings()
		}
		if r.bad && (r.Uint() != 0 || r.String() != "" || r.Close() == nil) {
			t.Error("a reader goes on after a fault")
		}
	})
}
