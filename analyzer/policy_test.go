package analyzer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const policyFixture = `
-- go.mod --
module example.com/m

go 1.22

require example.com/dep v1.0.0
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

func D() int { return 1 }
-- p/p.go --
package p

import "example.com/dep"

//autover:depends data.txt
func F() int { return 1 + helper() + dep.D() }
-- p/helper.go --
package p

func helper() int { return 1 }
-- p/data.txt --
1
-- image.yaml --
base: debian
-- all.txt --
1
`

// fixed is a policy that contributes the same to every target.
type fixed struct {
	name, text string
	err        error
}

func (f fixed) Name() string { return f.name }

func (f fixed) Contribution(context.Context, Subject) (string, error) { return f.text, f.err }

// policyWorld is a configuration that gives every policy something to add, and
// one edit for each that only it sees.
var policyWorld = struct {
	config Config
	edits  []policyEdit
}{
	Config{
		Targets: []string{"./p.F"}, Platform: "linux/amd64", ImageSpec: "image.yaml", Files: []string{"all.txt"},
		Custom: []Policy{fixed{name: "schema", text: "1"}, fixed{name: "Zone", text: "1"}},
	},
	[]policyEdit{
		{"body", "p/p.go", "1 +", "2 +", nil},
		{"private", "p/helper.go", "1", "2", nil},
		{"external", "vendor/example.com/dep/dep.go", "1", "2", nil},
		{"toolchain", "go.mod", "go 1.22", "go 1.23", nil},
		{"platform", "", "", "", func(c *Config) { c.Platform = "linux/arm64" }},
		{"platform", "", "", "", func(c *Config) { c.Tags = "x" }},
		{"platform", "", "", "", func(c *Config) { c.Platform = "linux/amd64/cgo" }},
		{"image", "image.yaml", "debian", "alpine", nil},
		{"image", "", "", "", func(c *Config) { c.Image, c.ImageSpec = "debian", "" }},
		{"files", "p/data.txt", "1", "2", nil},
		{"files", "all.txt", "1", "2", nil},
		{"schema", "", "", "", func(c *Config) { c.Custom = []Policy{fixed{name: "schema", text: "2"}, c.Custom[1]} }},
		{"Zone", "", "", "", func(c *Config) { c.Custom = []Policy{c.Custom[0], fixed{name: "Zone"}} }},
	},
}

// policyEdit replaces a text in a file, or changes the configuration.
type policyEdit struct {
	policy, file, old, new string
	change                 func(*Config)
}

// versionWith returns the version of the fixture's function with some policies
// on, before or after an edit.
func versionWith(t *testing.T, policies []string, edit *policyEdit) string {
	t.Helper()
	cfg := policyWorld.config
	cfg.Policy = strings.Join(policies, ",")
	cfg.Dir, cfg.Env = tree(t, policyFixture), offline()
	if edit != nil && edit.change != nil {
		edit.change(&cfg)
	} else if edit != nil {
		name := filepath.Join(cfg.Dir, edit.file)
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), edit.old) {
			t.Fatalf("edit %s: %v", edit.file, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(data), edit.old, edit.new, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatalf("policies %v: %v", policies, err)
	}
	return r.Targets[0].Version
}

// TestPolicies holds each edit against the sets with all policies, with all but
// the one concerned, and with that one alone: the version moves exactly where
// the policy is on. Without others a body is still a body.
func TestPolicies(t *testing.T) {
	var all []string
	for _, p := range builtin {
		all = append(all, p.name)
	}
	all = append(all, "schema", "Zone")
	edited := map[string]bool{}
	before := map[string]string{}
	for _, edit := range policyWorld.edits {
		edited[edit.policy] = true
		without := slices.DeleteFunc(slices.Clone(all), func(p string) bool { return p == edit.policy })
		for _, set := range [][]string{all, without, {edit.policy}} {
			key := strings.Join(slices.DeleteFunc(slices.Clone(set), func(p string) bool { return p == "body" }), ",")
			if before[key] == "" {
				before[key] = versionWith(t, set, nil)
			}
			want := slices.Contains(set, edit.policy) || edit.policy == "body"
			if moved := versionWith(t, set, &edit) != before[key]; moved != want {
				t.Errorf("policies %v: edit for %s moves the version: %t, want %t", set, edit.policy, moved, want)
			}
		}
	}
	for _, p := range all {
		if !edited[p] {
			t.Errorf("no edit for policy %s", p)
		}
	}
	seen := map[string]string{}
	for set, version := range before {
		if other, ok := seen[version]; ok {
			t.Errorf("policies %s and %s give one version", set, other)
		}
		seen[version] = set
	}
}

