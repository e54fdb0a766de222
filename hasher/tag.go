package hasher

import "strconv"

// A Tag says what a node of the token stream is. Tags belong to the byte format
// and are independent of the names and numbers of go/ast and go/token, which
// other releases of Go may change.
type Tag uint16

// The tags, in groups with room for additions. Their values must never change
// within a scheme.
const (
	TagNone Tag = 1 // an optional part that is absent
	TagList Tag = 2 // a sequence

	TagFunc     Tag = 10 // receiver, type parameters, signature, directives, body
	TagVar      Tag = 11 // path, name, type, embedded files, directives
	TagInit     Tag = 12 // initialised variables, expression
	TagTypeDecl Tag = 13 // path, name, type parameters, underlying type
	TagTypeUse  Tag = 14 // type
	TagConstant Tag = 15 // path, name of an opaque constant, or its expression
	TagOwner    Tag = 16 // name of a function whose local types have a twin

	TagSlot           Tag = 20 // kind, number: a private package-level object
	TagPrivate        Tag = 21 // kind, path, name: the same where order is not yet known
	TagExternal       Tag = 22 // path, name
	TagExternalMethod Tag = 23 // path, type, name
	TagUniverse       Tag = 24 // name
	TagLocal          Tag = 25 // position of a binding
	TagNewLocal       Tag = 26 // position, type
	TagBlank          Tag = 27
	TagInstance       Tag = 28 // generic object, type arguments
	TagOpaque         Tag = 29 // path, name of a generated constant
	TagOpaqueExpr     Tag = 30 // type, expression that mentions such a constant
	TagOpaqueOther    Tag = 31 // digest of such an expression of another package

	TagBasic        Tag = 40 // name
	TagPointer      Tag = 41 // element
	TagSlice        Tag = 42 // element
	TagArray        Tag = 43 // length, element
	TagMap          Tag = 44 // key, element
	TagChan         Tag = 45 // direction, element
	TagSignature    Tag = 46 // parameters, results, variadic
	TagStruct       Tag = 47 // fields
	TagField        Tag = 48 // name, path if unexported, embedded, type, tag
	TagInterface    Tag = 49 // methods, comparable, type elements
	TagMethod       Tag = 50 // name, path if unexported, signature
	TagTerm         Tag = 51 // approximation, type
	TagTypeParam    Tag = 52 // position
	TagLocalType    Tag = 53 // ordinal
	TagLocalTypeDef Tag = 54 // ordinal, path, name, underlying type
	TagCycle        Tag = 55 // number of interface literals outside of the one meant
	TagTuple        Tag = 56 // types

	TagConst        Tag = 70 // type, value
	TagBoolValue    Tag = 71
	TagStringValue  Tag = 72
	TagIntValue     Tag = 73 // decimal
	TagFloatValue   Tag = 74 // exact
	TagComplexValue Tag = 75 // real part, imaginary part
	TagNil          Tag = 76 // type
	TagIota         Tag = 77 // value

	TagTypeExpr    Tag = 80 // type
	TagFuncLit     Tag = 81 // signature, body
	TagComposite   Tag = 82 // type, elements
	TagElement     Tag = 83 // index or key, value
	TagSelectField Tag = 84 // operand, path
	TagSelectFunc  Tag = 85 // operand, path, method
	TagMethodExpr  Tag = 86 // type, path, method
	TagStatic      Tag = 87 // function, receiver's type arguments, pointer receiver, pointer operand
	TagDynamic     Tag = 88 // interface type, method name, path if unexported
	TagConstrained Tag = 89 // type parameter, method name, path if unexported
	TagIndex       Tag = 90 // operand, index
	TagSliceExpr   Tag = 91 // operand, low, high, max
	TagAssert      Tag = 92 // operand, type
	TagCall        Tag = 93 // function, arguments, spread
	TagBuiltin     Tag = 94 // name, arguments, spread
	TagConvert     Tag = 95 // type, operand
	TagDeref       Tag = 96 // operand
	TagUnary       Tag = 97 // operator, operand
	TagBinary      Tag = 98 // operator, type of a comparison, operands

	TagZero       Tag = 110 // new local
	TagAssign     Tag = 111 // targets, values
	TagOpAssign   Tag = 112 // operator, target, value
	TagSend       Tag = 113 // channel, value
	TagExprStmt   Tag = 114 // expression
	TagGo         Tag = 115 // call
	TagDefer      Tag = 116 // call
	TagReturn     Tag = 117 // results
	TagBranch     Tag = 118 // keyword, label
	TagLabeled    Tag = 119 // label, statements
	TagIf         Tag = 120 // init, condition, then, else
	TagFor        Tag = 121 // init, condition, post, variables, body
	TagRange      Tag = 122 // key, value, operand, variables, body
	TagSwitch     Tag = 123 // init, tag, clauses
	TagTypeSwitch Tag = 124 // init, operand, binding, clauses
	TagSelect     Tag = 125 // clauses
	TagCase       Tag = 126 // expressions or none, body
	TagComm       Tag = 127 // communication or none, body

	TagNode      Tag = 140 // local, references, set
	TagComponent Tag = 141 // classes
	TagClass     Tag = 142 // local, references, outside set, inside set
	TagMember    Tag = 143 // component, class

	TagPolicy Tag = 150 // name, parts: what a policy adds to a version
)

