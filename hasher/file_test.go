package hasher

import (
	"strings"
	"testing"
	"testing/iotest"
)

func TestFile(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 1 << 17} {
		text := strings.Repeat("x", size)
		e := NewEncoder("file")
		e.String(text)
		got, err := File(iotest.HalfReader(strings.NewReader(text)), int64(size))
		if want := e.Sum(); err != nil || got != want {
			t.Errorf("%d bytes: %v, %v; want %v", size, got, err, want)
		}
		for _, wrong := range []int{size + 1, size - 1} {
			if d, err := File(strings.NewReader(text), int64(wrong)); err == nil && wrong >= 0 {
				t.Errorf("%d bytes taken for %d: %v", size, wrong, d)
			}
		}
	}
	if d, err := File(iotest.ErrReader(iotest.ErrTimeout), 1); err == nil {
		t.Errorf("unreadable file hashes to %v", d)
	}
}
