// Package symbol names the package-level objects of a program with plain
// strings, so that summaries of different packages can refer to each other
// without sharing type-checker objects.
//
// A name starts with the identity of the package that declares the object. That
// is its import path, followed, for a package recompiled for a test, by a space
// and the test binary in brackets ("example.com/p [example.com/p.test]"), as in
// the output of the go command. Names are keys of a graph. Nothing hashes them:
// what a digest says of an object is the business of package hasher.
package symbol

import (
	"go/types"
	"strconv"
	"strings"
)

// ID names a package-level object: "path.Name", or "path.Type.Method" for a
// declared method, whether its receiver is a pointer or not.
type ID string

// Of returns the name of a package-level function, variable, constant or type,
// or of a declared method. Instances are named by their generic origin. The
// object must belong to a package and be declared at package level; the result
// for a function called init or named _ is not unique, use Init.
func Of(obj types.Object) ID {
	switch o := obj.(type) {
	case *types.Func:
		o = o.Origin()
		obj = o
		if recv := o.Signature().Recv(); recv != nil {
			if named := receiverName(recv.Type()); named != nil {
				return ID(o.Pkg().Path() + "." + named.Name() + "." + o.Name())
			}
		}
	case *types.Var:
		obj = o.Origin()
	}
	return ID(obj.Pkg().Path() + "." + obj.Name())
}

// Init names the n-th (from zero) function called init of a package, counted
// over its files in the order in which the go command compiles them.
func Init(pkg *types.Package, n int) ID {
	return ID(pkg.Path() + ".init#" + strconv.Itoa(n))
}

// Initializer names the initialising expression of package-level variables by
// its position in types.Info.InitOrder.
func Initializer(pkg *types.Package, n int) ID {
	return ID(pkg.Path() + ".var#" + strconv.Itoa(n))
}

// Literal names a function literal by the declaration around it, which may be an
// initialiser, and its distance in bytes from the beginning of that.
func Literal(around ID, offset int) ID {
	return around + ID("$"+strconv.Itoa(offset))
}

// Declaration returns the declaration around a function literal, or the ID
// itself if it isn't that of a literal.
func Declaration(id ID) ID {
	around, _, _ := strings.Cut(string(id), "$")
	return ID(around)
}

// PkgPath returns the import path for the identity of a package, which differs
// only for packages recompiled for a test.
func PkgPath(id string) string {
	path, _, _ := strings.Cut(id, " ")
	return path
}

func receiverName(t types.Type) *types.TypeName {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj()
	}
	return nil
}
