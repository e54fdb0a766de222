package analyzer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/autover/autover/hasher"
)

// components returns what policies add to the version of a target, in canonical
// order.
func (v *versioner) components(t target, c *closure) ([]hasher.Component, error) {
	var list []hasher.Component
	said := t.directives()
	if said.task != nil && said.task.image != "" {
		list = append(list, hasher.Component{Name: "image", Parts: []string{said.task.image}})
	}
	files, err := v.files(c)
	if err != nil {
		return nil, err
	}
	if len(files) > 0 {
		list = append(list, hasher.Component{Name: "files", Parts: files})
	}
	if said.task != nil && said.task.salt != "" {
		list = append(list, hasher.Component{Name: "salt", Parts: []string{said.task.salt}})
	}
	return list, nil
}

// files returns the names of the files on which a closure depends, sorted, each
// followed by the digest of its content.
func (v *versioner) files(c *closure) ([]string, error) {
	found := map[string]string{}
	for _, d := range c.depends {
		p := v.w.privateByID[d.pkg]
		files, err := v.finder.find(moduleFolder{p.module.Path, p.module.Dir}, p.dir, d.pattern)
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
