package pairs

import (
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// checkVersions holds the claims against the versions of the two sides. One
// side is analysed for the named targets, the other for a pattern: were there a
// difference between the two ways, every pair without change would show it.
func (p *pair) checkVersions(t *testing.T, dir [2]string, env [2][]string) {
	var version [2]map[string]string
	version[before] = p.versions(t, before, dir[before], env[before], p.targets(before))
	version[after] = p.versions(t, after, dir[after], env[after], []string{"./..."})
	needless := false
	for _, c := range p.claims {
		x := version[before][p.qualified(before, c.target[before])]
		y := version[after][p.qualified(after, c.target[after])]
		switch {
		case x == "" || y == "":
			t.Errorf("no version of %s: %q, %q", c, x, y)
		case c.change && x == y:
			t.Errorf("stale: the version of %s is still %s", c, x)
		case !c.change && x != y && p.todo != "":
			needless = true
		case !c.change && x != y:
			t.Errorf("needless: the version of %s was %s and is %s", c, x, y)
		}
	}
	if p.todo != "" && !needless {
		t.Errorf("no longer needlessly new: take the line todo out of the archive")
	}
}

// targets returns the targets of all claims by their names on one side.
func (p *pair) targets(s side) []string {
	var targets []string
	for _, c := range p.claims {
		targets = append(targets, c.target[s])
	}
	return targets
}

// versions analyses one side and returns the versions by qualified name.
func (p *pair) versions(t *testing.T, s side, dir string, env, targets []string) map[string]string {
	report, err := analyzer.Run(t.Context(), analyzer.Config{
		Dir:     dir,
		Env:     append(env, "PWD="+dir),
		Targets: targets,
		All:     true,
		Tests:   p.flags[s].test,
		Tags:    p.flags[s].tags,
		Mod:     p.flags[s].mod,
		ModFile: p.flags[s].modFile,
		Private: p.flags[s].private,
	})
	if err != nil {
		t.Fatalf("%s: analyse %v: %v", s, targets, err)
	}
	versions := make(map[string]string)
	for _, target := range report.Targets {
		versions[target.Name] = target.Version
	}
	return versions
}

// qualified returns the name of a target in reports: "./p.F" is in the main
// module, whose path it gets.
func (p *pair) qualified(s side, target string) string {
	rel, ok := strings.CutPrefix(target, "./")
	if !ok {
		return target
	}
	for line := range strings.Lines(string(p.files[s]["go.mod"])) {
		if path, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(path) + "/" + rel
		}
	}
	return target
}
