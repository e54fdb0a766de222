package hasher

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/zeebo/blake3"
)

// Scheme names the hashing rules of this package. It is part of every digest
// and the beginning of every version, so a change to the rules that moves any
// digest must change it.
const Scheme = "a1"

// A Digest is a 256-bit BLAKE3 hash of a token stream written by an Encoder.
type Digest [32]byte

// String returns the digest as 64 lower-case hex digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns the same as String, so that digests are legible in JSON.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText accepts what MarshalText returns and nothing else.
func (d *Digest) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(d)) {
		return fmt.Errorf("parse digest: %d characters instead of %d", len(text), hex.EncodedLen(len(d)))
	}
	if _, err := hex.Decode(d[:], text); err != nil {
		return fmt.Errorf("parse digest: %w", err)
	}
	return nil
}

// Version returns the printed form of a digest: the scheme followed by its
// first 128 bits in hex.
func Version(d Digest) string { return Scheme + hex.EncodeToString(d[:16]) }

// A Kind is the type byte at the beginning of a token.
type Kind byte

// The kinds of tokens. Their values are part of the byte format, but for KindSum,
// which marks the end of a stream in a trace.
const (
	KindSum    Kind = 0
	KindNode   Kind = 1
	KindString Kind = 2
	KindUint   Kind = 3
	KindInt    Kind = 4
	KindBool   Kind = 5
	KindDigest Kind = 6
)

var kindNames = [...]string{
	KindSum:    "sum",
	KindNode:   "node",
	KindString: "string",
	KindUint:   "uint",
	KindInt:    "int",
	KindBool:   "bool",
	KindDigest: "digest",
}

// String returns the name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// An Encoder accumulates the tokens of one digest. The package comment
// specifies the bytes.
//
// An item is a token other than a node, or a node with its items. The arity of
// a node announces how many items follow; an Encoder panics on Sum if fewer
// were written, since a digest of a stream that cannot be parsed back would
// void the guarantee that different streams mean different things.
type Encoder struct {
	buf   []byte
	open  []int // items still missing in each enclosing node
	trace Tracer
}

// NewEncoder returns an encoder for one domain, which separates digests of
// different things that might consist of the same tokens.
func NewEncoder(domain string) *Encoder { return NewTracedEncoder(domain, nil) }

// NewTracedEncoder returns an encoder that reports its tokens to trace, unless
// that is nil.
func NewTracedEncoder(domain string, trace Tracer) *Encoder {
	e := &Encoder{trace: trace}
	e.String("autover")
	e.String(Scheme)
	e.String(domain)
	return e
}

// Grow makes room for n bytes of tokens. It serves speed alone.
func (e *Encoder) Grow(n int) { e.buf = slices.Grow(e.buf, n) }

// Node begins a node of arity items.
func (e *Encoder) Node(tag Tag, arity int) {
	var payload [2 * binary.MaxVarintLen64]byte
	p := binary.AppendUvarint(payload[:0], uint64(tag))
	e.token(KindNode, binary.AppendUvarint(p, uint64(arity)))
	if arity > 0 {
		e.open = append(e.open, arity)
	} else {
		e.leave()
	}
}

// List begins a node that holds a sequence of n items.
func (e *Encoder) List(n int) { e.Node(TagList, n) }

// String writes a string of any bytes.
func (e *Encoder) String(s string) {
	e.item()
	e.buf = append(e.buf, byte(KindString))
	e.buf = binary.AppendUvarint(e.buf, uint64(len(s)))
	e.buf = append(e.buf, s...)
	e.traced(KindString, len(s))
	e.leave()
}

// Uint writes an unsigned number.
func (e *Encoder) Uint(n uint64) {
	var payload [binary.MaxVarintLen64]byte
	e.token(KindUint, binary.AppendUvarint(payload[:0], n))
	e.leave()
}

// Int writes a signed number.
func (e *Encoder) Int(n int64) {
	var payload [binary.MaxVarintLen64]byte
	e.token(KindInt, binary.AppendVarint(payload[:0], n))
	e.leave()
}

// Bool writes a truth value.
func (e *Encoder) Bool(b bool) {
	payload := [1]byte{0}
	if b {
		payload[0] = 1
	}
	e.token(KindBool, payload[:])
	e.leave()
}

// Digest writes the digest of something hashed before.
func (e *Encoder) Digest(d Digest) {
	e.token(KindDigest, d[:])
	e.leave()
}

// Sum returns the digest of the tokens written so far. It panics if a node
// lacks items.
func (e *Encoder) Sum() Digest {
	if len(e.open) != 0 {
		panic(fmt.Sprintf("hasher: %d nodes lack items", len(e.open)))
	}
	d := Digest(blake3.Sum256(e.buf))
	if e.trace != nil {
		e.trace(Token{0, KindSum, d[:]})
	}
	return d
}

// item accounts for an item of the innermost node.
func (e *Encoder) item() {
	if last := len(e.open) - 1; last >= 0 {
		e.open[last]--
	}
}

// leave drops the nodes that the last token completed.
func (e *Encoder) leave() {
	last := len(e.open)
	for last > 0 && e.open[last-1] == 0 {
		last--
	}
	e.open = e.open[:last]
}

func (e *Encoder) token(kind Kind, payload []byte) {
	e.item()
	e.buf = append(e.buf, byte(kind))
	e.buf = binary.AppendUvarint(e.buf, uint64(len(payload)))
	e.buf = append(e.buf, payload...)
	e.traced(kind, len(payload))
}

// traced reports the token whose payload was written last. What is reported are
// the bytes that will be hashed.
func (e *Encoder) traced(kind Kind, length int) {
	if e.trace != nil {
		e.trace(Token{len(e.open), kind, e.buf[len(e.buf)-length:]})
	}
}
