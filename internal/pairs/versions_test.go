package pairs

import (
	"maps"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// reports analyses both sides. One is analysed for the named targets, the other for a
// pattern: were there a difference between the two ways, every pair without change would
// show it.
func (p *pair) reports(t *testing.T, dir [2]string, env [2][]string, cache string) [2]*analyzer.Report {
	return [2]*analyzer.Report{
		p.report(t, before, dir[before], env[before], p.targets(before), cache),
		p.report(t, after, dir[after], env[after], []string{"./..."}, cache),
	}
}

// checkVersions holds the claims against the versions of the two sides.
func (p *pair) checkVersions(t *testing.T, reports [2]*analyzer.Report) {
	p.checkElements(t, reports)
	p.checkCauses(t, reports)
	version := [2]map[string]string{versionsOf(reports[before]), versionsOf(reports[after])}
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

// checkElements holds what versions are said to consist of against the versions:
// where two differ, so must an element, unless only the target's name does.
func (p *pair) checkElements(t *testing.T, reports [2]*analyzer.Report) {
	elements := func(s side, name string) map[analyzer.Element]bool {
		list := map[analyzer.Element]bool{}
		for _, target := range reports[s].Targets {
			if target.Name == name {
				for _, e := range reports[s].Graph.Elements(target.Closure) {
					known := *e
					known.Position = "" // no part of a version
					list[known] = true
				}
			}
		}
		return list
	}
	for _, c := range p.claims {
		x, y := p.qualified(before, c.target[before]), p.qualified(after, c.target[after])
		if c.change && x == y && maps.Equal(elements(before, x), elements(after, y)) {
			t.Errorf("the version of %s differs, but none of its elements does", c)
		}
	}
}

// versions analyses one side and returns the versions by qualified name.
func (p *pair) versions(t *testing.T, s side, dir string, env, targets []string) map[string]string {
	return versionsOf(p.report(t, s, dir, env, targets, ""))
}

func versionsOf(r *analyzer.Report) map[string]string {
	versions := make(map[string]string)
	for _, target := range r.Targets {
		versions[target.Name] = target.Version
	}
	return versions
}

// report analyses one side.
func (p *pair) report(t *testing.T, s side, dir string, env, targets []string, cache string) *analyzer.Report {
	cfg := p.config(s, dir, env, targets)
	cfg.Explain, cfg.Cache = true, cache
	report, err := analyzer.Run(t.Context(), cfg)
	if err != nil {
		t.Fatalf("%s: analyse %v: %v", s, targets, err)
	}
	return report
}

// config is the request for the versions of one side.
func (p *pair) config(s side, dir string, env, targets []string) analyzer.Config {
	return analyzer.Config{
		Dir:     dir,
		Env:     append(env, "PWD="+dir),
		Targets: targets,
		All:     true,
		Tests:   p.flags[s].test,
		Tags:    p.flags[s].tags,
		Mod:     p.flags[s].mod,
		ModFile: p.flags[s].modFile,
		Private: p.flags[s].private,
	}
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
