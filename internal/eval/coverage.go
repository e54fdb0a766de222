package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// lines are ranges of lines of files, named relative to the module.
type lines map[string][][2]int

// holds tells whether a mutant lies in one of the ranges.
func (l lines) holds(m mutant) bool {
	for _, r := range l[m.File] {
		if r[0] <= m.Line && m.Line <= r[1] {
			return true
		}
	}
	return false
}

// uncovered returns the blocks of code that no test runs. Mutants there change
// no outcome, so trying them is a waste. Declarations are in no block.
func (t tester) uncovered(ctx context.Context, m *module) (l lines, err error) {
	dir, err := os.MkdirTemp("", "autover-eval-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	profile := filepath.Join(dir, "cover")
	args := []string{"test", "-count=1", "-vet=off", "-p=1", "-parallel=1", "-coverpkg=./...", "-coverprofile=" + profile, "-timeout=" + (10 * t.timeout).String()}
	if t.skip != "" {
		args = append(args, "-skip="+t.skip)
	}
	c := exec.CommandContext(ctx, "go", append(args, "./...")...)
	c.Dir = m.dir
	runErr := c.Run() // also when a test fails
	file, err := os.Open(profile)
	if err != nil {
		return nil, fmt.Errorf("measure the coverage of %s: %w", m.path, errors.Join(runErr, err))
	}
	defer file.Close()
	covered := make(map[string]bool) // by the block's text
	for s := bufio.NewScanner(file); s.Scan(); {
		block, rest, _ := strings.Cut(s.Text(), " ")
		covered[block] = covered[block] || !strings.HasSuffix(rest, " 0")
	}
	l = make(lines)
	for block, is := range covered {
		if is {
			continue
		}
		name, span, _ := strings.Cut(block, ":")
		var first, last, column int
		if _, err := fmt.Sscanf(span, "%d.%d,%d.%d", &first, &column, &last, &column); err != nil {
			continue // the first line
		}
		p := m.packages[path.Dir(name)]
		if p == nil {
			continue
		}
		rel, err := m.rel(p, path.Base(name))
		if err != nil {
			return nil, err
		}
		// The lines of the braces also hold covered code.
		if first+1 <= last-1 {
			l[rel] = append(l[rel], [2]int{first + 1, last - 1})
		}
	}
	return l, nil
}
