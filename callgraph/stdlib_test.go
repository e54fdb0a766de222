package callgraph

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
)

// checked are the packages whose functions are held against the table. Those
// left out have rows as wide as their bodies are dynamic, see opaquePackages,
// or none.
const checked = "bufio bytes cmp compress/bzip2 compress/flate compress/gzip compress/lzw compress/zlib container/heap container/list " +
	"container/ring embed encoding/ascii85 encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json " +
	"encoding/pem errors fmt hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash html index/suffixarray io io/fs io/ioutil iter " +
	"log log/slog maps math math/big math/bits math/cmplx math/rand math/rand/v2 mime mime/quotedprintable net/netip net/textproto " +
	"net/url os os/exec path path/filepath regexp regexp/syntax slices sort strconv strings sync sync/atomic text/scanner " +
	"text/tabwriter time unicode unicode/utf16 unicode/utf8 unique weak"

// An excuse says why what the analysis finds isn't so. It is for a function, or
// the functions of a type or package if it ends in ".*", and for findings that
// begin with one of the letters, and hold the text.
type excuse struct{ function, letters, text, reason string }

// excuses are what the table rightly denies. The analysis doesn't tell the
// fields of a struct apart, so what reaches a printer from one side seems to
// reach it from the other.
var excuses = []excuse{
	{"encoding/json.*", "c", "calls Format", "errors are printed with %v, but only those of the package and strings"},
	{"encoding/json.*", "c", "calls GoString", "as above"},
	{"encoding/json.*", "c", "calls Error", "as above"},
	{"encoding/json.*", "c", "calls String", "as above"},
	{"encoding/json.*", "c", "calls functions", "encoders and decoders of types are functions of the package"},
	{"encoding/json.*", "C", "calls functions of generic types", "fields are sorted with functions of the package"},
	{"encoding/json.*", "k", "", "data and target meet in the decoder, and only bytes are copied"},
	{"bufio.Writer.Write", "w", "parameter 1", "bytes are copied, and writers must not change them"},
	{"bytes.Buffer.Write", "w", "parameter 1", "bytes are copied"},
	{"encoding/binary.Write", "w", "parameter 1", "the order of bytes has no memory"},
	{"encoding/json.Encoder.Encode", "w", "parameter 1", "the encoder's own buffer"},
	{"encoding/json.Marshal", "w", "", "the encoder's own buffer"},
	{"encoding/json.MarshalIndent", "w", "", "the encoder's own buffer"},
	{"encoding/json.Unmarshal", "w", "parameter 0", "the text is only read"},
	{"fmt.*", "k", "", "bytes are appended, not what was printed"},
	{"fmt.*", "w", "changes memory", "the printer's own buffer"},
	{"log.*", "C", "calls functions of generic types", "as that of encoding/json, by way of handlers"},
	{"log/slog.*", "C", "calls functions of generic types", "as that of encoding/json, by way of handlers"},
	{"mime.FormatMediaType", "C", "calls functions of generic types", "parameters are sorted by name"},
	{"log.*", "c", "", "log/slog gets a printed line from package log, and its handlers are those of the package"},
	{"log.Logger.*", "k", "", "the printed line goes to the writer, not what was printed"},
	{"log.SetOutput", "w", "", "a field of the standard logger"},
	{"log.*", "w", "parameter", "the printed line is written, not what was printed"},
	{"log/slog.*", "w", "parameter", "the handler's own buffer is written, not attributes"},
	{"math/big.*", "w", "", "operands are only read, says the documentation; the analysis takes the words of one number for those of another"},
	{"net/url.Error.Error", "w", "", "the printer's own buffer"},
	{"regexp.*", "w", "", "machines and inputs in pools; those that change what they are given have rows"},
	{"regexp.*", "k", "", "an input in a pool, cleared before it goes back"},
	{"strings.Builder.Write", "w", "parameter 1", "bytes are copied"},
	{"sync.Pool.Put", "w", "parameter 1", "what is in a pool is only handed back"},
	{"strings.Replacer.*", "w", "", "built on first use, which nobody can see"},
	{"unique.Make", "c", "", "the function clones strings in the value"},
	{"unique.Make", "w", "", "the clone"},
}