// The order in which policies are named never matters, nor does that in which
// custom ones are given; all lists that mean one set give one version.
func TestPolicyOrder(t *testing.T) {
	for _, group := range [][]string{
		{"body,private,external,toolchain,image,files,schema,Zone", "Zone,schema,files,image,toolchain,external,private,body", "", " private , body,Zone,external,schema,toolchain,image,image,files", "+body", "+private,+image"},
		{"+platform,-toolchain", "-toolchain,+platform", "platform,Zone,body,private,external,image,files,schema", "-toolchain,-toolchain,+platform"},
		{"body", "body,body"},
		{"platform", "platform,body"},
	} {
		want := versionWith(t, []string{group[0]}, nil)
		for _, list := range group[1:] {
			if got := versionWith(t, []string{list}, nil); got != want {
				t.Errorf("policies %q give %s, %q give %s", group[0], want, list, got)
			}
		}
	}
	swapped := &policyEdit{change: func(c *Config) { c.Custom = []Policy{c.Custom[1], c.Custom[0]} }}
	if versionWith(t, nil, nil) != versionWith(t, nil, swapped) {
		t.Error("the order of custom policies matters")
	}
	exchanged := &policyEdit{change: func(c *Config) {
		c.Custom = []Policy{fixed{name: "schema", text: "b"}, fixed{name: "Zone", text: "a"}}
	}}
	other := &policyEdit{change: func(c *Config) {
		c.Custom = []Policy{fixed{name: "schema", text: "a"}, fixed{name: "Zone", text: "b"}}
	}}
	if versionWith(t, nil, exchanged) == versionWith(t, nil, other) {
		t.Error("which custom policy contributes what doesn't matter")
	}
}

// A salt moves the version under every set of policies, and no two salts give
// one version.
func TestSaltMovesAll(t *testing.T) {
	for _, set := range []string{"", "body", "+platform", "-private,-external,-toolchain,-files,-image,-schema,-Zone"} {
		seen := map[string]string{}
		for _, salt := range []string{"", "x", "y", " x"} {
			v := versionWith(t, []string{set}, &policyEdit{change: func(c *Config) { c.Salt = salt }})
			if other, ok := seen[v]; ok {
				t.Errorf("policies %q: salts %q and %q give one version", set, salt, other)
			}
			seen[v] = salt
		}
	}
}

// TestToolchainPolicies shows what each policy sees: a patch release that is
// declared, the go line, and the toolchain that runs.
func TestToolchainPolicies(t *testing.T) {
	version := func(policy, goMod string) string {
		dir := tree(t, "-- go.mod --\nmodule example.com/m\n"+goMod+"\n-- p.go --\npackage p\n\nfunc F() {}\n")
		r, err := Run(t.Context(), Config{Dir: dir, Env: offline(), Targets: []string{".F"}, Toolchain: policy})
		if err != nil {
			t.Fatal(err)
		}
		return r.Targets[0].Version
	}
	for _, test := range []struct {
		policy     string
		line, tool bool // whether the go line, and the toolchain line, count
	}{
		{"", true, true}, {"declared", true, true}, {"actual", true, false}, {"language", true, false},
	} {
		base := version(test.policy, "go 1.22\ntoolchain go1.23.0")
		if got := base != version(test.policy, "go 1.21\ntoolchain go1.23.0"); got != test.line {
			t.Errorf("toolchain policy %q: the go line counts: %t", test.policy, got)
		}
		if got := base != version(test.policy, "go 1.22\ntoolchain go1.23.1"); got != test.tool {
			t.Errorf("toolchain policy %q: the toolchain line counts: %t", test.policy, got)
		}
	}
	policies := []string{version("declared", "go 1.22"), version("actual", "go 1.22"), version("language", "go 1.22")}
	slices.Sort(policies)
	if len(slices.Compact(policies)) != 3 {
		t.Error("two toolchain policies give one version")
	}
}

