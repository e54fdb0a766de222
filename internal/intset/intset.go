// Package intset has immutable sets of numbers that share what they have in common.
//
// # Purpose
//
// Points-to sets are many, large and alike: those of neighbours in the graph differ by
// a few members or by none. A set that isn't changed can be held by any number of
// nodes, and one that was made of another needs memory for the difference only. To
// find that nothing is new takes as long as the difference is large, not the sets.
//
// # Algorithm
//
// A set is a big-endian Patricia tree (Okasaki and Gill, "Fast Mergeable Integer
// Maps", 1998) whose leaves are blocks of 256 members. Operations on two sets walk
// both trees at once and stop where they meet the same subtree, or where one side is
// empty; a result that equals an operand is that operand, as far down as that holds.
package intset

import (
	"iter"
	"math/bits"
)

// Set is a set of numbers from 0 to 2^31-1. The zero value is the empty set. Two
// sets that are equal by == have the same members; sets with the same members
// needn't be.
type Set struct{ root *tree }

// blockBits is the logarithm of the number of members of a block.
const blockBits = 8

// words are the members of a block.
type words [1 << blockBits / 64]uint64

// tree is a leaf, or a branch with two subtrees that aren't empty.
type tree struct {
	// key is the number of the block of a leaf, and of a branch what the numbers of
	// all blocks have in common, with zeros from the branching bit downward.
	key         uint32
	bit         uint32 // by which a branch tells its subtrees apart, 0 for a leaf
	left, right *tree  // without and with the bit
	words       words
}

// Of returns the set of some numbers.
func Of(list ...int) Set {
	var s Set
	for _, x := range list {
		s = s.With(x)
	}
	return s
}

// IsEmpty tells whether the set has no members.
func (s Set) IsEmpty() bool { return s.root == nil }

// Has tells whether a number is a member.
func (s Set) Has(x int) bool {
	block := uint32(x >> blockBits)
	t := s.root
	for t != nil && t.bit != 0 {
		if !t.covers(block) {
			return false
		}
		t = t.side(block)
	}
	return t != nil && t.key == block && t.words[x>>6%len(t.words)]&(1<<(x&63)) != 0
}

// With returns the set with one more member.
func (s Set) With(x int) Set {
	if s.Has(x) {
		return s
	}
	leaf := &tree{key: uint32(x >> blockBits)}
	leaf.words[x>>6%len(leaf.words)] = 1 << (x & 63)
	return Set{union(s.root, leaf)}
}

// Union returns the members of both sets.
func (s Set) Union(t Set) Set { return Set{union(s.root, t.root)} }

// Minus returns the members that t doesn't have.
func (s Set) Minus(t Set) Set { return Set{minus(s.root, t.root)} }

// Intersect returns the members that both sets have.
func (s Set) Intersect(t Set) Set { return Set{intersect(s.root, t.root)} }

// SubsetOf tells whether t has all members.
func (s Set) SubsetOf(t Set) bool { return s.Minus(t).IsEmpty() }

// Equal tells whether both sets have the same members.
func (s Set) Equal(t Set) bool { return s == t || s.SubsetOf(t) && t.SubsetOf(s) }

// Hash returns a number that is the same for sets with the same members: that of
// Fowler, Noll and Vo (FNV-1a, 64 bits), taken by words instead of bytes.
func (s Set) Hash() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	s.root.each(func(t *tree) bool {
		h = (h ^ uint64(t.key)) * prime
		for _, w := range t.words {
			h = (h ^ w ^ w>>32) * prime
		}
		return true
	})
	return h
}

// Len returns the number of members.
func (s Set) Len() int {
	n := 0
	s.root.each(func(t *tree) bool {
		for _, w := range t.words {
			n += bits.OnesCount64(w)
		}
		return true
	})
	return n
}

// All yields the members in ascending order.
func (s Set) All() iter.Seq[int] {
	return func(yield func(int) bool) {
		s.root.each(func(t *tree) bool {
			for i, w := range t.words {
				for ; w != 0; w &= w - 1 {
					if !yield(int(t.key)<<blockBits + i<<6 + bits.TrailingZeros64(w)) {
						return false
					}
				}
			}
			return true
		})
	}
}