// caches are variables in which no function finds more than it gave.
var caches = map[string]string{
	"encoding/binary.structSize": "sizes by type",
	"encoding/json.encoderCache": "functions of the package by type",
	"encoding/json.fieldCache":   "lists of fields by type",
	"sync.allPools":              "pools that the collector clears",
	"unique.uniqueMaps":          "values that are equal to what was given",
}

func (e excuse) covers(function, finding string) bool {
	prefix, tree := strings.CutSuffix(e.function, "*")
	return (function == e.function || tree && strings.HasPrefix(function, prefix)) &&
		strings.Contains(e.letters, finding[:1]) && strings.Contains(finding, e.text)
}

// TestModels holds the table against the bodies of the standard library of the
// running Go: whatever the analysis of bodies finds that a function does, its
// model must admit. It takes 30 s of processor time and 880 MB (November 2026,
// Go 1.26).
func TestModels(t *testing.T) {
	paths := strings.Fields(checked)
	b := loadBodies(t, paths)
	functions := map[string]*ssa.Function{}
	for _, p := range paths {
		maps.Copy(functions, b.exportedFunctions(p))
	}
	roots := b.inits()
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		roots = append(roots, functions[name])
	}
	b.solve(roots)
	t.Run("analysis", func(t *testing.T) { checkFindings(t, b, functions) })
	t.Run("table", func(t *testing.T) { checkTable(t, b, functions) })
}

func checkTable(t *testing.T, b *bodies, functions map[string]*ssa.Function) {
	used := make([]bool, len(excuses))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		for _, finding := range b.denied(f, modelOf(name, f.Pkg.Pkg.Path())) {
			i := slices.IndexFunc(excuses, func(e excuse) bool { return e.covers(name, finding) })
			if i < 0 {
				t.Errorf("%s: %s, which its model denies", name, finding)
			} else {
				used[i] = true
			}
		}
	}
	for i, e := range excuses {
		if !used[i] {
			t.Errorf("excuse for %s (%s %s) excuses nothing", e.function, e.letters, e.text)
		}
	}
}

// checkFindings makes sure that the analysis sees what is known of functions:
// each finding would be missing if a part of it were.
func checkFindings(t *testing.T, b *bodies, functions map[string]*ssa.Function) {
	for _, test := range []struct{ function, finding string }{
		{"sort.Sort", "c calls Less"},             // a method of a parameter
		{"sort.Reverse", "r returns parameter 0"}, // a parameter in a result
		{"slices.SortFunc", "c calls functions"},  // through callees, generic ones
		{"io.Copy", "c calls WriteTo"},            // a type assertion
		{"fmt.Sprint", "c calls GoString"},        // through a pool and a switch on types
		{"fmt.Fprintln", "r returns parameter 0"}, // the error of a call
		{"bufio.Writer.Flush", "c calls Write"},   // what the receiver holds
		{"bufio.Writer.Reset", "k stores parameter 1 in 0"},
		{"log.SetOutput", "s stores in log.std"},
		{"log.Print", "u calls log.std"},
		{"sync.Once.Do", "c calls functions"},
		{"time.Time.UnmarshalText", "w changes memory of parameter 0"},
		{"encoding/json.Unmarshal", "c calls UnmarshalJSON"}, // by reflection
		{"errors.AsType", "c calls Unwrap"},
		{"io/fs.WalkDir", "c calls functions"},
	} {
		if f := functions[test.function]; f == nil || !slices.Contains(b.denied(f, model{}), test.finding) {
			t.Errorf("%s: no finding %q", test.function, test.finding)
		}
	}
	for _, name := range []string{"strings.ToUpper", "strconv.Itoa", "errors.New", "path.Join", "time.Time.Add"} {
		if got := b.denied(functions[name], model{}); len(got) > 0 {
			t.Errorf("%s: findings %q, want none", name, got)
		}
	}
}