var tagNames = map[Tag]string{
	TagNone: "None", TagList: "List",
	TagFunc: "Func", TagVar: "Var", TagInit: "Init", TagTypeDecl: "TypeDecl", TagTypeUse: "TypeUse",
	TagConstant: "Constant", TagOwner: "Owner",
	TagSlot: "Slot", TagPrivate: "Private", TagExternal: "External", TagExternalMethod: "ExternalMethod",
	TagUniverse: "Universe", TagLocal: "Local", TagNewLocal: "NewLocal", TagBlank: "Blank",
	TagInstance: "Instance", TagOpaque: "Opaque", TagOpaqueExpr: "OpaqueExpr", TagOpaqueOther: "OpaqueOther",
	TagBasic: "Basic", TagPointer: "Pointer", TagSlice: "Slice", TagArray: "Array", TagMap: "Map",
	TagChan: "Chan", TagSignature: "Signature", TagStruct: "Struct", TagField: "Field",
	TagInterface: "Interface", TagMethod: "Method", TagTerm: "Term", TagTypeParam: "TypeParam",
	TagLocalType: "LocalType", TagLocalTypeDef: "LocalTypeDef", TagCycle: "Cycle", TagTuple: "Tuple",
	TagConst: "Const", TagBoolValue: "BoolValue", TagStringValue: "StringValue", TagIntValue: "IntValue",
	TagFloatValue: "FloatValue", TagComplexValue: "ComplexValue", TagNil: "Nil", TagIota: "Iota",
	TagTypeExpr: "TypeExpr", TagFuncLit: "FuncLit", TagComposite: "Composite", TagElement: "Element",
	TagSelectField: "SelectField", TagSelectFunc: "SelectFunc", TagMethodExpr: "MethodExpr",
	TagStatic: "Static", TagDynamic: "Dynamic", TagConstrained: "Constrained", TagIndex: "Index",
	TagSliceExpr: "SliceExpr", TagAssert: "Assert", TagCall: "Call", TagBuiltin: "Builtin",
	TagConvert: "Convert", TagDeref: "Deref", TagUnary: "Unary", TagBinary: "Binary",
	TagZero: "Zero", TagAssign: "Assign", TagOpAssign: "OpAssign", TagSend: "Send",
	TagExprStmt: "ExprStmt", TagGo: "Go", TagDefer: "Defer", TagReturn: "Return", TagBranch: "Branch",
	TagLabeled: "Labeled", TagIf: "If", TagFor: "For", TagRange: "Range", TagSwitch: "Switch",
	TagTypeSwitch: "TypeSwitch", TagSelect: "Select", TagCase: "Case", TagComm: "Comm",
	TagNode: "Node", TagComponent: "Component", TagClass: "Class", TagMember: "Member",
	TagPolicy: "Policy",
}

// String returns the name of the tag, for traces.
func (t Tag) String() string {
	if name := tagNames[t]; name != "" {
		return name
	}
	return "Tag(" + strconv.Itoa(int(t)) + ")"
}