// each visits the leaves in order for as long as visit returns true.
func (t *tree) each(visit func(*tree) bool) bool {
	switch {
	case t == nil:
		return true
	case t.bit == 0:
		return visit(t)
	}
	return t.left.each(visit) && t.right.each(visit)
}

// covers tells whether a block would lie in a branch.
func (t *tree) covers(block uint32) bool { return (block^t.key)&^(t.bit<<1-1) == 0 }

// side returns the subtree of a branch in which a block would lie.
func (t *tree) side(block uint32) *tree {
	if block&t.bit == 0 {
		return t.left
	}
	return t.right
}

// join makes a branch of two trees that have no block in common and neither of
// which covers the other.
func join(a, b *tree) *tree {
	bit := uint32(1) << (31 - bits.LeadingZeros32(a.key^b.key))
	if a.key&bit != 0 {
		a, b = b, a
	}
	return &tree{key: a.key &^ (bit<<1 - 1), bit: bit, left: a, right: b}
}

// with returns a branch with other subtrees, which may be empty.
func (t *tree) with(left, right *tree) *tree {
	switch {
	case left == t.left && right == t.right:
		return t
	case left == nil:
		return right
	case right == nil:
		return left
	}
	return &tree{key: t.key, bit: t.bit, left: left, right: right}
}

// leaf returns a leaf with other members, which may be those of other.
func (t *tree) leaf(w words, other *tree) *tree {
	switch w {
	case t.words:
		return t
	case words{}:
		return nil
	case other.words:
		return other
	}
	return &tree{key: t.key, words: w}
}

func union(a, b *tree) *tree {
	switch {
	case a == b, b == nil:
		return a
	case a == nil:
		return b
	case a.bit == 0 && b.bit == 0 && a.key == b.key:
		w := a.words
		for i := range w {
			w[i] |= b.words[i]
		}
		return a.leaf(w, b)
	case a.bit == b.bit && a.bit != 0 && a.key == b.key:
		left, right := union(a.left, b.left), union(a.right, b.right)
		if left == b.left && right == b.right && (left != a.left || right != a.right) {
			return b
		}
		return a.with(left, right)
	case a.bit > b.bit && a.covers(b.key):
		if b.key&a.bit == 0 {
			return a.with(union(a.left, b), a.right)
		}
		return a.with(a.left, union(a.right, b))
	case b.bit > a.bit && b.covers(a.key):
		if a.key&b.bit == 0 {
			return b.with(union(a, b.left), b.right)
		}
		return b.with(b.left, union(a, b.right))
	}
	return join(a, b)
}

func minus(a, b *tree) *tree {
	switch {
	case a == b || a == nil:
		return nil
	case b == nil:
		return a
	case a.bit == 0 && b.bit == 0:
		if a.key != b.key {
			return a
		}
		w := a.words
		for i := range w {
			w[i] &^= b.words[i]
		}
		return a.leaf(w, a)
	case a.bit == b.bit && a.key == b.key:
		return a.with(minus(a.left, b.left), minus(a.right, b.right))
	case a.bit > b.bit && a.covers(b.key):
		if b.key&a.bit == 0 {
			return a.with(minus(a.left, b), a.right)
		}
		return a.with(a.left, minus(a.right, b))
	case b.bit > a.bit && b.covers(a.key):
		return minus(a, b.side(a.key))
	}
	return a
}

func intersect(a, b *tree) *tree {
	switch {
	case a == b:
		return a
	case a == nil || b == nil:
		return nil
	case a.bit == 0 && b.bit == 0:
		if a.key != b.key {
			return nil
		}
		w := a.words
		for i := range w {
			w[i] &= b.words[i]
		}
		return a.leaf(w, b)
	case a.bit == b.bit && a.key == b.key:
		left, right := intersect(a.left, b.left), intersect(a.right, b.right)
		if left == b.left && right == b.right {
			return b
		}
		return a.with(left, right)
	case a.bit > b.bit && a.covers(b.key):
		return intersect(a.side(b.key), b)
	case b.bit > a.bit && b.covers(a.key):
		return intersect(a, b.side(a.key))
	}
	return nil
}
