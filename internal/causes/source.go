package causes

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// maxSource bounds the files whose text is shown.
const maxSource = 1 << 20

// SourceDiff returns the unified diff of the text behind a cause, with the files of
// the two states below two folders; nil for what has no text, and for files that
// are not legible.
func (c *Cause) SourceDiff(rootBefore, rootAfter string) ([]byte, error) {
	old, err := text(rootBefore, c.Before, c.BeforeEnd)
	if err != nil {
		return nil, fmt.Errorf("show source of %s %s: %w", c.Kind, c.Name, err)
	}
	now, err := text(rootAfter, c.After, c.AfterEnd)
	if err != nil {
		return nil, fmt.Errorf("show source of %s %s: %w", c.Kind, c.Name, err)
	}
	return diff.Diff(label("a", c.Before), old, label("b", c.After), now), nil
}

func label(side, position string) string {
	if position == "" {
		return os.DevNull
	}
	return side + "/" + position
}

// text returns the lines of a declaration, or a whole file.
func text(root, position string, end int) ([]byte, error) {
	if position == "" {
		return nil, nil
	}
	file, number, hasLine := strings.Cut(position, ":")
	name := filepath.Join(root, filepath.FromSlash(file))
	if info, err := os.Stat(name); err == nil && info.Size() > maxSource {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil || !utf8.Valid(data) {
		return nil, err
	}
	if !hasLine {
		return data, nil
	}
	start, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	if start > len(lines) {
		return nil, nil
	}
	text := bytes.Join(lines[start-1:min(max(start, end), len(lines))], nil)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text[:len(text):len(text)], '\n')
	}
	return text, nil
}
