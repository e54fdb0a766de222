package analyzer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/near"
)

// Policy is a component of versions that a program adds to those of autover,
// such as the version of a schema that the functions depend on.
type Policy interface {
	// Name identifies the policy: letters, digits, '.', '_' and '-', and no
	// name of a policy of autover's own.
	Name() string
	// Contribution returns what enters the version of a target. Whatever it
	// returns, the empty string too, another value makes another version. It
	// should depend on the content of the repository and nothing else. An error
	// means that there is no version of any target.
	Contribution(ctx context.Context, s Subject) (string, error)
}

// Subject is the function whose version a policy contributes to.
type Subject struct {
	// Target and Position are as in Target, Package is the import path.
	Target, Package, Position string
	// Dir is the folder of the package.
	Dir string
}

// builtin are autover's own policies in canonical order, and whether each is on
// by default. Those that need an image or files add nothing without.
var builtin = []struct {
	name string
	on   bool
}{
	{"body", true}, {"private", true}, {"external", true}, {"toolchain", true},
	{"platform", false}, {"image", true}, {"files", true},
}

// policySet holds the policies that are on. Chosen are those that were asked for
// by name.
type policySet struct{ on, chosen map[string]bool }

// choosePolicies reads a list of policies: names, or changes to the default. The
// custom ones are on by default. The result doesn't depend on the order.
func choosePolicies(list string, custom []string) (*policySet, error) {
	set := &policySet{on: make(map[string]bool), chosen: make(map[string]bool)}
	var names []string
	defaults := make(map[string]bool)
	for _, p := range builtin {
		names = append(names, p.name)
		defaults[p.name] = p.on
	}
	for _, name := range custom {
		names = append(names, name)
		defaults[name] = true
	}
	if strings.TrimSpace(list) == "" {
		set.on = defaults
		return set, nil
	}
	off := make(map[string]bool)
	plain, changes := false, false
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		name := strings.TrimLeft(item, "+-")
		sign := strings.TrimSuffix(item, name)
		switch {
		case name == "" || len(sign) > 1:
			return nil, fmt.Errorf("bad item %q: write names, as in body,private, or changes to the default, as in +platform,-toolchain", item)
		case !slices.Contains(names, name):
			return nil, unknownName("policy", name, names)
		case sign == "-" && name == "body":
			return nil, errors.New("body can't be left out: a version is that of a body at least")
		}
		plain, changes = plain || sign == "", changes || sign != ""
		if sign == "-" {
			off[name] = true
		} else {
			set.chosen[name] = true
		}
	}
	if plain && changes {
		return nil, errors.New("names and changes are mixed: give all policies a sign, or none")
	}
	for _, name := range slices.Sorted(maps.Keys(off)) {
		if set.chosen[name] {
			return nil, fmt.Errorf("%s is both added and left out: remove one", name)
		}
	}
	for _, name := range names {
		set.on[name] = name == "body" || set.chosen[name] || changes && defaults[name] && !off[name]
	}
	return set, nil
}

// unknownName is the error for a name that is none of a list.
func unknownName(what, name string, names []string) error {
	if similar := near.Best(name, names); similar != "" {
		return fmt.Errorf("unknown %s %q: did you mean %s?", what, name, similar)
	}
	return fmt.Errorf("unknown %s %q: there are %s", what, name, strings.Join(names, ", "))
}

// components returns what policies add to the version of a target beyond what
// every version has, in canonical order.
func (v *versioner) components(ctx context.Context, t target, c *closure, k *knobs) ([]hasher.Component, error) {
	var list []hasher.Component
	add := func(name string, parts ...string) {
		list = append(list, hasher.Component{Name: name, Parts: parts})
	}
	for _, name := range []string{"private", "external", "toolchain"} {
		if !k.policies.on[name] {
			add("-" + name)
		}
	}
	if k.policies.on["platform"] {
		add("platform", v.w.platform()...)
	}
	said := t.directives().task
	if said == nil {
		said = &task{}
	}
	if k.policies.on["image"] {
		switch {
		case said.image != "":
			add("image", said.image)
		case k.image != "":
			add("image", k.image)
		case k.spec != nil:
			add("image-spec", k.spec...)
		case k.policies.chosen["image"]:
			return nil, fmt.Errorf("%s: policy image is chosen, but %s has no image: give -image, -image-spec or image= in its //autover:task", t.fn.position, t.name)
		}
	}
	if k.policies.on["files"] {
		files, err := v.files(c, k)
		if err != nil {
			return nil, err
		}
		if len(files) > 0 {
			add("files", files...)
		}
	}
	if said.salt != "" {
		add("salt", said.salt)
	}
	for _, p := range k.custom {
		if !k.policies.on[p.Name()] {
			continue
		}
		text, err := p.Contribution(ctx, Subject{Target: t.name, Package: t.pkg.path, Position: t.fn.position, Dir: t.pkg.dir})
		if err != nil {
			return nil, fmt.Errorf("policy %s: version of %s: %w", p.Name(), t.name, err)
		}
		add("custom "+p.Name(), text)
	}
	return list, nil
}

// files returns the names of the files that count for a closure, sorted, each
// followed by the digest of its content.
func (v *versioner) files(c *closure, k *knobs) ([]string, error) {
	found := map[string]string{}
	for _, f := range k.files {
		found[f.name] = f.digest
	}
	for _, d := range c.depends {
		p := v.w.privateByID[d.pkg]
		files, err := v.knobs.finder.find(moduleFolder{p.module.Path, p.module.Dir}, p.dir, d.pattern)
		if err != nil {
			return nil, fmt.Errorf("%s: read //autover:depends: %w", d.at, err)
		}
		for _, f := range files {
			found[f.name] = f.digest
		}
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, name, found[name])
	}
	return list, nil
}
