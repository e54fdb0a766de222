// Package wire encodes plain data as bytes, and decodes them without trust in
// what they say.
//
// The format is positional: the reader asks for the types that the writer wrote,
// in the same order. Integers are varints. A string that has been written before
// is replaced by its number, which makes the repetitive data of analyses small
// and lets equal strings share memory after reading. There are no tags and no
// versions: whoever stores the bytes keeps different writers apart.
//
// A Reader never panics and never allocates more than the input can fill. After
// the first fault it returns zero values, and Close tells of the fault.
package wire

import (
	"encoding/binary"
	"errors"
)

// ErrCorrupt is the error of a Reader whose input was not written by a Writer
// that was given the same types.
var ErrCorrupt = errors.New("corrupt data")

// A Writer appends values to Bytes. The zero value is ready to use.
type Writer struct {
	buf  []byte
	seen map[string]uint64 // strings -> 1 + their numbers
}

// Bytes returns what has been written.
func (w *Writer) Bytes() []byte { return w.buf }

// Uint writes a number.
func (w *Writer) Uint(n uint64) { w.buf = binary.AppendUvarint(w.buf, n) }

// Int writes a number that may be negative.
func (w *Writer) Int(n int64) { w.buf = binary.AppendVarint(w.buf, n) }

// Bool writes a truth value.
func (w *Writer) Bool(b bool) {
	if b {
		w.buf = append(w.buf, 1)
	} else {
		w.buf = append(w.buf, 0)
	}
}

// Raw writes bytes whose number the reader knows.
func (w *Writer) Raw(b []byte) { w.buf = append(w.buf, b...) }

// String writes a string: its number if it has been written before, and
// otherwise 0, its length and its bytes.
func (w *Writer) String(s string) {
	if n, ok := w.seen[s]; ok {
		w.Uint(n)
		return
	}
	if w.seen == nil {
		w.seen = make(map[string]uint64)
	}
	w.seen[s] = uint64(len(w.seen)) + 1
	w.Uint(0)
	w.Uint(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

// Strings writes a list of strings.
func (w *Writer) Strings(list []string) {
	w.Uint(uint64(len(list)))
	for _, s := range list {
		w.String(s)
	}
}

// A Reader reads the values that a Writer wrote.
type Reader struct {
	data string // what is left
	seen []string
	bad  bool
}

// NewReader returns a reader of data, which it copies.
func NewReader(data []byte) *Reader { return &Reader{data: string(data)} }

// Close returns ErrCorrupt if something was wrong or is left over.
func (r *Reader) Close() error {
	if r.bad || r.data != "" {
		return ErrCorrupt
	}
	return nil
}

// Fail makes what is read from here on a fault, for a caller that has found one.
func (r *Reader) Fail() { r.bad, r.data = true, "" }

// Uint reads a number.
func (r *Reader) Uint() uint64 {
	var n uint64
	for shift := 0; shift < 64 && shift/7 < len(r.data); shift += 7 {
		b := r.data[shift/7]
		if shift == 63 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			r.data = r.data[shift/7+1:]
			return n
		}
	}
	r.Fail()
	return 0
}

// Int reads a number that may be negative.
func (r *Reader) Int() int64 {
	u := r.Uint()
	return int64(u>>1) ^ -int64(u&1)
}

// Bool reads a truth value.
func (r *Reader) Bool() bool {
	s := r.Raw(1)
	if s > "\x01" {
		r.Fail()
	}
	return s == "\x01"
}

// Raw reads n bytes; fewer only after a fault.
func (r *Reader) Raw(n int) string {
	if n < 0 || n > len(r.data) {
		r.Fail()
		return ""
	}
	s := r.data[:n]
	r.data = r.data[n:]
	return s
}

// String reads a string.
func (r *Reader) String() string {
	n := r.Uint()
	switch {
	case n > uint64(len(r.seen)):
		r.Fail()
		return ""
	case n > 0:
		return r.seen[n-1]
	}
	length := r.Uint()
	if length > uint64(len(r.data)) {
		r.Fail()
		return ""
	}
	s := r.Raw(int(length))
	if !r.bad {
		r.seen = append(r.seen, s)
	}
	return s
}

// Len reads the length of a list, each element of which takes a byte at least.
func (r *Reader) Len() int {
	n := r.Uint()
	if n > uint64(len(r.data)) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Strings reads a list of strings; an empty one is nil.
func (r *Reader) Strings() []string {
	n := r.Len()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.String()
	}
	return list
}