// denied lists what a function does and its model denies.
func (b *bodies) denied(f *ssa.Function, m model) []string {
	e := b.effects[f]
	set := map[string]bool{}
	deny := func(ok bool, format string, args ...any) {
		if !ok {
			set[fmt.Sprintf(format, args...)] = true
		}
	}
	carrying := func(t int) bool { return t/2 < len(f.Params) && calling(f.Params[t/2].Type(), map[types.Type]bool{}) }
	for key := range e.calls {
		switch {
		case key.token < 0:
			deny(m.asks, "u calls %s", b.cells[^key.token].describe())
		case key.closed || key.name != "" && !token.IsExported(key.name):
		case key.name == "":
			deny(m.calls, "c calls functions")
			deny(m.anything || !b.generic(key.sig), "C calls functions of generic types")
		default:
			deny(m.calls || m.methods.has(key.name), "c calls %s", key.name)
			deny(m.anything || m.methods.has(key.name) || !b.generic(key.sig), "C calls %s of generic types", key.name)
			deny(m.writes.has(key.token/2) || !strings.HasPrefix(key.name, "Write") && !strings.HasPrefix(key.name, "Read"), "w calls %s of parameter %d", key.name, key.token/2)
		}
	}
	deny(m.anything || e.methods.IsEmpty(), "C calls methods by reflection")
	for dst, src := range e.stores {
		for _, t := range src.params.AppendTo(nil) {
			if !carrying(t) {
				continue
			}
			if dst < 0 {
				v := b.cells[^dst].describe()
				deny(m.registers || caches[v] != "", "s stores in %s", v)
			} else if dst/2 != t/2 {
				deny(m.keeps, "k stores parameter %d in %d", t/2, dst/2)
			}
		}
	}
	for key := range e.writes {
		deny(m.writes.has(key.token/2) || !b.visible(f, key), "w changes memory of parameter %d", key.token/2)
	}
	for i := range e.results {
		for _, t := range e.results[i].params.AppendTo(nil) {
			deny(m.returns || !carrying(t), "r returns parameter %d", t/2)
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// generic tells whether type parameters are part of a type, so that it can be one
// that only private code can name.
func (b *bodies) generic(typ int) bool {
	return mentionsTypeParam(b.types[typ], map[types.Type]bool{})
}

func mentionsTypeParam(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	within := func(t types.Type) bool { return mentionsTypeParam(t, seen) }
	switch u := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		return slices.ContainsFunc(slices.Collect(u.TypeArgs().Types()), within)
	case *types.Tuple:
		return slices.ContainsFunc(slices.Collect(u.Variables()), func(v *types.Var) bool { return within(v.Type()) })
	case *types.Signature:
		return within(u.Params()) || within(u.Results())
	case *types.Struct:
		return slices.ContainsFunc(slices.Collect(u.Fields()), func(v *types.Var) bool { return within(v.Type()) })
	case *types.Interface:
		return slices.ContainsFunc(slices.Collect(u.Methods()), func(f *types.Func) bool { return within(f.Signature()) })
	case *types.Map:
		return within(u.Key()) || within(u.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays and channels
		return within(u.Elem())
	}
	return false
}

// visible tells whether a change of memory can be one of memory that a caller
// has a part in: types that aren't exported are hidden behind interfaces.
func (b *bodies) visible(f *ssa.Function, key writeKey) bool {
	n, ok := types.Unalias(b.types[key.typ]).(*types.Named)
	return !ok || n.Obj().Exported() ||
		key.token/2 < len(f.Params) && mentions(f.Params[key.token/2].Type(), n, map[types.Type]bool{})
}

// mentions tells whether memory of a type is part of what values of another
// point to, as far as interfaces show.
func mentions(t types.Type, n *types.Named, seen map[types.Type]bool) bool {
	if types.Identical(t, n) {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return mentions(u.Elem(), n, seen)
	case *types.Slice:
		return mentions(u.Elem(), n, seen)
	case *types.Array:
		return mentions(u.Elem(), n, seen)
	case *types.Chan:
		return mentions(u.Elem(), n, seen)
	case *types.Map:
		return mentions(u.Key(), n, seen) || mentions(u.Elem(), n, seen)
	case *types.Struct:
		for i := range u.NumFields() {
			if mentions(u.Field(i).Type(), n, seen) {
				return true
			}
		}
	}
	return false
}
