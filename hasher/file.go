package hasher

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/zeebo/blake3"
)

// File returns the digest of a file's content of the given size: that of one
// string in domain "file", without holding all of it in memory. A reader that
// gives more or less is an error.
func File(r io.Reader, size int64) (Digest, error) {
	e := NewEncoder("file")
	e.buf = append(e.buf, byte(KindString))
	e.buf = binary.AppendUvarint(e.buf, uint64(size))
	h := blake3.New()
	if _, err := h.Write(e.buf); err != nil {
		return Digest{}, err
	}
	n, err := io.Copy(h, io.LimitReader(r, size+1))
	if err != nil {
		return Digest{}, err
	}
	if n != size {
		return Digest{}, errors.New("the file changes while it is read")
	}
	return Digest(h.Sum(nil)), nil
}
