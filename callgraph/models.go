package callgraph

import (
	"slices"
	"strings"
)

// A model says what an external function may do with what it is given. The
// zero value is a function that does nothing of the kind: it keeps nothing,
// calls nothing and returns nothing of its arguments.
type model struct {
	// calls says that any function and exported method it gets to know may
	// be called; methods restricts that to methods of these names.
	calls   bool
	methods []string
	// keeps says that arguments may be stored in other arguments, the
	// receiver included.
	keeps bool
	// writes says that memory behind the arguments may be changed.
	writes bool
	// registers says that arguments may be kept by the package itself, or
	// its state be changed; asks, that what packages keep may be called.
	registers, asks bool
	// returns says that results may hold the arguments, or what they hold.
	returns bool
}

// unknown is the model of every function that the table leaves out.
var unknown = model{calls: true, keeps: true, writes: true, registers: true, asks: true, returns: true}

// held is the model of the methods of an object that has been given nothing
// but what it holds.
var held = model{calls: true, keeps: true, writes: true, returns: true}

// parseModel reads the letters of the table.
func parseModel(s string) model {
	letters, names, _ := strings.Cut(s, ":")
	m := model{
		calls:     strings.Contains(letters, "c"),
		keeps:     strings.Contains(letters, "k"),
		writes:    strings.Contains(letters, "w"),
		registers: strings.Contains(letters, "s"),
		asks:      strings.Contains(letters, "u"),
		returns:   strings.Contains(letters, "r"),
	}
	if names != "" {
		m.methods = strings.Split(names, ",")
	}
	return m
}

// isUnknown tells whether the function may do everything.
func (m model) isUnknown() bool {
	return m.calls && m.keeps && m.writes && m.registers && m.asks && m.returns
}

// callsMethod tells whether the function may call methods of a name.
func (m model) callsMethod(name string) bool {
	return m.calls || slices.Contains(m.methods, name)
}

// modelOf finds the model of a function of an external package by its
// qualified name: of the function, else of its type, else of its package.
func modelOf(name, pkg string) model {
	if m, ok := models[name]; ok {
		return parseModel(m)
	}
	if rest := strings.TrimPrefix(name, pkg+"."); rest != name {
		if typ, _, method := strings.Cut(rest, "."); method {
			if m, ok := models[pkg+"."+typ+".*"]; ok {
				return parseModel(m)
			}
		}
	}
	if m, ok := models[pkg+".*"]; ok {
		return parseModel(m)
	}
	if i := strings.Index(pkg, "/"); i > 0 {
		if m, ok := models[pkg[:i]+"/..."]; ok {
			return parseModel(m)
		}
	}
	return unknown
}

// The methods that formatted printing looks for.
const printing = ":Error,String,Format,GoString,Write,WriteString,Unwrap,Read,ReadRune,UnreadRune,Scan"

