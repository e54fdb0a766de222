package callgraph

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/container/intsets"
	"golang.org/x/tools/go/ssa"
)

// What is told of functions whose bodies show nothing: those of the runtime, in
// assembly, and what package reflect does with unsafe pointers. The letters:
//
//	c  calls functions among the arguments
//	f  calls the last argument
//	n  calls functions that the first argument holds, for a new value
//	m  makes methods of the arguments callable, by reflection
//	k  puts the other arguments in the first
//	w  writes to the first
//	l  loads what the first argument holds
//	r  returns the arguments, or what was loaded
//
// What is in a sync.Pool of the standard library doesn't come out again.
var trustedFunctions = map[string]string{
	"reflect.Value.Call":            "cr",
	"reflect.Value.CallSlice":       "cr",
	"reflect.Value.Method":          "mr",
	"reflect.Value.MethodByName":    "mr",
	"reflect.Value.Seq":             "cr",
	"reflect.Value.Seq2":            "cr",
	"reflect.Value.Set":             "kw",
	"reflect.Value.SetMapIndex":     "kw",
	"reflect.Value.Send":            "kw",
	"reflect.Value.TrySend":         "kw",
	"reflect.Value.SetIterKey":      "kw",
	"reflect.Value.SetIterValue":    "kw",
	"reflect.Value.SetPointer":      "kw",
	"reflect.Value.SetBytes":        "kw",
	"reflect.Append":                "kwr",
	"reflect.AppendSlice":           "kwr",
	"reflect.Copy":                  "kw",
	"reflect.Value.SetBool":         "w",
	"reflect.Value.SetInt":          "w",
	"reflect.Value.SetUint":         "w",
	"reflect.Value.SetFloat":        "w",
	"reflect.Value.SetComplex":      "w",
	"reflect.Value.SetString":       "w",
	"reflect.Value.SetLen":          "w",
	"reflect.Value.SetCap":          "w",
	"reflect.Value.SetZero":         "w",
	"reflect.Value.Clear":           "w",
	"reflect.Value.Grow":            "w",
	"reflect.Value.Bool":            "",
	"reflect.Value.String":          "",
	"reflect.DeepEqual":             "",
	"reflect.TypeAssert":            "r",
	"sync.Pool.Get":                 "n",
	"sync.Pool.Put":                 "",
	"sync.Map.Load":                 "lr",
	"sync.Map.LoadAndDelete":        "lr",
	"sync.Map.LoadOrStore":          "klr",
	"sync.Map.Swap":                 "klr",
	"sync.Map.Store":                "k",
	"sync.Map.Range":                "cl",
	"sync/atomic.Value.Load":        "lr",
	"sync/atomic.Value.Store":       "kw",
	"sync/atomic.Value.Swap":        "kwlr",
	"sync/atomic.Pointer.Load":      "lr",
	"sync/atomic.Pointer.Store":     "kw",
	"sync/atomic.Pointer.Swap":      "kwlr",
	"sync/atomic.LoadPointer":       "lr",
	"sync/atomic.StorePointer":      "kw",
	"sync/atomic.SwapPointer":       "kwlr",
	"time.AfterFunc":                "f",
	"internal/godebug.Setting.Name": "",
}

// trustedPackages work below what the language shows. What isn't listed above
// returns what it is given, and does nothing else with it.
var trustedPackages = []string{
	"internal/abi", "internal/bisect", "internal/godebug", "internal/poll", "internal/race", "internal/reflectlite", "internal/sync",
	"reflect", "sync/atomic", "syscall", "unsafe",
}

// opaquePackages are too dynamic or too large to be looked into. Their rows
// aren't checked, and what functions of other packages do by way of them isn't
// found.
var opaquePackages = []string{
	"archive/tar", "archive/zip", "context", "crypto/tls", "crypto/x509", "encoding/asn1", "encoding/gob", "encoding/xml",
	"go/doc/comment", "go/types", "html/template", "mime/multipart", "net", "net/http", "net/mail", "text/template",
}

// trustedName returns the name of a function in the list, and its package.
func trustedName(g *ssa.Function) (name, pkg string) {
	if g.Pkg == nil {
		return "", ""
	}
	return externalName(g), g.Pkg.Pkg.Path()
}

// trusted tells whether a function's body is not analysed.
func (b *bodies) trusted(g *ssa.Function) bool {
	if len(g.Blocks) == 0 {
		return true
	}
	name, pkg := trustedName(g)
	if _, ok := trustedFunctions[name]; ok {
		return true
	}
	if pkg == "runtime" || strings.HasPrefix(pkg, "internal/runtime/") {
		return true
	}
	return slices.Contains(trustedPackages, pkg) || slices.Contains(opaquePackages, pkg)
}

// trust applies what is told of a function.
func (f *flow) trust(i ssa.CallInstruction, g *ssa.Function, args, results []*intsets.Sparse) bool {
	if !f.trusted(g) {
		return false
	}
	name, pkg := trustedName(g)
	letters, ok := trustedFunctions[name]
	if !ok {
		letters = "r"
		if pkg == "runtime" || pkg == "internal/poll" || pkg == "syscall" {
			letters = ""
		}
	}
	has := func(l string) bool { return strings.Contains(letters, l) }
	all := new(intsets.Sparse)
	for _, a := range args {
		if a != nil {
			all.UnionWith(a)
		}
	}
	if has("k") && len(args) > 0 {
		for _, a := range args[1:] {
			if a != nil {
				f.put(args[0], a)
				if c := i.Common(); callee(c) == g {
					f.assign(c.Args[0], a)
				}
			}
		}
	}
	if has("w") && len(args) > 0 && args[0] != nil {
		f.written(args[0], f.numberOf(types.Typ[types.UnsafePointer]))
	}
	if has("l") && len(args) > 0 && args[0] != nil {
		all = f.load(args[0])
	}
	if has("n") && len(args) > 0 && args[0] != nil {
		f.callAll(i, args[0], results)
	}
	if has("f") {
		key := callKey{sig: f.numberOf(types.NewSignatureType(nil, nil, nil, nil, nil, false))}
		for _, t := range args[len(args)-1].AppendTo(nil) {
			f.dispatch(i, t, key, nil, nil)
		}
		if results[0] != nil {
			f.fresh(i, 0, results[0])
		}
	}
	if has("m") {
		f.reflected(all)
	}
	if has("c") {
		f.callAll(i, all, results)
	}
	if has("r") || has("c") {
		for k, r := range results {
			if r == nil {
				continue
			}
			f.add(r, all)
			f.add(r, f.load(all))
			if !has("l") {
				f.fresh(i, k, r)
			}
		}
	}
	return true
}

// callAll calls the functions among tokens, whatever their signature.
func (f *flow) callAll(i ssa.CallInstruction, tokens *intsets.Sparse, results []*intsets.Sparse) {
	deepTokens := f.reach(tokens)
	deepTokens.UnionWith(tokens)
	for _, t := range deepTokens.AppendTo(nil) {
		p := f.places[t]
		if t < f.params {
			f.record(callKey{token: t, sig: f.numberOf(bare(f.fn.Signature))}, nil)
			continue
		}
		receiver := new(intsets.Sparse)
		receiver.Copy(&p.content)
		receiver.Insert(t)
		for _, n := range p.funcs.AppendTo(nil) {
			g := f.funcs[n]
			args := make([]*intsets.Sparse, len(g.Params)+len(g.FreeVars))
			for k := range args {
				args[k] = receiver
				if k < len(g.Params) {
					args[k] = tokens
				}
			}
			f.enter(i, t, g, args, results)
		}
	}
}
