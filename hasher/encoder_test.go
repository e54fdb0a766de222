package hasher

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/zeebo/blake3"
)

// A readToken is what the test decoder reads back.
type readToken struct {
	kind  Kind
	tag   Tag
	arity int
	text  string
	num   int64
}

// decode is the inverse of an Encoder. It is written from the package comment,
// not from the encoder.
func decode(b []byte) ([]readToken, error) {
	var list []readToken
	var missing []int
	for len(b) > 0 {
		kind := Kind(b[0])
		length, n := binary.Uvarint(b[1:])
		if n <= 0 || uint64(len(b)-1-n) < length {
			return nil, fmt.Errorf("bad length")
		}
		payload := b[1+n : 1+n+int(length)]
		b = b[1+n+int(length):]
		t := readToken{kind: kind}
		if len(missing) > 0 {
			missing[len(missing)-1]--
		}
		switch kind {
		case KindNode:
			tag, n := binary.Uvarint(payload)
			arity, m := binary.Uvarint(payload[n:])
			if n+m != len(payload) {
				return nil, fmt.Errorf("bad node")
			}
			t.tag, t.arity = Tag(tag), int(arity)
			missing = append(missing, t.arity)
		case KindString, KindDigest:
			t.text = string(payload)
		case KindUint:
			v, _ := binary.Uvarint(payload)
			t.num = int64(v)
		case KindInt:
			t.num, _ = binary.Varint(payload)
		case KindBool:
			t.num = int64(payload[0])
		default:
			return nil, fmt.Errorf("bad kind %d", kind)
		}
		for len(missing) > 0 && missing[len(missing)-1] == 0 {
			missing = missing[:len(missing)-1]
		}
		list = append(list, t)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("missing items")
	}
	return list, nil
}

// FuzzFraming writes tokens that the input describes and reads them back.
func FuzzFraming(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x03abc\x01\x02\x02\x05\x03\x00\x04x"))
	f.Add([]byte{0, 3, 0, 0, 1, 1, 1, 2, 200, 3, 1, 4, 4, 4, 4, 5, 5})
	f.Fuzz(func(t *testing.T, script []byte) {
		e := &Encoder{}
		var want []readToken
		next := func() byte {
			if len(script) == 0 {
				return 0
			}
			b := script[0]
			script = script[1:]
			return b
		}
		for len(script) > 0 || len(e.open) > 0 {
			v := next()
			switch op := next() % 6; {
			case op == 0 && len(script) > 0:
				e.Node(Tag(v)*7, int(v%4))
				want = append(want, readToken{kind: KindNode, tag: Tag(v) * 7, arity: int(v % 4)})
			case op == 1:
				s := string(script[:min(int(v), len(script))])
				script = script[len(s):]
				e.String(s)
				want = append(want, readToken{kind: KindString, text: s})
			case op == 2:
				e.Uint(uint64(v) << 13)
				want = append(want, readToken{kind: KindUint, num: int64(v) << 13})
			case op == 3:
				n := int64(v)*int64(v) - 999
				e.Int(n)
				want = append(want, readToken{kind: KindInt, num: n})
			case op == 4:
				var d Digest
				d[3] = v
				e.Digest(d)
				want = append(want, readToken{kind: KindDigest, text: string(d[:])})
			default:
				e.Bool(v&1 == 1)
				want = append(want, readToken{kind: KindBool, num: int64(v & 1)})
			}
		}
		got, err := decode(e.buf)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("read %v, wrote %v", got, want)
		}
	})
}

