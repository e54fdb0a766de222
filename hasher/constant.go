package hasher

import (
	"go/constant"
	"go/token"
	"go/types"
	"math/big"
)

// constant writes a typed value. Its spelling leaves no trace: values of
// floating-point type are rounded to the type, as the compiler does, and
// integral values have one form for each kind of type.
func (w *writer) constant(t types.Type, v constant.Value) {
	w.enc.Node(TagConst, 2)
	w.typ(t)
	w.value(normalize(t, v))
}

func (w *writer) value(v constant.Value) {
	switch v.Kind() {
	case constant.Bool:
		w.enc.Node(TagBoolValue, 1)
		w.enc.Bool(constant.BoolVal(v))
	case constant.String:
		w.enc.Node(TagStringValue, 1)
		w.enc.String(constant.StringVal(v))
	case constant.Int:
		w.enc.Node(TagIntValue, 1)
		w.enc.String(v.ExactString())
	case constant.Float:
		w.enc.Node(TagFloatValue, 1)
		w.enc.String(exactFloat(v))
	case constant.Complex:
		w.enc.Node(TagComplexValue, 2)
		w.enc.String(exactFloat(constant.ToFloat(constant.Real(v))))
		w.enc.String(exactFloat(constant.ToFloat(constant.Imag(v))))
	default:
		w.failAt(w.pos, "unknown constant value")
	}
}

// normalize returns v in the representation of its type. A constant used as a
// type parameter has no kind of its own and takes the narrowest that holds it.
func normalize(t types.Type, v constant.Value) constant.Value {
	if v.Kind() == constant.Bool || v.Kind() == constant.String {
		return v
	}
	basic, ok := t.Underlying().(*types.Basic)
	if !ok {
		for _, to := range []func(constant.Value) constant.Value{constant.ToInt, constant.ToFloat, constant.ToComplex} {
			if n := to(v); n.Kind() != constant.Unknown {
				return n
			}
		}
		return v
	}
	switch info := basic.Info(); {
	case info&types.IsInteger != 0:
		return constant.ToInt(v)
	case info&types.IsFloat != 0:
		return round(basic.Kind(), v)
	case info&types.IsComplex != 0:
		re, im := round(basic.Kind(), constant.Real(v)), round(basic.Kind(), constant.Imag(v))
		return constant.BinaryOp(constant.ToComplex(re), token.ADD, constant.MakeImag(im))
	}
	return v
}

// round returns v as a floating-point constant of the precision of a type.
// Untyped constants stay exact.
func round(kind types.BasicKind, v constant.Value) constant.Value {
	switch kind {
	case types.Float32, types.Complex64:
		f, _ := constant.Float32Val(v)
		return constant.ToFloat(constant.MakeFloat64(float64(f)))
	case types.Float64, types.Complex128:
		f, _ := constant.Float64Val(v)
		return constant.ToFloat(constant.MakeFloat64(f))
	}
	return constant.ToFloat(v)
}

// exactFloat spells a number as a fraction, or in hexadecimal where go/constant
// keeps no fraction.
func exactFloat(v constant.Value) string {
	switch x := constant.Val(v).(type) {
	case int64:
		return big.NewRat(x, 1).RatString()
	case *big.Int:
		return x.String()
	case *big.Rat:
		return x.RatString()
	case *big.Float:
		if r, _ := x.Rat(nil); r != nil && x.MantExp(nil) < 4096 && x.MantExp(nil) > -4096 {
			return r.RatString()
		}
		return x.Text('p', 0)
	}
	return v.ExactString()
}

var unit = constant.MakeInt64(1)

func boolVal(v constant.Value) bool { return v.Kind() == constant.Bool && constant.BoolVal(v) }