// FuzzPolicies reads lists in two orders, which mean the same.
func FuzzPolicies(f *testing.F) {
	for _, list := range []string{"body", "+platform,-toolchain", "own,image", "-own,-own,+own", "", ",", "x"} {
		f.Add(list)
	}
	f.Fuzz(func(t *testing.T, list string) {
		items := strings.Split(list, ",")
		slices.Reverse(items)
		a, errA := choosePolicies(list, []string{"own"})
		b, errB := choosePolicies(strings.Join(items, ","), []string{"own"})
		if (errA == nil) != (errB == nil) || errA == nil && !reflect.DeepEqual(a, b) {
			t.Fatalf("%q: %v, %v; reversed: %v, %v", list, a, errA, b, errB)
		}
		if errA == nil && !a.on["body"] {
			t.Fatalf("%q leaves out the body", list)
		}
	})
}

func TestRefusedPolicies(t *testing.T) {
	for list, want := range map[string]string{
		"bdy":                 `unknown policy "bdy": did you mean body?`,
		"frobnicate":          "there are body, private, external, toolchain, platform, image, files, own",
		"body,":               `bad item ""`,
		",":                   "bad item",
		"+":                   "bad item",
		"++body":              "bad item",
		"+-body":              "bad item",
		"-body":               "can't be left out",
		"body,+platform":      "mixed",
		"-own,body":           "mixed",
		"+platform,-platform": "platform is both added and left out",
		"body platform":       "unknown policy",
	} {
		if set, err := choosePolicies(list, []string{"own"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("choosePolicies(%q) = %v, %v; want an error with %q", list, set, err, want)
		}
	}
}

func TestRefusedConfig(t *testing.T) {
	dir := tree(t, policyFixture+"-- bad.yaml --\na: 1\na: 2\n-- empty.yaml --\n# nothing\n")
	for _, test := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Toolchain = "actul" }, `read toolchain: unknown toolchain policy "actul": did you mean actual?`},
		{func(c *Config) { c.Platform = "linux" }, "write GOOS/GOARCH"},
		{func(c *Config) { c.Platform = "linux/amd64/x" }, "write GOOS/GOARCH"},
		{func(c *Config) { c.Platform = "linux/" }, "write GOOS/GOARCH"},
		{func(c *Config) { c.Platform = "linux/wasm" }, "unknown platform linux/wasm"},
		{func(c *Config) { c.Image = "x" }, "exclude each other"},
		{func(c *Config) { c.ImageSpec = "nosuch.yaml" }, "read image-spec: "},
		{func(c *Config) { c.ImageSpec = "bad.yaml" }, "bad.yaml: line 2: key a is there twice"},
		{func(c *Config) { c.ImageSpec = "empty.yaml" }, "empty.yaml has no parameters"},
		{func(c *Config) { c.ImageSpec, c.Policy = "", "+image" }, "p/p.go:6: policy image is chosen, but example.com/m/p.F has no image"},
		{func(c *Config) { c.Files = []string{"nosuch"} }, "read files: glob nosuch matches no file"},
		{func(c *Config) { c.Files = []string{"../x"} }, "leaves the module"},
		{func(c *Config) { c.Files = []string{"p/../../x"} }, "leaves the module"},
		{func(c *Config) { c.Files = []string{"["} }, "bad glob"},
		{func(c *Config) { c.Custom = []Policy{fixed{name: "body"}} }, "there is a policy body already"},
		{func(c *Config) { c.Custom = []Policy{fixed{name: "a"}, fixed{name: "a"}} }, "there is a policy a already"},
		{func(c *Config) { c.Custom = []Policy{fixed{name: "a b"}} }, `bad name of policy "a b"`},
		{func(c *Config) { c.Custom = []Policy{fixed{name: "mine", err: errors.New("no answer")}} }, "policy mine: version of example.com/m/p.F: no answer"},
	} {
		cfg := policyWorld.config
		cfg.Dir, cfg.Env = dir, offline()
		test.change(&cfg)
		r, err := Run(t.Context(), cfg)
		if err == nil || r != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, %v; want an error with %q", r, err, test.want)
		}
	}
	cfg := policyWorld.config
	cfg.Dir, cfg.Env, cfg.Policy = dir, offline(), "-mine"
	cfg.Custom = []Policy{fixed{name: "mine", err: errors.New("no answer")}}
	if _, err := Run(t.Context(), cfg); err != nil {
		t.Errorf("a policy that is off is asked: %v", err)
	}
}
