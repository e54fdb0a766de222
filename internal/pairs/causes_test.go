package pairs

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/causes"
	"github.com/autover/autover/internal/lockfile"
)

// checkCauses holds the causes of new versions against what the pair edits: there
// is one at least, and the lines of each that has a place are other lines on the
// other side.
func (p *pair) checkCauses(t *testing.T, reports [2]*analyzer.Report) {
	find := func(s side, name string) *analyzer.Target {
		i := slices.IndexFunc(reports[s].Targets, func(t analyzer.Target) bool { return t.Name == name })
		if i < 0 {
			return nil
		}
		return &reports[s].Targets[i]
	}
	comparer := causes.New(reports[before].Graph, reports[after].Graph)
	for _, c := range p.claims {
		x, y := find(before, p.qualified(before, c.target[before])), find(after, p.qualified(after, c.target[after]))
		if x == nil || y == nil || x.Name != y.Name || x.Version == y.Version {
			continue
		}
		list := comparer.Causes(x.Closure, y.Closure)
		if len(list) == 0 {
			t.Errorf("no cause of the new version of %s", c)
		}
		if len(causes.OfLocks(lockOf(reports[before], x), lockOf(reports[after], y))) == 0 {
			t.Errorf("no cause of the new version of %s in its lock", c)
		}
		for _, cause := range list {
			old, hasOld := p.lines(before, cause.Before, cause.BeforeEnd)
			now, hasNow := p.lines(after, cause.After, cause.AfterEnd)
			if len(cause.Path) == 0 || cause.Path[0].Name != y.Name {
				t.Errorf("the path to %s %s starts elsewhere: %v", cause.Kind, cause.Name, cause.Path)
			}
			switch {
			case hasOld && hasNow && old == now && cause.Change == causes.Edited && slices.Equal(p.env[before], p.env[after]) && !p.importsDiffer(cause) && !moved(cause):
				t.Errorf("%s: cause %s %s, but its text is the same: %s", c, cause.Kind, cause.Name, cause.After)
			case cause.Change == causes.Added && cause.Before != "", cause.Change == causes.Removed && cause.After != "":
				t.Errorf("%s: cause %s %s is %s, but is on both sides: %s, %s", c, cause.Kind, cause.Name, cause.Change, cause.Before, cause.After)
			}
		}
	}
}

// lockOf is a lock of one target.
func lockOf(r *analyzer.Report, t *analyzer.Target) *lockfile.Lock {
	return &lockfile.Lock{Parts: causes.LockParts(&analyzer.Report{Targets: []analyzer.Target{*t}, Graph: r.Graph})}
}

// lines returns the text of a declaration, or of a file.
func (p *pair) lines(s side, position string, end int) (string, bool) {
	file, number, hasLine := strings.Cut(position, ":")
	data, ok := p.files[s][file]
	if !ok || !hasLine {
		return string(data), ok
	}
	lines := bytes.SplitAfter(data, []byte("\n"))
	start, err := strconv.Atoi(number)
	if err != nil || start > len(lines) {
		return "", false
	}
	end = min(max(end, start), len(lines))
	for start > 1 && bytes.HasPrefix(bytes.TrimSpace(lines[start-2]), []byte("//")) {
		start-- // directives
	}
	return string(bytes.Join(lines[start-1:end], nil)), true
}

// importsDiffer tells whether the imports above a declaration are others.
func (p *pair) importsDiffer(c causes.Cause) bool {
	imports := func(s side, position string) string {
		file, _, _ := strings.Cut(position, ":")
		var list []string
		for line := range strings.Lines(string(p.files[s][file])) {
			if strings.Contains(line, `"`) && (strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "\t")) {
				list = append(list, line)
			}
		}
		return strings.Join(list, "")
	}
	return imports(before, c.Before) != imports(after, c.After)
}

// moved tells what is elsewhere, or follows something else in its group, which
// counts for code that sees its own lines and for constants.
func moved(c causes.Cause) bool {
	return c.Before != c.After || c.Kind == string(analyzer.ConstantPart) && c.Old != c.New
}
