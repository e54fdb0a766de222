// Package lockfile reads and writes autover.lock: the versions of targets, and
// enough of what they are made of to say later why one has changed.
//
// # Format
//
// A lock is lines of UTF-8 text, sorted within each kind, each of one fact, so
// that lines of two branches merge:
//
//	# autover.lock: written by 'autover lock', compared by 'autover check'.
//	scheme a1
//	request ./...
//	target VERSION NAME
//	part KIND DIGEST LINKS NAME
//
// There is one scheme, first. A request is an argument of autover lock; without
// one, the tasks were locked. NAME is the rest of the line. A part is a component
// of any of the targets, once however many share it: so one edited function
// changes one line of its own, and those of the targets that reach it. Which parts
// belong to which target isn't said; whoever asks has a new closure at hand. DIGEST and
// LINKS are the beginnings of digests of the part and of the names of what it depends
// on: 10 and 6 hexadecimal digits, enough to tell two states of one name apart. Lines
// that begin with # and empty ones say nothing.
package lockfile

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const header = "# autover.lock: written by 'autover lock', compared by 'autover check'.\n"

// Lengths of the digests of a part.
const (
	digestLength = 10
	linksLength  = 6
)

// Lock is the content of a lock file.
type Lock struct {
	Scheme   string
	Requests []string
	Targets  []Target
	Parts    []Part
}

// Target is a target and its version.
type Target struct{ Version, Name string }

// Part is a component of versions.
type Part struct{ Kind, Digest, Links, Name string }

// NewPart makes a part of full digests in hexadecimal.
func NewPart(kind, name, digest, links string) Part {
	return Part{kind, digest[:digestLength], links[:linksLength], name}
}

// Format returns the text of a lock.
func (l *Lock) Format() []byte {
	var b bytes.Buffer
	b.WriteString(header)
	fmt.Fprintf(&b, "scheme %s\n", l.Scheme)
	for _, r := range slices.Sorted(slices.Values(l.Requests)) {
		fmt.Fprintf(&b, "request %s\n", r)
	}
	targets := slices.SortedFunc(slices.Values(l.Targets), func(a, b Target) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range targets {
		fmt.Fprintf(&b, "target %s %s\n", t.Version, t.Name)
	}
	parts := slices.SortedFunc(slices.Values(l.Parts), func(a, b Part) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name), strings.Compare(a.Digest, b.Digest), strings.Compare(a.Links, b.Links))
	})
	for _, p := range slices.Compact(parts) {
		fmt.Fprintf(&b, "part %s %s %s %s\n", p.Kind, p.Digest, p.Links, p.Name)
	}
	return b.Bytes()
}

// Parse reads the text of a lock. Errors begin with the number of the line.
func Parse(data []byte) (*Lock, error) {
	l := &Lock{}
	seen := make(map[string]int)
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimRight(lines.Text(), "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		for _, marker := range []string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"} {
			if strings.HasPrefix(line, marker) {
				return nil, fmt.Errorf("%d: the conflict of a merge is not resolved: take either side and run 'autover lock'", n)
			}
		}
		if err := l.line(line); err != nil {
			return nil, fmt.Errorf("%d: %w: run 'autover lock' to write it anew", n, err)
		}
		if first := seen[line]; first != 0 {
			return nil, fmt.Errorf("%d: it is line %d again: run 'autover lock' to write it anew", n, first)
		}
		seen[line] = n
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%d: %w: run 'autover lock' to write it anew", n+1, err)
	}
	if l.Scheme == "" {
		return nil, fmt.Errorf("%d: it says no scheme: run 'autover lock' to write it anew", n+1)
	}
	names := make(map[string]bool)
	for _, t := range l.Targets {
		if names[t.Name] {
			return nil, fmt.Errorf("%d: two versions of %s, from a merge perhaps: run 'autover lock' to write it anew", n, t.Name)
		}
		names[t.Name] = true
	}
	return l, nil
}

// line reads one fact.
func (l *Lock) line(line string) error {
	kind, rest, _ := strings.Cut(line, " ")
	if kind != "scheme" && l.Scheme == "" {
		return errors.New("it doesn't begin with a scheme")
	}
	switch kind {
	case "scheme":
		if l.Scheme != "" || rest == "" {
			return errors.New("a lock has one scheme")
		}
		l.Scheme = rest
	case "request":
		if rest == "" {
			return errors.New("the request is empty")
		}
		l.Requests = append(l.Requests, rest)
	case "target":
		version, name, ok := strings.Cut(rest, " ")
		if !ok || version == "" || name == "" {
			return errors.New("a target needs version and name")
		}
		l.Targets = append(l.Targets, Target{version, name})
	case "part":
		words := strings.SplitN(rest, " ", 4)
		if len(words) != 4 || slices.Contains(words, "") || !isDigest(words[1], digestLength) || !isDigest(words[2], linksLength) {
			return errors.New("a part needs kind, two digests and name")
		}
		l.Parts = append(l.Parts, Part{words[0], words[1], words[2], words[3]})
	default:
		return fmt.Errorf("unknown fact %q", kind)
	}
	return nil
}

func isDigest(s string, length int) bool {
	return len(s) == length && strings.Trim(s, "0123456789abcdef") == ""
}
