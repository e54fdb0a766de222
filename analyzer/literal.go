package analyzer

import (
	"slices"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// A function literal has a node of its own: whoever gets hold of it, and calls
// it, depends on what it does, but not on all that the function around it does
// besides. What it captures is data, like the fields of an object whose method is
// called. Its digest contains the syntax of the whole declaration, for its own
// means nothing without the variables that it captures; only what the rest of the
// declaration refers to is left out.

// literals returns the names of the literals in a declaration.
func (d *decl) literals() []symbol.ID {
	ids := make([]symbol.ID, len(d.form.Literals))
	for k := range ids {
		ids[k] = symbol.Literal(d.id, d.form.Literals[k].Offset)
	}
	return ids
}

// inner returns the names of the literals in a literal.
func (d *decl) inner(k int) []symbol.ID {
	return d.literals()[k+1 : k+1+d.form.Literals[k].Inner]
}

// mentions returns what a literal mentions.
func (d *decl) mentions(k int) []hasher.Ref {
	var refs []hasher.Ref
	for _, s := range d.form.Literals[k].Slots {
		refs = append(refs, d.form.Refs[s])
	}
	return refs
}

// visible blanks the slots of a declaration that mean nothing to a literal in it:
// all but the types, of which what it captures may be, and what it mentions.
func (d *decl) visible(k int, slots []int32) []int32 {
	for i, r := range d.form.Refs {
		if r.Kind != hasher.RefType && !slices.Contains(d.form.Literals[k].Slots, i) {
			slots[i] = -1
		}
	}
	return slots
}
