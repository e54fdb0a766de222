package lockfile

import (
	"bytes"
	"strings"
	"testing"
)

const sample = header + `scheme a1
request ./...
target a1aa example.com/m.F
target v7 example.com/m.G
part function 0123456789 abcdef example.com/m.F
part init 0123456789 abcdef init of example.com/m
`

func TestFormatSorts(t *testing.T) {
	l, err := Parse([]byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(l.Format()); got != sample {
		t.Errorf("reads as\n%s", got)
	}
	l.Targets[0], l.Targets[1] = l.Targets[1], l.Targets[0]
	l.Parts = []Part{l.Parts[1], l.Parts[0], l.Parts[1]}
	if got := string(l.Format()); got != sample {
		t.Errorf("after shuffling:\n%s", got)
	}
	if _, err := Parse([]byte(strings.ReplaceAll(sample, "\n", "\r\n"))); err != nil {
		t.Error(err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "1: it says no scheme"},
		{"target a1 x\n", "1: it doesn't begin with a scheme"},
		{sample + "<<<<<<< ours\n", "8: the conflict of a merge"},
		{sample + "target a1bb example.com/m.F\n", "two versions of example.com/m.F"},
		{sample + "request ./...\n", "8: it is line 3 again"},
		{sample + "part function 012 abcdef x\n", "8: a part needs"},
		{sample + "part function 012345678X abcdef x\n", "8: a part needs"},
		{sample + "target a1\n", "8: a target needs"},
		{sample + "scheme a2\n", "8: a lock has one scheme"},
		{sample + "nonsense\n", `8: unknown fact "nonsense"`},
	} {
		_, err := Parse([]byte(test.text))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) && !strings.Contains(err.Error(), ": "+test.want) {
			t.Errorf("%q: %v, want %s", test.text, err, test.want)
		}
	}
}

// What can be read is written so that it reads the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("scheme a1\nrequest  x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Parse(data)
		if err != nil {
			return
		}
		once := l.Format()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice := again.Format(); !bytes.Equal(once, twice) {
			t.Errorf("%s\nand then\n%s", once, twice)
		}
	})
}
