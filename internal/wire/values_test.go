package wire

import (
	"reflect"
	"testing"
)

// sample has a field of every kind that can be written.
type sample struct {
	Flag    bool
	small   int8
	large   uint64
	name    label
	list    []inner
	bytes   []byte
	digest  [4]byte
	pair    [2]inner
	table   map[label][]string
	numbers map[uint16]int
	next    *sample
	nothing []string
	empty   []string
}

type label string

type inner struct {
	text string
	n    int32
}

func sampleValue() sample {
	return sample{
		Flag: true, small: -7, large: 1 << 63, name: "n", list: []inner{{"a", 1}, {"", -2}}, bytes: []byte("xyz"),
		digest: [4]byte{1, 2, 3, 4}, pair: [2]inner{{"p", 3}, {"q", 4}}, table: map[label][]string{"k": {"v", "w"}, "j": nil},
		numbers: map[uint16]int{3: -1, 2: 5}, next: &sample{name: "inner"}, nothing: nil, empty: []string{},
	}
}

func TestValue(t *testing.T) {
	var w Writer
	w.Value(sampleValue())
	r := NewReader(w.Bytes())
	got := ReadValue[sample](r)
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if want := sampleValue(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var again Writer
	again.Value(got)
	if string(again.Bytes()) != string(w.Bytes()) {
		t.Error("equal values are written in different ways")
	}
}

// Every cut is noticed.
func TestValueTruncated(t *testing.T) {
	var w Writer
	w.Value(sampleValue())
	for n := range w.Bytes() {
		r := NewReader(w.Bytes()[:n])
		ReadValue[sample](r)
		if r.Close() == nil {
			t.Errorf("the first %d of %d bytes are read", n, len(w.Bytes()))
		}
	}
}

// What can't be written is no silent gap.
func TestValueRefused(t *testing.T) {
	for _, v := range []any{struct{ f func() }{}, map[bool]int{}, struct{ v any }{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T is written", v)
				}
			}()
			new(Writer).Value(v)
		}()
	}
}

func FuzzValue(f *testing.F) {
	var w Writer
	w.Value(sampleValue())
	f.Add(w.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(data)
		v := ReadValue[sample](r)
		if r.Close() != nil {
			return
		}
		var again Writer
		again.Value(v)
		r = NewReader(again.Bytes())
		if back := ReadValue[sample](r); r.Close() != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%+v comes back as %+v", v, back)
		}
	})
}
