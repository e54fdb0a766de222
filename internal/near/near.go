// Package near finds what a misspelt name was probably meant to be.
package near

import (
	"cmp"
	"slices"
	"strings"
)

// Is tells whether one name may be a misspelling of the other: at most one edit
// for every three bytes of the shorter one, and one at least.
func Is(a, b string) bool {
	return a != "" && b != "" && Distance(a, b) <= max(1, min(len(a), len(b))/3)
}

// Best returns the candidate nearest to a name, the alphabetically first of
// several, or "" if none is near.
func Best(name string, candidates []string) string {
	for _, c := range Sort(name, slices.Clone(candidates)) {
		if Is(name, c) {
			return c
		}
	}
	return ""
}

// Sort sorts names by their distance from a name, then alphabetically.
func Sort(name string, names []string) []string {
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(Distance(name, a), Distance(name, b)), strings.Compare(a, b))
	})
	return names
}

// Distance counts the bytes to insert, delete or replace and the neighbours to
// swap that turn a into b (the optimal string alignment distance). Case does
// not count.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	// Three rows of the table: for the prefixes of a of length i-2, i-1 and i.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
