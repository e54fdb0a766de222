package callgraph

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// retains tells whether a call can leave its arguments in other arguments or in
// a result, for later calls to get at. An error keeps errors only.
func retains(m model, c *ssa.CallCommon) bool {
	if m.keeps || !m.returns {
		return m.keeps
	}
	for v := range c.Signature().Results().Variables() {
		switch u := v.Type().Underlying().(type) {
		case *types.Basic:
			if u.Kind() == types.UnsafePointer {
				return true
			}
		default:
			if !types.Identical(v.Type(), errorType) || wrapsErrors(c.Args) {
				return true
			}
		}
	}
	return false
}

var errorType = types.Universe.Lookup("error").Type()

// wrapsErrors tells whether an argument, or an element of variadic ones, can be an
// error.
func wrapsErrors(args []ssa.Value) bool {
	return slices.ContainsFunc(args, func(v ssa.Value) bool {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			return types.Implements(x.X.Type(), errorType.Underlying().(*types.Interface))
		case *ssa.ChangeInterface:
			return wrapsErrors([]ssa.Value{x.X})
		case *ssa.Slice:
			if list := elements(x); list != nil {
				return wrapsErrors(list)
			}
		case *ssa.Const:
			return false
		}
		return canBeError(v.Type())
	})
}

// canBeError tells whether a value of a type, or an element of a slice of it, can
// be an error.
func canBeError(typ types.Type) bool {
	if s, ok := typ.Underlying().(*types.Slice); ok {
		typ = s.Elem()
	}
	if iface, ok := typ.Underlying().(*types.Interface); ok {
		return !slices.ContainsFunc(slices.Collect(iface.Methods()), func(m *types.Func) bool {
			return m.Name() == "Error" && !types.Identical(m.Type(), errorType.Underlying().(*types.Interface).Method(0).Type())
		})
	}
	return types.Implements(typ, errorType.Underlying().(*types.Interface))
}
