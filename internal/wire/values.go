package wire

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// Whole values are written field by field, as reflection finds them: a field that is
// added to a type is written and read from then on, and one of a type that can't
// be is a panic of the first Writer, so that no field is ever dropped in silence.
// Fields need not be exported, since it is the package of the type that asks.

// Value writes a value of any type that is made of booleans, numbers, strings, arrays,
// slices, maps with ordered keys, structs and pointers to these. It panics if there is
// anything else in the type. What two pointers have in common is written twice.
func (w *Writer) Value(v any) {
	p := reflect.ValueOf(v)
	codecOf(p.Type()).write(w, addressable(p))
}

// addressable returns a copy of a value whose fields can be got at.
func addressable(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type()).Elem()
	p.Set(v)
	return p
}

// ReadValue reads a value that Writer.Value wrote of the same type.
func ReadValue[T any](r *Reader) T {
	var v T
	codecOf(reflect.TypeFor[T]()).read(r, reflect.ValueOf(&v).Elem())
	return v
}

// A codec writes and reads the values of one type.
type codec struct {
	write func(*Writer, reflect.Value)
	read  func(*Reader, reflect.Value)
}

var codecs sync.Map // reflect.Type -> *codec

func codecOf(t reflect.Type) *codec {
	if c, ok := codecs.Load(t); ok {
		return c.(*codec)
	}
	c := &codec{}
	*c = makeCodec(t, map[reflect.Type]*codec{t: c})
	codecs.Store(t, c)
	return c
}

// makeCodec makes the codec of a type. Those that are being made are in made, for
// types that contain themselves.
func makeCodec(t reflect.Type, made map[reflect.Type]*codec) codec {
	part := func(t reflect.Type) *codec {
		if c := made[t]; c != nil {
			return c
		}
		c := &codec{}
		made[t] = c
		*c = makeCodec(t, made)
		return c
	}
	switch t.Kind() {
	case reflect.Bool:
		return codec{
			func(w *Writer, v reflect.Value) { w.Bool(v.Bool()) },
			func(r *Reader, v reflect.Value) { v.SetBool(r.Bool()) },
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return codec{
			func(w *Writer, v reflect.Value) { w.Int(v.Int()) },
			func(r *Reader, v reflect.Value) {
				n := r.Int()
				if v.OverflowInt(n) {
					r.Fail()
					return
				}
				v.SetInt(n)
			},
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return codec{
			func(w *Writer, v reflect.Value) { w.Uint(v.Uint()) },
			func(r *Reader, v reflect.Value) {
				n := r.Uint()
				if v.OverflowUint(n) {
					r.Fail()
					return
				}
				v.SetUint(n)
			},
		}
	case reflect.String:
		return codec{
			func(w *Writer, v reflect.Value) { w.String(v.String()) },
			func(r *Reader, v reflect.Value) { v.SetString(r.String()) },
		}
	case reflect.Array:
		return arrayCodec(t, part(t.Elem()))
	case reflect.Slice:
		return sliceCodec(t, part(t.Elem()))
	case reflect.Map:
		if k := t.Key().Kind(); k != reflect.String && (k < reflect.Int || k > reflect.Uint64) {
			break
		}
		return mapCodec(t, part(t.Key()), part(t.Elem()))
	case reflect.Pointer:
		return pointerCodec(t, part(t.Elem()))
	case reflect.Struct:
		fields := make([]*codec, t.NumField())
		for i := range fields {
			fields[i] = part(t.Field(i).Type)
		}
		return structCodec(fields)
	}
	panic(fmt.Sprintf("wire: no value of type %s can be written", t))
}

func structCodec(fields []*codec) codec {
	// A field that isn't exported can be read by reflection, but not set.
	field := func(v reflect.Value, i int) reflect.Value {
		f := v.Field(i)
		if f.CanSet() {
			return f
		}
		return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
	}
	return codec{
		func(w *Writer, v reflect.Value) {
			for i, c := range fields {
				c.write(w, field(v, i))
			}
		},
		func(r *Reader, v reflect.Value) {
			for i, c := range fields {
				c.read(r, field(v, i))
			}
		},
	}
}

func arrayCodec(t reflect.Type, elem *codec) codec {
	if t.Elem().Kind() == reflect.Uint8 {
		return codec{
			func(w *Writer, v reflect.Value) { w.Raw(v.Bytes()) },
			func(r *Reader, v reflect.Value) { copy(v.Bytes(), r.Raw(v.Len())) },
		}
	}
	return codec{
		func(w *Writer, v reflect.Value) {
			for i := range v.Len() {
				elem.write(w, v.Index(i))
			}
		},
		func(r *Reader, v reflect.Value) {
			for i := range v.Len() {
				elem.read(r, v.Index(i))
			}
		},
	}
}

func sliceCodec(t reflect.Type, elem *codec) codec {
	if t.Elem().Kind() == reflect.Uint8 {
		return codec{
			func(w *Writer, v reflect.Value) {
				w.length(v)
				w.Raw(v.Bytes())
			},
			func(r *Reader, v reflect.Value) {
				if n, ok := r.length(); ok {
					v.SetBytes([]byte(r.Raw(n)))
				}
			},
		}
	}
	return codec{
		func(w *Writer, v reflect.Value) {
			w.length(v)
			for i := range v.Len() {
				elem.write(w, v.Index(i))
			}
		},
		func(r *Reader, v reflect.Value) {
			n, ok := r.length()
			if !ok {
				return
			}
			v.Set(reflect.MakeSlice(t, n, n))
			for i := range n {
				elem.read(r, v.Index(i))
			}
		},
	}
}

func mapCodec(t reflect.Type, key, elem *codec) codec {
	return codec{
		func(w *Writer, v reflect.Value) {
			w.length(v)
			keys := v.MapKeys()
			slices.SortFunc(keys, compareKeys)
			for _, k := range keys {
				key.write(w, addressable(k))
				elem.write(w, addressable(v.MapIndex(k)))
			}
		},
		func(r *Reader, v reflect.Value) {
			n, ok := r.length()
			if !ok {
				return
			}
			v.Set(reflect.MakeMap(t))
			for range n {
				k, e := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
				key.read(r, k)
				elem.read(r, e)
				v.SetMapIndex(k, e)
			}
		},
	}
}

// compareKeys orders the keys of a map, which are strings or numbers.
func compareKeys(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cmp.Compare(a.Int(), b.Int())
	}
	return cmp.Compare(a.Uint(), b.Uint())
}

func pointerCodec(t reflect.Type, elem *codec) codec {
	return codec{
		func(w *Writer, v reflect.Value) {
			w.Bool(!v.IsNil())
			if !v.IsNil() {
				elem.write(w, v.Elem())
			}
		},
		func(r *Reader, v reflect.Value) {
			if r.Bool() {
				v.Set(reflect.New(t.Elem()))
				elem.read(r, v.Elem())
			}
		},
	}
}

// length writes 0 for nil, and else one more than the length of a slice or map.
func (w *Writer) length(v reflect.Value) {
	if v.IsNil() {
		w.Uint(0)
		return
	}
	w.Uint(uint64(v.Len()) + 1)
}

// length reads a length, of which each element takes a byte at least; false for nil.
func (r *Reader) length() (int, bool) {
	n := r.Uint()
	if n == 0 {
		return 0, false
	}
	if n-1 > uint64(len(r.data)) {
		r.Fail()
		return 0, false
	}
	return int(n - 1), true
}