// TestEncoderByHand rebuilds a digest from the byte format.
func TestEncoderByHand(t *testing.T) {
	e := NewEncoder("test")
	e.Node(TagTypeUse, 3)
	e.String("é")
	e.Uint(300)
	e.List(2)
	e.Int(-2)
	e.Bool(true)
	e.Digest(Digest{31: 9})
	b := []byte{
		2, 7, 'a', 'u', 't', 'o', 'v', 'e', 'r',
		2, 2, 'a', '1',
		2, 4, 't', 'e', 's', 't',
		1, 2, 14, 3,
		2, 2, 0xc3, 0xa9,
		3, 2, 0xac, 0x02,
		1, 2, 2, 2,
		4, 1, 3,
		5, 1, 1,
		6, 32,
	}
	b = append(b, make([]byte, 31)...)
	b = append(b, 9)
	if got, want := e.Sum(), Digest(blake3.Sum256(b)); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestFormByHand rebuilds the digest of a whole declaration from the package
// comment with the hash alone.
func TestFormByHand(t *testing.T) {
	p := load(t, single("func F(n int) int { return g(n, 'a') }\nfunc g(int, any) int"))
	form, err := NewNormalizer(p).Func(funcDecl(t, p, "F"))
	mustForm(t, form, err)

	var b []byte
	str := func(s string) { b = append(append(b, 2, byte(len(s))), s...) }
	node := func(tag, arity byte) { b = append(b, 1, 2, tag, arity) }
	uint := func(n byte) { b = append(b, 3, 1, n) }
	boolean := func(n byte) { b = append(b, 5, 1, n) }
	basic := func(name string) { node(40, 1); str(name) }

	str("autover")
	str("a1")
	str("func")
	node(10, 5)
	node(1, 0) // no receiver
	node(2, 0) // no type parameters
	node(46, 3)
	node(2, 1)
	basic("int")
	node(2, 1)
	basic("int")
	boolean(0)
	node(2, 0) // no directives
	node(2, 1) // body
	node(117, 1)
	node(2, 1)
	node(93, 3)
	node(20, 2) // slot 0, a function
	uint(1)
	uint(0)
	node(2, 2)
	node(25, 1) // local 0
	uint(0)
	node(70, 2)
	basic("int32")
	node(73, 1)
	str("97")
	boolean(0)
	if want := Digest(blake3.Sum256(b)); form.Local != want {
		t.Errorf("got %v, want %v", form.Local, want)
	}
	if len(form.Refs) != 1 || form.Refs[0] != (Ref{RefFunc, "p.g"}) {
		t.Errorf("references %v", form.Refs)
	}
}

func TestEncoderRefusesIncomplete(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Sum accepted a node without its items")
		}
	}()
	e := NewEncoder("test")
	e.Node(TagIf, 4)
	e.Bool(true)
	e.Sum()
}

func TestTrace(t *testing.T) {
	var b strings.Builder
	var stream []byte
	e := NewTracedEncoder("test", func(t Token) {
		fmt.Fprintf(&b, "%d %v\n", t.Depth, t)
		stream = t.AppendTo(stream)
	})
	e.Node(TagUnary, 2)
	e.String("&")
	e.Node(TagDeref, 1)
	e.Node(TagLocal, 1)
	e.Uint(3)
	e.Int(-1)
	e.Bool(true)
	e.Digest(Digest{31: 10})
	want := `0 string "autover"
0 string "a1"
0 string "test"
0 node Unary/2
1 string "&"
1 node Deref/1
2 node Local/1
3 uint 3
0 int -1
0 bool true
0 digest 000000000000000000000000000000000000000000000000000000000000000a
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
	untraced := NewEncoder("test")
	untraced.Node(TagUnary, 2)
	untraced.String("&")
	untraced.Node(TagDeref, 1)
	untraced.Node(TagLocal, 1)
	untraced.Uint(3)
	untraced.Int(-1)
	untraced.Bool(true)
	untraced.Digest(Digest{31: 10})
	b.Reset()
	d := e.Sum()
	if d != untraced.Sum() {
		t.Error("a trace changes the digest")
	}
	if b.String() != "0 sum "+d.String()+"\n" {
		t.Errorf("the end of the stream is %q", b.String())
	}
	if d != Digest(blake3.Sum256(stream)) {
		t.Error("the digest is not that of the traced bytes")
	}
}

func TestVersion(t *testing.T) {
	var d Digest
	for i := range d {
		d[i] = byte(i)
	}
	if got, want := Version(d), "a1000102030405060708090a0b0c0d0e0f"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDigestText(t *testing.T) {
	d := Digest{0: 0xab, 31: 1}
	text, err := json.Marshal(map[string]Digest{"d": d})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"d":"ab` + strings.Repeat("0", 61) + `1"}`; string(text) != want {
		t.Errorf("got %s", text)
	}
	var back map[string]Digest
	if err := json.Unmarshal(text, &back); err != nil || back["d"] != d {
		t.Errorf("read back %v, %v", back, err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64)} {
		if new(Digest).UnmarshalText([]byte(bad)) == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

// TestTagNames also guards against two tags of one value.
func TestTagNames(t *testing.T) {
	seen := map[string]Tag{}
	for tag, name := range tagNames {
		if other, ok := seen[name]; ok {
			t.Errorf("tags %d and %d share the name %s", tag, other, name)
		}
		seen[name] = tag
	}
	if got := Tag(math.MaxUint16).String(); got != "Tag(65535)" {
		t.Errorf("got %s", got)
	}
	if got := Kind(99).String(); got != "Kind(99)" {
		t.Errorf("got %s", got)
	}
}
