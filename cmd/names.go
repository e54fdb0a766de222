package cmd

import (
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/autover/autover/analyzer"
)

// writeVariables prints NAME=VERSION lines: upper-case names for .env files,
// lower-case ones for step outputs.
//
// Two targets of one name are refused. Lengthening their names instead would
// mean that a new function elsewhere renames the variable that a script reads.
func writeVariables(w io.Writer, targets []analyzer.Target, lower bool) error {
	owner := make(map[string]string)
	for _, t := range targets {
		name := variableName(t)
		if lower {
			name = strings.ToLower(name)
		}
		if other, taken := owner[name]; taken {
			return fmt.Errorf("%s and %s would both be called %s; name fewer targets, or choose the names with -f", other, t.Name, name)
		}
		owner[name] = t.Name
		fmt.Fprintf(w, "%s=%s\n", name, t.Version)
	}
	return nil
}

var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// variableName derives the name of an environment variable from the path of a
// target's package within its module, or the last element of the module's path
// for the package at its root, and the target's own name.
func variableName(t analyzer.Target) string {
	dir, last := path.Split(t.Name)
	pkg, name, _ := strings.Cut(last, ".")
	pkg = dir + pkg
	// The last element of an import path may hold dots; the name of the target
	// is then what remains of the longest path that ends like the position.
	folder := path.Dir(t.Position)
	if base := path.Base(folder); base != "." && strings.HasPrefix(last, base+".") {
		pkg, name = dir+base, strings.TrimPrefix(last, base+".")
	}
	switch {
	case folder == ".":
		if majorVersion.MatchString(pkg) {
			pkg = path.Dir(pkg)
		}
		pkg = path.Base(pkg)
	case pkg == folder || strings.HasSuffix(pkg, "/"+folder):
		pkg = folder
	}
	return upperSnake(pkg + "." + name)
}

// upperSnake spells a path or identifier as the name of an environment
// variable: words in capitals, joined by underscores.
func upperSnake(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		ascii := r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if !ascii {
			r = '_'
		}
		wordStart := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]) ||
				unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if wordStart {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	name := strings.Trim(b.String(), "_")
	if name == "" || unicode.IsDigit(rune(name[0])) {
		return "_" + name
	}
	return name
}
