package hasher

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
)

// A Tracer receives each token of a stream as an Encoder writes it, and at the
// end of the stream its digest.
type Tracer func(Token)

// A Token is a token of a stream. One of KindSum ends the stream: its payload is
// the digest of the bytes of the tokens before it.
type Token struct {
	// Depth is the number of nodes around the token.
	Depth int
	Kind  Kind
	// Payload is as in the byte format. A tracer must not keep it.
	Payload []byte
}

// AppendTo appends the token as it enters a digest; of KindSum, nothing does.
func (t Token) AppendTo(b []byte) []byte {
	if t.Kind == KindSum {
		return b
	}
	b = append(b, byte(t.Kind))
	b = binary.AppendUvarint(b, uint64(len(t.Payload)))
	return append(b, t.Payload...)
}

// String returns the kind and what the payload says, as read from its bytes.
func (t Token) String() string { return t.Kind.String() + " " + t.value() }

func (t Token) value() string {
	switch t.Kind {
	case KindNode:
		tag, n := binary.Uvarint(t.Payload)
		arity, _ := binary.Uvarint(t.Payload[max(n, 0):])
		return Tag(tag).String() + "/" + strconv.FormatUint(arity, 10)
	case KindString:
		return strconv.Quote(string(t.Payload))
	case KindUint:
		n, _ := binary.Uvarint(t.Payload)
		return strconv.FormatUint(n, 10)
	case KindInt:
		n, _ := binary.Varint(t.Payload)
		return strconv.FormatInt(n, 10)
	case KindBool:
		return strconv.FormatBool(len(t.Payload) == 1 && t.Payload[0] == 1)
	}
	return hex.EncodeToString(t.Payload)
}
