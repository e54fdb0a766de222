package analyzer

import (
	"bufio"
	"fmt"
	"go/build/constraint"
	"slices"
	"strings"
)

// userTags are the build tags of the flags, sorted.
func (w *world) userTags() []string {
	tags := strings.FieldsFunc(w.flags.tags, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(tags)
	return slices.Compact(tags)
}

// tagsIn returns those of the user's tags that constraints of an external
// package mention: they choose its files, which no version of a module tells.
func (w *world) tagsIn(p *externalPackage) (string, error) {
	user := w.userTags()
	if len(user) == 0 {
		return "", nil
	}
	mentioned := make(map[string]bool)
	for _, name := range slices.Concat(p.goFiles, p.otherFiles, p.ignoredFiles) {
		if err := w.constraintTags(name, mentioned); err != nil {
			return "", fmt.Errorf("read constraints of package %s: %w: make the file readable", p.path, err)
		}
	}
	user = slices.DeleteFunc(user, func(tag string) bool { return !mentioned[tag] })
	return strings.Join(user, ","), nil
}

// constraintTags adds the tags in the build constraints of a file to a set.
func (w *world) constraintTags(name string, tags map[string]bool) error {
	f, err := w.in.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "package ") {
			break
		}
		if !constraint.IsGoBuild(line) && !constraint.IsPlusBuild(line) {
			continue
		}
		if expr, err := constraint.Parse(line); err == nil { // others are no constraints
			addTags(expr, tags)
		}
	}
	return nil // what isn't text has no constraints
}

func addTags(expr constraint.Expr, tags map[string]bool) {
	switch e := expr.(type) {
	case *constraint.AndExpr:
		addTags(e.X, tags)
		addTags(e.Y, tags)
	case *constraint.OrExpr:
		addTags(e.X, tags)
		addTags(e.Y, tags)
	case *constraint.NotExpr:
		addTags(e.X, tags)
	case *constraint.TagExpr:
		tags[e.Tag] = true
	}
}