// models is the table of what is known of the standard library. The letters:
//
//	c  may call every function and exported method that it gets to know
//	k  may store arguments in other arguments or the receiver
//	w  may write to memory behind its arguments
//	s  may keep arguments in its package, or change the package's state
//	u  may call what packages keep
//	r  results may hold the arguments
//
// and after a colon the only methods that it calls. Names end in ".*" for all
// of a type or package, in "/..." for all packages below a path. What isn't
// listed has all letters.
//
// The frameworks of the standard library that hand objects around in all
// directions (go/..., debug/..., net/http, database/sql) are left out: told
// apart by object they make the problem large, and little is gained.
var models = map[string]string{
	// Text: functions given are called, nothing is kept.
	"strings.*":         "cr",
	"strings.Builder.*": "w",
	"strings.Reader.*":  "cw",
	"bytes.*":           "cwr",
	"strconv.*":         "w",
	"unicode.*":         "",
	"unicode/...":       "w",
	"regexp.*":          "cr",
	"regexp/...":        "cr",
	"html.*":            "",
	"path.*":            "",
	"path/...":          "cr",
	"text/tabwriter.*":  "ckwr",
	"text/scanner.*":    "ckwr",

	// Printing and errors: methods by name.
	"fmt.*":         "w" + printing,
	"fmt.Print":     "" + printing,
	"fmt.Printf":    "" + printing,
	"fmt.Println":   "" + printing,
	"fmt.Sprint":    "" + printing,
	"fmt.Sprintf":   "" + printing,
	"fmt.Sprintln":  "" + printing,
	"fmt.Fprint":    "w" + printing,
	"fmt.Errorf":    "r" + printing,
	"errors.New":    "",
	"errors.Is":     ":Is,Unwrap",
	"errors.As":     "kw:As,Unwrap",
	"errors.AsType": "r:As,Unwrap",
	"errors.Join":   "r",
	"errors.Unwrap": "r:Unwrap",
	"runtime.panic": ":Error,String",

	// Logging: the package keeps a writer or handler, and only that.
	"log.*":                "u" + printing,
	"log.SetOutput":        "s",
	"log.SetFlags":         "s",
	"log.SetPrefix":        "s",
	"log.New":              "r",
	"log.Default":          "r",
	"log.Logger.*":         "" + printing,
	"log.Logger.SetOutput": "kw",
	"log.Logger.SetFlags":  "w",
	"log.Logger.SetPrefix": "w",

	// Containers and algorithms: they call what they are given.
	"sort.*":                      "cw",
	"slices.*":                    "ckwr",
	"maps.*":                      "ckwr",
	"cmp.*":                       "cr",
	"iter.*":                      "cr",
	"unique.*":                    "r",
	"container/...":               "ckwr",
	"math.*":                      "",
	"math/...":                    "w",
	"math/rand.*":                 "cwr",
	"math/rand.Seed":              "s",
	"math/rand/v2.*":              "cwr",
	"hash/...":                    "ckwr",
	"crypto/...":                  "ckwr",
	"crypto.RegisterHash":         "s",
	"encoding/...":                "ckwr",
	"encoding/json.*":             "wr:MarshalJSON,MarshalText,UnmarshalJSON,UnmarshalText,IsZero,Write,Read,Error,String",
	"encoding/json.Marshal":       "r:MarshalJSON,MarshalText,IsZero",
	"encoding/json.MarshalIndent": "r:MarshalJSON,MarshalText,IsZero",
	"encoding/gob.Register":       "s",
	"encoding/gob.RegisterName":   "s",
	"encoding/gob.Decoder.Decode": "ckwru",
	"encoding/gob.Encoder.Encode": "ckwru",

	// Concurrency: what is stored comes out again, what is given is run.
	"sync.Mutex.*":             "",
	"sync.RWMutex.*":           "r",
	"sync.WaitGroup.*":         "c",
	"sync.Cond.*":              "c",
	"sync.NewCond":             "r",
	"sync.*":                   "ckwr",
	"sync/atomic.*":            "ckwr",
	"sync/atomic.Value.Load":   "r",
	"sync/atomic.Pointer.Load": "r",
	"sync/atomic.Int32.Load":   "",
	"sync/atomic.Int64.Load":   "",
	"sync/atomic.Uint32.Load":  "",
	"sync/atomic.Uint64.Load":  "",
	"sync/atomic.Bool.Load":    "",
	"sync/atomic.LoadInt32":    "",
	"sync/atomic.LoadInt64":    "",
	"sync/atomic.LoadUint32":   "",
	"sync/atomic.LoadUint64":   "",
	"sync/atomic.LoadPointer":  "r",
	"context.*":                "ckr",
	"time.*":                   "cr",
	"time.Time.*":              "",
	"time.Duration.*":          "",

	// Input and output: readers and writers are called.
	"io.*":                             "cwr",
	"io/fs.*":                          "cwr",
	"io/ioutil.*":                      "cwr",
	"bufio.*":                          "ckwr",
	"os.*":                             "cwr",
	"os.Setenv":                        "s",
	"os.Unsetenv":                      "s",
	"os.Clearenv":                      "s",
	"os.Chdir":                         "s",
	"os.NewFile":                       "",
	"os/...":                           "ckwr",
	"archive/...":                      "ckwr",
	"compress/...":                     "ckwr",
	"archive/zip.RegisterCompressor":   "s",
	"archive/zip.RegisterDecompressor": "s",
	"embed.*":                          "",
	"net/url.*":                        "w",
	"net/netip.*":                      "w",
	"net/textproto.*":                  "ckwr",
	"net/mail.*":                       "ckwr",

	// Templates call functions and methods by name.
	"text/template.*":       "ckwr",
	"text/template/parse.*": "ckwr",
	"html/template.*":       "ckwr",

	// Tests, the runtime and reflection.
	"testing.*":                 "ckwr",
	"testing/...":               "ckwr",
	"runtime.*":                 "",
	"runtime/...":               "ckwr",
	"runtime.SetFinalizer":      "cs",
	"runtime.AddCleanup":        "cs",
	"reflect.*":                 "ckwr",
	"reflect.TypeOf":            "r",
	"reflect.TypeFor":           "r",
	"reflect.ValueOf":           "r",
	"reflect.DeepEqual":         "",
	"reflect.Zero":              "r",
	"reflect.New":               "r",
	"reflect.Indirect":          "r",
	"reflect.Value.Interface":   "r",
	"reflect.Value.Elem":        "r",
	"reflect.Value.Field":       "r",
	"reflect.Value.FieldByName": "r",
	"reflect.Value.Index":       "r",
	"reflect.Value.Kind":        "",
	"reflect.Value.Type":        "r",
	"reflect.Value.IsNil":       "",
	"reflect.Value.IsValid":     "",
	"reflect.Value.IsZero":      "",
	"reflect.Value.Len":         "",
	"reflect.Value.NumField":    "",
	"reflect.Value.Int":         "",
	"reflect.Value.Uint":        "",
	"reflect.Value.Bool":        "",
	"reflect.Value.String":      "",
	"syscall.*":                 "w",
	"internal/...":              "ckwr",
}

// revealing are the functions by which a program sees positions in its source
// or names of its functions.
var revealing = map[string]bool{
	"runtime.Caller":                true,
	"runtime.Callers":               true,
	"runtime.CallersFrames":         true,
	"runtime.FuncForPC":             true,
	"runtime.Stack":                 true,
	"runtime/debug.Stack":           true,
	"runtime/debug.PrintStack":      true,
	"runtime/pprof.Lookup":          true,
	"runtime/pprof.StartCPUProfile": true,
}
