package callgraph

import (
	"slices"
	"strings"
)

// A model says what an external function may do with what it is given. The
// zero value is a function that does nothing of the kind: it keeps nothing,
// calls nothing and returns nothing of its arguments.
type model struct {
	// calls says that functions and exported methods it gets to know may be
	// called, if code of the standard library can name their types; methods
	// restricts that to methods of these names. With anything, their types don't
	// matter: generic code calls what it is instantiated with, and reflection all.
	calls, anything bool
	methods         methodNames
	// keeps says that arguments may be stored in other arguments, the
	// receiver included.
	keeps bool
	// writes says behind which arguments memory may be changed.
	writes positions
	// reads are the arguments that are only read: they are neither changed, kept,
	// returned nor passed on.
	reads positions
	// registers says that arguments may be kept by the package itself, or
	// its state be changed; asks, that what packages keep may be called.
	registers, asks bool
	// returns says that results may hold the arguments, or what they hold.
	returns bool
}

// methodNames is a set of names, sorted and each with a comma behind it. As a string
// it can be compared, and models with it.
type methodNames string

func newMethodNames(names []string) methodNames {
	slices.Sort(names)
	return methodNames(strings.Join(slices.Compact(names), ",") + ",")
}

func (m methodNames) has(name string) bool {
	for rest := string(m); rest != ""; {
		var first string
		if first, rest, _ = strings.Cut(rest, ","); first == name {
			return true
		}
	}
	return false
}

// list returns the names.
func (m methodNames) list() []string {
	return strings.FieldsFunc(string(m), func(r rune) bool { return r == ',' })
}

// union returns the names of both.
func (m methodNames) union(o methodNames) methodNames {
	if m == o || o == "" {
		return m
	}
	return newMethodNames((m + o).list())
}

// positions is a set of arguments, of which the receiver is the first.
type positions uint16

const (
	allPositions positions = 1<<16 - 1
	// keptOnly says that memory may be changed that the package keeps.
	keptOnly positions = 1 << 15
)

func (p positions) has(i int) bool { return p == allPositions || i < 15 && p>>i&1 != 0 }

// unknown is the model of every function that the table leaves out.
var unknown = model{calls: true, anything: true, keeps: true, writes: allPositions, registers: true, asks: true, returns: true}

// held is the model of the methods of an object of the standard library that has
// been given nothing but what it holds.
var held = model{calls: true, keeps: true, writes: allPositions, returns: true}

// stored is the model of a store behind a pointer that external code made.
var stored = model{keeps: true}

// parseModel reads the letters of the table.
func parseModel(s string) model {
	letters, names, _ := strings.Cut(s, ":")
	m := model{
		calls:     strings.ContainsAny(letters, "cC"),
		anything:  strings.Contains(letters, "C"),
		keeps:     strings.Contains(letters, "k"),
		writes:    parsePositions(letters, "w"),
		reads:     parsePositions(letters, "x"),
		registers: strings.Contains(letters, "s"),
		asks:      strings.Contains(letters, "u"),
		returns:   strings.Contains(letters, "r"),
	}
	if names != "" {
		m.methods = newMethodNames(strings.Split(names, ","))
	}
	return m
}

// parsePositions reads the digits behind a letter; without one, all positions are
// meant.
func parsePositions(letters, letter string) positions {
	_, digits, ok := strings.Cut(letters, letter)
	switch {
	case !ok:
		return 0
	case strings.HasPrefix(digits, "-"):
		return keptOnly
	}
	var p positions
	for _, d := range digits {
		if d < '0' || d > '9' {
			break
		}
		p |= 1 << (d - '0')
	}
	if p == 0 {
		return allPositions
	}
	return p
}

// isUnknown tells whether the function may do everything.
func (m model) isUnknown() bool {
	m.methods = "" // are called with all others
	return m == unknown
}

// callsMethod tells whether the function may call a method.
func (m model) callsMethod(method *Method) bool {
	return method.Exported && (m.anything || (m.calls || m.methods.has(method.Name)) && namedInStandard(method))
}

// callsFunction tells whether the function may call a body that is used as a
// function value.
func (m model) callsFunction(p *linkedProc) bool {
	return m.anything || m.calls && !p.private
}

// modelOf finds the model of a function of an external package by its
// qualified name: of the function, else of its type, else of methods of its name,
// else of its package.
func modelOf(name, pkg string) model {
	if m, ok := models[name]; ok {
		return parseModel(m)
	}
	if rest := strings.TrimPrefix(name, pkg+"."); rest != name {
		if typ, method, isMethod := strings.Cut(rest, "."); isMethod {
			if m, ok := models[pkg+"."+typ+".*"]; ok {
				return parseModel(m)
			}
			if m, ok := models[pkg+".*."+method]; ok {
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
//	c  may call the functions and exported methods that it gets to know and
//	   whose types the standard library can name, see namedInStandard
//	C  may call every function and exported method that it gets to know, for it
//	   is generic or uses reflection
//	k  may store arguments in other arguments or the receiver
//	w  may write to memory behind its arguments; with digits, behind those at
//	   these positions only, which count the receiver; with a dash, behind what
//	   packages keep
//	x  only reads the arguments at these positions: they are neither changed nor
//	   kept, returned or passed on
//	s  may keep arguments in its package, or change the package's state
//	u  may call what packages keep
//	r  results may hold the arguments, or can be given something to hold
//
// and after a colon the only methods that it calls; then the reason, as a comment.
// Names end in ".*" for all of a type or package, in "/..." for all packages below
// a path; an asterisk in place of a type stands for all types of the package that
// have the method. What isn't listed has all letters.
//
// TestModels holds the table against the bodies of the standard library. A
// function that calls a method that can change its receiver, such as Write, has
// the letter w, for the receiver may be an object of another package; one that
// passes on errors of methods that it calls has the letter r.
//
// Package flag and the parts of net/http and expvar that have state of their
// own are left out: their functions may do everything.
var models = map[string]string{
	// Text: functions given are called, nothing is kept.
	"strings.*":                             "cr",      // Map and FieldsFunc call; parts of a string are it
	"strings.Builder.*":                     "w0",      // appends to its own buffer
	"strings.Reader.*":                      "cw01r",   // moves its place, fills what it reads into, writes to a writer
	"strings.Replacer.WriteString":          "cw1r",    // to a writer
	"bytes.*":                               "cr",      // Map and FieldsFunc call; parts share the array
	"bytes.Buffer.*":                        "cw01r",   // its own buffer; ReadFrom and WriteTo call
	"bytes.Buffer.Bytes":                    "r",       // the buffer itself
	"bytes.Buffer.Len":                      "",        // answers a number
	"bytes.Buffer.String":                   "",        // a copy
	"bytes.Buffer.Write":                    "w0x1",    // copies bytes
	"bytes.Reader.*":                        "cw01r",   // moves its place, fills what it reads into, writes to a writer
	"strconv.*":                             "w0",      // the append functions extend their first argument
	"strconv.NumError.*":                    "r:Error", // its field Err may be any error
	"unicode.*":                             "",        // tables are only read
	"unicode/...":                           "w0",      // EncodeRune and AppendRune fill their first argument
	"regexp.*":                              "cr",      // ReplaceAllFunc calls; matches are parts of the text
	"regexp/...":                            "cwr",     // trees of syntax, simplified in place
	"regexp.Regexp.AppendText":              "w1",      // appends to an argument
	"regexp.Regexp.Expand":                  "w1",      // appends to an argument
	"regexp.Regexp.ExpandString":            "w1",      // appends to an argument
	"regexp.Regexp.Longest":                 "w0",      // a setting
	"regexp.MatchReader":                    "cw1r",    // reads
	"regexp.Regexp.MatchReader":             "cw1r",    // reads
	"regexp.Regexp.FindReaderIndex":         "cw1r",    // reads
	"regexp.Regexp.FindReaderSubmatchIndex": "cw1r",    // reads
	"regexp.Regexp.UnmarshalText":           "w0",      // replaces the expression
	"html.*":                                "",        // strings in, strings out
	"path.*":                                "",        // strings in, strings out
	"path/...":                              "cr",      // WalkDir calls, and returns the error of what it calls
	"text/tabwriter.*":                      "ckwr",    // keeps a writer and writes to it
	"text/scanner.*":                        "ckwr",    // keeps a reader and a function for errors

	// Printing and errors: methods by name.
	"fmt.*":            "wr" + printing,         // an error can be one of Write, Read or Scan
	"fmt.Append":       "w0r" + printing,        // extends its first argument
	"fmt.Appendf":      "w0r" + printing,        // extends its first argument
	"fmt.Appendln":     "w0r" + printing,        // extends its first argument
	"fmt.Fprint":       "w0r" + printing,        // writes to a writer, and returns its error
	"fmt.Fprintf":      "w0r" + printing,        // writes to a writer, and returns its error
	"fmt.Fprintln":     "w0r" + printing,        // writes to a writer, and returns its error
	"fmt.FormatString": ":Flag,Precision,Width", // asks a state
	"fmt.Print":        "" + printing,           // prints to standard output
	"fmt.Printf":       "" + printing,           // prints to standard output
	"fmt.Println":      "" + printing,           // prints to standard output
	"fmt.Sprint":       "" + printing,           // prints to a new string
	"fmt.Sprintf":      "" + printing,           // prints to a new string
	"fmt.Sprintln":     "" + printing,           // prints to a new string
	"fmt.Errorf":       "r" + printing,          // wraps the errors among what it prints
	"errors.New":       "",                      // holds a string
	"errors.Is":        ":Is,Unwrap",            // follows a chain
	"errors.As":        "kw1:As,Unwrap",         // follows a chain, and stores the error that fits
	"errors.AsType":    "r:As,Unwrap",           // follows a chain, and returns the error that fits
	"errors.Join":      "r",                     // wraps its arguments
	"errors.Unwrap":    "r:Unwrap",              // returns what is wrapped
	"runtime.panic":    ":Error,String",         // prints what nobody recovers

	// Logging: the package keeps a writer or handler, and only that.
	"log.*":                   "uw-" + printing, // prints by way of the standard logger
	"log.SetOutput":           "s",              // the standard logger is a variable
	"log.SetFlags":            "s",              // the standard logger is a variable
	"log.SetPrefix":           "s",              // the standard logger is a variable
	"log.New":                 "r",              // holds the writer
	"log.Default":             "ur",             // the standard logger
	"log.Writer":              "ur",             // the writer of the standard logger
	"log.Logger.*":            "w0" + printing,  // prints to the writer
	"log.Logger.Output":       "w0r" + printing, // returns the error of the writer
	"log.Logger.Writer":       "r",              // the writer that it holds
	"log.Logger.SetOutput":    "kw0",            // exchanges the writer
	"log/slog.*":              "ckw-ru",         // functions log with the default logger
	"log/slog.SetDefault":     "ckws",           // a variable, that of package log too
	"log/slog.New":            "r",              // holds the handler
	"log/slog.NewTextHandler": "r",              // holds writer and options
	"log/slog.NewJSONHandler": "r",              // holds writer and options
	"log/slog.NewLogLogger":   "cr",             // a logger that writes to the handler
	"log/slog.Logger.*":       "ckw0r",          // calls its handler; With makes a new one of it
	"log/slog.TextHandler.*":  "ckwr",           // calls writer, ReplaceAttr and LogValue
	"log/slog.JSONHandler.*":  "ckwr",           // calls writer, ReplaceAttr and LogValue
	"log/slog.Record.*":       "ckwr",           // holds what is to be logged; LogValue is called
	"log/slog.Value.*":        "ckwr",           // holds what is to be logged; LogValue is called
	"log/slog.Attr.*":         "ckwr",           // holds what is to be logged; LogValue is called
	"log/slog.Level.*":        "w",              // a number, which can be set
	"log/slog.LevelVar.*":     "w",              // a number, which can be set
	"log/slog.Any":            "r",              // attributes hold what is to be logged
	"log/slog.AnyValue":       "r",              // holds what is to be logged
	"log/slog.Group":          "r",              // holds what is to be logged
	"log/slog.GroupValue":     "r",              // holds what is to be logged
	"log/slog.String":         "r",              // holds what is to be logged
	"log/slog.Int":            "r",              // holds what is to be logged
	"log/slog.Int64":          "r",              // holds what is to be logged
	"log/slog.Bool":           "r",              // holds what is to be logged
	"log/slog.Duration":       "r",              // holds what is to be logged
	"log/slog.Time":           "r",              // holds what is to be logged
	"log/syslog.*":            "ckwr",           // keeps a connection and writes to it

	// Containers and algorithms: they call what they are given.
	"sort.*":                        "cw0",       // calls Less and Swap, or a function, and moves elements
	"sort.Reverse":                  "r",         // wraps what is to be sorted
	"slices.*":                      "Ckw0r",     // calls functions, moves elements, returns the slice
	"maps.*":                        "Ckw0r",     // calls functions and iterators, fills and returns maps
	"cmp.*":                         "Cr",        // returns one of its arguments
	"iter.*":                        "Cr",        // runs the iterator, returns what it yields
	"unique.*":                      "r",         // handles hold what they were made of
	"weak.*":                        "r",         // pointers give back what they were made of
	"container/...":                 "ckwr",      // holds elements; package heap calls
	"math.*":                        "",          // numbers in, numbers out
	"math/...":                      "w0",        // Rand moves its state, Add64 and the like are numbers
	"math/big.*":                    "cr",        // sources of random numbers, states of package fmt
	"math/big.Int.*":                "cw0rx1234", // results go to the receiver
	"math/big.Int.SetBits":          "w0r",       // takes the words themselves
	"math/big.Int.Bits":             "r",         // the words themselves
	"math/big.Rat.*":                "cw0rx1234", // results go to the receiver
	"math/big.Rat.Num":              "r",         // may be parts of the number
	"math/big.Rat.Denom":            "r",         // may be parts of the number
	"math/big.Float.*":              "cw0rx1234", // results go to the receiver
	"math/big.Int.Append":           "w1r",       // extends an argument
	"math/big.Int.AppendText":       "w1r",       // extends an argument
	"math/big.Int.Bit":              "",          // answers a number or truth
	"math/big.Int.BitLen":           "",          // answers a number or truth
	"math/big.Int.Bytes":            "",          // a copy of the bytes
	"math/big.Int.Cmp":              "",          // answers a number or truth
	"math/big.Int.CmpAbs":           "",          // answers a number or truth
	"math/big.Int.DivMod":           "w03rx12",   // two results, in receiver and last argument
	"math/big.Int.FillBytes":        "w1r",       // fills the buffer and returns it
	"math/big.Int.Float64":          "",          // answers a number and how it was rounded
	"math/big.Int.Format":           "cw1r",      // writes to a state of package fmt
	"math/big.Int.GCD":              "w012rx34",  // three results, in receiver and first two arguments
	"math/big.Int.Int64":            "",          // answers a number or truth
	"math/big.Int.IsInt64":          "",          // answers a number or truth
	"math/big.Int.IsUint64":         "",          // answers a number or truth
	"math/big.Int.ProbablyPrime":    "",          // tests copies
	"math/big.Int.QuoRem":           "w03rx12",   // two results, in receiver and last argument
	"math/big.Int.Rand":             "cw01rx2",   // moves the source's state
	"math/big.Int.Scan":             "cw01r",     // reads from a state of package fmt
	"math/big.Int.Sign":             "",          // answers a number or truth
	"math/big.Int.String":           "",          // a new string
	"math/big.Int.Text":             "",          // a new string
	"math/big.Int.TrailingZeroBits": "",          // answers a number or truth
	"math/big.Int.Uint64":           "",          // answers a number or truth
	"math/big.Rat.AppendText":       "w1r",       // extends an argument
	"math/big.Rat.Cmp":              "",          // answers a number or truth
	"math/big.Rat.Float32":          "",          // answers a number and how it was rounded
	"math/big.Rat.Float64":          "",          // answers a number and how it was rounded
	"math/big.Rat.FloatString":      "",          // a new string
	"math/big.Rat.IsInt":            "",          // answers a number or truth
	"math/big.Rat.RatString":        "",          // a new string
	"math/big.Rat.Scan":             "cw01r",     // reads from a state of package fmt
	"math/big.Rat.Sign":             "",          // answers a number or truth
	"math/big.Rat.String":           "",          // a new string
	"math/big.Float.Append":         "w1r",       // extends an argument
	"math/big.Float.AppendText":     "w1r",       // extends an argument
	"math/big.Float.Cmp":            "",          // answers a number or truth
	"math/big.Float.Float32":        "",          // answers a number and how it was rounded
	"math/big.Float.Float64":        "",          // answers a number and how it was rounded
	"math/big.Float.Format":         "cw1r",      // writes to a state of package fmt
	"math/big.Float.Int":            "w1r",       // the result goes to the argument
	"math/big.Float.Int64":          "",          // answers a number or truth
	"math/big.Float.IsInf":          "",          // answers a number or truth
	"math/big.Float.IsInt":          "",          // answers a number or truth
	"math/big.Float.MantExp":        "w1r",       // the result goes to the argument
	"math/big.Float.Rat":            "w1r",       // the result goes to the argument
	"math/big.Float.Scan":           "cw01r",     // reads from a state of package fmt
	"math/big.Float.Sign":           "",          // answers a number or truth
	"math/big.Float.String":         "",          // a new string
	"math/big.Float.Text":           "",          // a new string
	"math/big.Float.Uint64":         "",          // answers a number or truth
	"math/rand.*":                   "cw0r",      // calls the source and moves its state; Shuffle calls
	"math/rand.Rand.Read":           "cw01r",     // fills the buffer
	"math/rand.Seed":                "s",         // state of the package
	"math/rand/v2.*":                "cw0r",      // calls the source and moves its state; Shuffle calls
	"math/rand/v2.ChaCha8.*":        "cw01r",     // moves its state, can be decoded into
	"math/rand/v2.PCG.*":            "cw01r",     // moves its state, can be decoded into

	// Sums and encodings: interfaces of package hash, readers and writers.
	"hash.*":                         "w01r",                                                                                         // adds to its state; Sum extends its argument
	"hash/...":                       "wr",                                                                                           // adds to its state; Sum extends its argument
	"crypto.*":                       "ckwru",                                                                                        // hashes that packages have registered
	"crypto.RegisterHash":            "s",                                                                                            // kept by its number
	"crypto/...":                     "ckwr",                                                                                         // keys, readers and writers hold one another
	"crypto/md5.*":                   "wr",                                                                                           // a state that is added to
	"crypto/sha1.*":                  "wr",                                                                                           // a state that is added to
	"crypto/sha256.*":                "wr",                                                                                           // a state that is added to
	"crypto/sha512.*":                "wr",                                                                                           // a state that is added to
	"crypto/subtle.*":                "cw",                                                                                           // WithDataIndependentTiming calls its argument
	"crypto/rand.*":                  "cwru",                                                                                         // variable Reader
	"crypto/x509.*":                  "ckwru",                                                                                        // hashes by way of package crypto
	"crypto/x509.SetFallbackRoots":   "s",                                                                                            // a variable
	"crypto/tls.*":                   "ckwru",                                                                                        // configurations hold callbacks and keys; hashes by way of package crypto
	"crypto/rsa.*":                   "ckwru",                                                                                        // readers of randomness; hashes by way of package crypto
	"crypto/ecdsa.*":                 "ckwru",                                                                                        // readers of randomness; hashes by way of package crypto
	"crypto/ed25519.*":               "ckwru",                                                                                        // readers of randomness; hashes by way of package crypto
	"encoding/...":                   "Ckwr",                                                                                         // json/v2 has functions for types
	"encoding/ascii85.*":             "ckwr",                                                                                         // readers, writers and targets of decoding
	"encoding/asn1.*":                "ckwr",                                                                                         // readers, writers and targets of decoding
	"encoding/csv.*":                 "ckwr",                                                                                         // readers, writers and targets of decoding
	"encoding/xml.*":                 "ckwr",                                                                                         // readers, writers and targets of decoding
	"encoding/binary.Read":           "cw02r",                                                                                        // fills its last argument from a reader
	"encoding/binary.Write":          "cw0r",                                                                                         // writes to a writer, and returns its error
	"encoding/binary.PutUvarint":     "w0",                                                                                           // fills or extends its first argument
	"encoding/binary.PutVarint":      "w0",                                                                                           // fills or extends its first argument
	"encoding/binary.AppendUvarint":  "w0",                                                                                           // fills or extends its first argument
	"encoding/binary.AppendVarint":   "w0",                                                                                           // fills or extends its first argument
	"encoding/binary.Uvarint":        "",                                                                                             // answers a number
	"encoding/binary.Varint":         "",                                                                                             // answers a number
	"encoding/binary.Size":           "",                                                                                             // answers a number
	"encoding/binary.bigEndian.*":    "w1",                                                                                           // Put and Append change the slice
	"encoding/binary.littleEndian.*": "w1",                                                                                           // Put and Append change the slice
	"encoding/binary.nativeEndian.*": "w1",                                                                                           // Put and Append change the slice
	"encoding/base32.*":              "cwr",                                                                                          // encoders write to a writer, decoders read from a reader
	"encoding/base32.Encoding.*":     "w1",                                                                                           // fills or extends its first argument
	"encoding/base64.*":              "cwr",                                                                                          // encoders write to a writer, decoders read from a reader
	"encoding/base64.Encoding.*":     "w1",                                                                                           // fills or extends its first argument
	"encoding/hex.*":                 "cw0r",                                                                                         // fills its first argument; Dumper writes to a writer
	"encoding/hex.EncodeToString":    "",                                                                                             // a new string or slice
	"encoding/hex.DecodeString":      "",                                                                                             // a new string or slice
	"encoding/pem.Decode":            "",                                                                                             // a new block
	"encoding/json.*":                "wr:MarshalJSON,MarshalText,UnmarshalJSON,UnmarshalText,IsZero,Write,Read,Error,String,Unwrap", // methods of marshalers, by name; errors of writers
	"encoding/json.Decoder.*":        "w01r:UnmarshalJSON,UnmarshalText,Read,Error,String,Unwrap",                                    // fills the target from the reader that it holds
	"encoding/json.Encoder.*":        "w0r:MarshalJSON,MarshalText,IsZero,Write,Error,String,Unwrap",                                 // writes to the writer that it holds
	"encoding/json.NewDecoder":       "r",                                                                                            // holds the reader or writer
	"encoding/json.NewEncoder":       "r",                                                                                            // holds the reader or writer
	"encoding/json.Unmarshal":        "w1r:UnmarshalJSON,UnmarshalText,Error,String,Unwrap",                                          // fills the target
	"encoding/json.Marshal":          "r:MarshalJSON,MarshalText,IsZero",                                                             // errors of marshalers come out
	"encoding/json.MarshalIndent":    "r:MarshalJSON,MarshalText,IsZero",                                                             // errors of marshalers come out
	"encoding/json.Valid":            "",                                                                                             // only reads the text
	"encoding/gob.*":                 "ckwru",                                                                                        // types that were registered
	"encoding/gob.Register":          "s",                                                                                            // kept by name
	"encoding/gob.RegisterName":      "s",                                                                                            // kept by name
	"index/...":                      "cwr",                                                                                          // reads from a reader, writes to a writer

	// Concurrency: what is stored comes out again, what is given is run.
	"sync.Mutex.*":              "",                                     // a lock
	"sync.RWMutex.*":            "r",                                    // RLocker returns it as a Locker
	"sync.WaitGroup.*":          "c",                                    // Go runs a function
	"sync.Cond.*":               "c",                                    // locks and unlocks what it holds
	"sync.NewCond":              "r",                                    // holds the Locker
	"sync.*":                    "Ckwr",                                 // OnceFunc and the like return functions that call
	"sync.Map.*":                "ckw0r",                                // holds keys and values; Range calls
	"sync.Once.*":               "cw0",                                  // calls once, and remembers that it did
	"sync.Pool.*":               "ckw0r",                                // holds what is put; New is called
	"sync/atomic.*":             "ckw0r",                                // stores and swaps
	"sync/atomic.Value.Load":    "r",                                    // what was stored
	"sync/atomic.Pointer.Load":  "r",                                    // what was stored
	"sync/atomic.Int32.Load":    "",                                     // answers a number or truth
	"sync/atomic.Int64.Load":    "",                                     // answers a number or truth
	"sync/atomic.Uint32.Load":   "",                                     // answers a number or truth
	"sync/atomic.Uint64.Load":   "",                                     // answers a number or truth
	"sync/atomic.Bool.Load":     "",                                     // answers a number or truth
	"sync/atomic.LoadInt32":     "",                                     // answers a number or truth
	"sync/atomic.LoadInt64":     "",                                     // answers a number or truth
	"sync/atomic.LoadUint32":    "",                                     // answers a number or truth
	"sync/atomic.LoadUint64":    "",                                     // answers a number or truth
	"sync/atomic.LoadPointer":   "r",                                    // what was stored
	"context.*":                 "ckr",                                  // AfterFunc calls; contexts hold parents
	"context.WithValue":         "r",                                    // holds its parent
	"context.WithoutCancel":     "r",                                    // holds its parent
	"context.Cause":             "r:Value,Err",                          // asks a context
	"context.WithCancel":        "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithCancelCause":   "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithDeadline":      "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithDeadlineCause": "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithTimeout":       "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithTimeoutCause":  "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.Context.*":         "r:Done,Value,Err,Deadline",            // contexts ask their parents
	"time.*":                    "cr",                                   // AfterFunc calls; timers hold channel and function
	"time.Duration.*":           "",                                     // a number
	"time.Time.*":               "",                                     // a value, which isn't changed
	"time.Time.AppendBinary":    "w1",                                   // appends to an argument
	"time.Time.AppendFormat":    "w1",                                   // appends to an argument
	"time.Time.AppendText":      "w1",                                   // appends to an argument
	"time.Time.GobDecode":       "w0",                                   // replaces the receiver
	"time.Time.UnmarshalBinary": "w0",                                   // replaces the receiver
	"time.Time.UnmarshalJSON":   "w0",                                   // replaces the receiver
	"time.Time.UnmarshalText":   "w0",                                   // replaces the receiver
	"time.Timer.*":              "cw0",                                  // what time.AfterFunc was given
	"time.Ticker.*":             "w0",                                   // set anew or stopped

	// Input and output: readers and writers are called.
	"io.*":                             "cwr",    // Copy and the like call readers and writers; wrappers hold them
	"io.Writer.Write":                  "cw0rx1", // must not change what is written, nor keep it, says the documentation
	"io.WriteString":                   "cw0r",   // writes to a writer, and returns its error
	"io.ReadAll":                       "cw0r",   // reads from a reader, and returns its error
	"io.PipeReader.*":                  "kwr",    // an error given to one end comes out of the other
	"io.PipeWriter.*":                  "kwr",    // an error given to one end comes out of the other
	"io/fs.*":                          "cwr",    // calls file systems and visitors
	"io/ioutil.*":                      "cwr",    // as packages io and os
	"bufio.*":                          "ckwr",   // holds readers, writers and split functions
	"bufio.Reader.*":                   "ckw0r",  // reads from the reader that it holds
	"bufio.Reader.Read":                "ckw01r", // fills the buffer, or writes to a writer
	"bufio.Reader.WriteTo":             "ckw01r", // fills the buffer, or writes to a writer
	"bufio.Scanner.*":                  "ckw0r",  // reads, and calls the split function
	"bufio.Writer.*":                   "ckw0r",  // writes to the writer that it holds
	"bufio.Writer.Write":               "cw0rx1", // bytes are copied or passed to the writer, which must not change them
	"bufio.Writer.ReadFrom":            "ckw01r", // reads from a reader
	"os.*":                             "cr",     // Expand calls; errors hold causes
	"os.CopyFS":                        "cwr",    // reads a file system
	"os.StartProcess":                  "cwr",    // attributes hold files
	"os.File.*":                        "cw01r",  // ReadFrom and WriteTo call; Read fills the buffer
	"os.File.Write":                    "",       // the kernel copies the bytes
	"os.File.WriteAt":                  "",       // the kernel copies the bytes
	"os.File.WriteString":              "",       // the kernel copies the bytes
	"os.Process.*":                     "cw0r",   // calls the signal, and notes that it ended
	"os.Root.*":                        "cwr",    // opens files; FS gives a file system that holds it
	"os.Setenv":                        "s",      // the environment is state of the process
	"os.Unsetenv":                      "s",      // the environment is state of the process
	"os.Clearenv":                      "s",      // the environment is state of the process
	"os.Chdir":                         "s",      // the folder is state of the process
	"os.NewFile":                       "r",      // a file for a number
	"os/...":                           "ckwr",   // commands hold readers and writers, and call them
	"os/exec.Command":                  "r",      // holds its arguments
	"os/exec.LookPath":                 "",       // looks for a file
	"os/signal.*":                      "ckwrs",  // channels
	"os/user.*":                        "",       // reads files of the system
	"archive/...":                      "ckwr",   // holds readers and writers, and calls them
	"archive/zip.*":                    "ckwru",  // compressors that were registered
	"compress/...":                     "ckwr",   // holds readers and writers, and calls them
	"archive/zip.RegisterCompressor":   "s",      // kept by its number
	"archive/zip.RegisterDecompressor": "s",      // kept by its number
	"embed.*":                          "r",      // reads what was embedded

	// Networks: what is configured, served and handled is called; addresses and
	// messages are data.
	"net.*":                                "ckwru",                                            // variable DefaultResolver
	"net.IP.*":                             "w",                                                // data, which can be decoded into
	"net.IPMask.*":                         "w",                                                // data, which can be decoded into
	"net.IPNet.*":                          "w",                                                // data, which can be decoded into
	"net.HardwareAddr.*":                   "w",                                                // data, which can be decoded into
	"net.ParseIP":                          "",                                                 // a new address of text or numbers
	"net.ParseCIDR":                        "",                                                 // a new address of text or numbers
	"net.ParseMAC":                         "",                                                 // a new address of text or numbers
	"net.IPv4":                             "",                                                 // a new address of text or numbers
	"net.CIDRMask":                         "",                                                 // a new address of text or numbers
	"net.JoinHostPort":                     "",                                                 // strings in, strings out
	"net.SplitHostPort":                    "",                                                 // strings in, strings out
	"net/url.*":                            "",                                                 // data, as strings
	"net/url.URL.AppendBinary":             "w1",                                               // extends an argument
	"net/url.URL.UnmarshalBinary":          "w0",                                               // replaces the receiver
	"net/url.Values.Add":                   "w0",                                               // changes the map
	"net/url.Values.Del":                   "w0",                                               // changes the map
	"net/url.Values.Set":                   "w0",                                               // changes the map
	"net/url.Error.*":                      "r:Error,String,Format,GoString,Timeout,Temporary", // its field Err may be any error
	"net/netip.*":                          "w01",                                              // data; decoded into, or appended to an argument
	"net/textproto.*":                      "ckwr",                                             // holds readers and writers, and calls them
	"net/mail.*":                           "ckwr",                                             // reads a message; holds its body
	"net/smtp.*":                           "ckwru",                                            // an Auth is called; connections by way of package net
	"net/rpc.*":                            "Ckwrsu",                                           // methods of what was registered
	"net/rpc.Client.*":                     "ckwr",                                             // calls its codec, fills replies
	"net/rpc.Server.*":                     "Ckwru",                                            // calls methods of what was registered
	"net/rpc.NewServer":                    "r",                                                // an object to register with
	"net/rpc/jsonrpc.*":                    "Ckwru",                                            // codecs hold connections; methods of what was registered
	"net/http.Header.*":                    "kwr:Write,WriteString",                            // Write calls a writer; Clone copies lists
	"net/http.Header.Add":                  "w0",                                               // changes the map
	"net/http.Header.Del":                  "w0",                                               // changes the map
	"net/http.Header.Get":                  "",                                                 // answers a string
	"net/http.Header.Set":                  "w0",                                               // changes the map
	"net/http.Header.Values":               "r",                                                // the list itself
	"net/http.Cookie.*":                    "",                                                 // data, as strings
	"net/http.Request.AddCookie":           "w",                                                // changes the header
	"net/http.Request.BasicAuth":           "",                                                 // parses the header
	"net/http.Request.Clone":               "kwr",                                              // a copy with the same body and context
	"net/http.Request.Context":             "r",                                                // what it holds
	"net/http.Request.Cookie":              "",                                                 // parses the header
	"net/http.Request.Cookies":             "",                                                 // parses the header
	"net/http.Request.CookiesNamed":        "",                                                 // parses the header
	"net/http.Request.PathValue":           "",                                                 // answers a string or truth
	"net/http.Request.ProtoAtLeast":        "",                                                 // answers a string or truth
	"net/http.Request.Referer":             "",                                                 // parses the header
	"net/http.Request.SetBasicAuth":        "w",                                                // changes the header
	"net/http.Request.SetPathValue":        "w",                                                // a list of its own
	"net/http.Request.UserAgent":           "",                                                 // parses the header
	"net/http.Request.WithContext":         "r",                                                // a copy that holds the context
	"net/http.Request.*":                   "ckwr",                                             // reads the body
	"net/http.Response.*":                  "ckwr",                                             // reads the body, writes to a writer
	"net/http.ResponseController.*":        "ckwr",                                             // calls the writer that it holds
	"net/http.ResponseWriter.*":            "kwr",                                              // what handlers write goes to what the server holds
	"net/http.ServeMux.*":                  "ckwr",                                             // calls the handlers that it holds
	"net/http.HandlerFunc.*":               "ckwr",                                             // calls itself
	"net/http.ConnState.*":                 "",                                                 // a number
	"net/http.NewServeMux":                 "r",                                                // holds what is registered later
	"net/http.NewRequest":                  "r",                                                // holds body and context
	"net/http.NewRequestWithContext":       "r",                                                // holds body and context
	"net/http.NewResponseController":       "r",                                                // holds the writer
	"net/http.Error":                       "wr:Header,WriteHeader,Write",                      // writes an answer
	"net/http.NotFound":                    "wr:Header,WriteHeader,Write",                      // writes an answer
	"net/http.Redirect":                    "wr:Header,WriteHeader,Write",                      // writes an answer
	"net/http.SetCookie":                   "w:Header",                                         // changes the header of an answer
	"net/http.FileServer":                  "r",                                                // handlers hold what they serve
	"net/http.FileServerFS":                "r",                                                // wraps what it serves
	"net/http.FS":                          "r",                                                // wraps what it serves
	"net/http.StripPrefix":                 "r",                                                // wraps what it serves
	"net/http.TimeoutHandler":              "r",                                                // wraps what it serves
	"net/http.MaxBytesHandler":             "r",                                                // wraps what it serves
	"net/http.MaxBytesReader":              "r",                                                // wraps writer and body
	"net/http.AllowQuerySemicolons":        "r",                                                // wraps what it serves
	"net/http.NotFoundHandler":             "r",                                                // a handler of strings
	"net/http.RedirectHandler":             "r",                                                // a handler of strings
	"net/http.StatusText":                  "",                                                 // text in, text or numbers out
	"net/http.CanonicalHeaderKey":          "",                                                 // text in, text or numbers out
	"net/http.DetectContentType":           "",                                                 // text in, text or numbers out
	"net/http.ParseHTTPVersion":            "",                                                 // text in, text or numbers out
	"net/http.ParseTime":                   "",                                                 // text in, text or numbers out
	"net/http/cookiejar.*":                 "ckwr",                                             // holds cookies, and calls the list of public suffixes
	"net/http/httptrace.*":                 "ckr",                                              // functions in a context
	"net/http/httputil.*":                  "ckwru",                                            // variable DefaultTransport
	"net/http/httptest.*":                  "ckwru",                                            // servers call handlers; state of package net/http
	"net/http/httptest.NewRecorder":        "r",                                                // an object to write to
	"net/http/httptest.NewRequest":         "r",                                                // holds the body
	"net/http/httptest.ResponseRecorder.*": "wr",                                               // its own buffer and header
	"mime.*":                               "cwr",                                              // readers of character sets
	"mime.AddExtensionType":                "s",                                                // kept by its extension
	"mime/...":                             "ckwr",                                             // holds readers and writers, and calls them
	"expvar.Int.*":                         "w",                                                // a value, which can be set
	"expvar.Float.*":                       "w",                                                // a value, which can be set
	"expvar.String.*":                      "w",                                                // a value, which can be set

	// Databases: the driver that was registered.
	"database/...":          "ckwr",  // calls the driver, its objects, and Scan and Value
	"database/sql.Open":     "ckwru", // looks for the driver
	"database/sql.Register": "s",     // kept by name
	"database/sql.Drivers":  "",      // a list of names

	// Programs and pictures as data: trees that hold one another; the visitors,
	// importers, readers and colour models are called.
	"go/...":               "ckwr",  // trees hold one another; visitors, importers and file filters are called
	"go/build.*":           "ckwru", // variable Default
	"go/token.Pos.*":       "",      // a number
	"go/token.Position.*":  "w",     // data
	"go/token.Token.*":     "",      // a number
	"go/token.NewFileSet":  "r",     // an object that files are added to
	"debug/...":            "ckwr",  // reads from a reader, and holds it
	"image.*":              "ckwr",  // pictures and colour models are called
	"image.RegisterFormat": "s",     // kept by name
	"image.Decode":         "ckwru", // the formats that were registered
	"image.DecodeConfig":   "ckwru", // the formats that were registered
	"image.Pt":             "",      // numbers
	"image.Rect":           "",      // numbers
	"image.Point.*":        "",      // numbers
	"image.Rectangle.*":    "r",     // numbers, and as a picture it gives its colours
	"image/...":            "ckwr",  // pictures, palettes, readers and writers are called

	// Templates call functions and methods by name.
	"text/template.*":       "Ckwr", // calls functions and methods by name
	"text/template/parse.*": "Ckwr", // trees of templates hold names of functions
	"html/template.*":       "Ckwr", // calls functions and methods by name

	// Tests, the runtime and reflection.
	"testing.*":                     "Ckwr",          // runs tests, and what they register for their end
	"testing.*.Error":               "w0" + printing, // prints its arguments for the test
	"testing.*.Errorf":              "w0" + printing, // prints its arguments for the test
	"testing.*.Fatal":               "w0" + printing, // prints its arguments for the test
	"testing.*.Fatalf":              "w0" + printing, // prints its arguments for the test
	"testing.*.Log":                 "w0" + printing, // prints its arguments for the test
	"testing.*.Logf":                "w0" + printing, // prints its arguments for the test
	"testing.*.Skip":                "w0" + printing, // prints its arguments for the test
	"testing.*.Skipf":               "w0" + printing, // prints its arguments for the test
	"testing.*.Fail":                "w0",            // marks the test
	"testing.*.FailNow":             "w0",            // marks the test and ends its goroutine
	"testing.*.SkipNow":             "w0",            // marks the test and ends its goroutine
	"testing.*.Helper":              "w0",            // notes who called it
	"testing.*.TempDir":             "w0",            // makes a folder for the test
	"testing.*.Failed":              "",              // tells of the test
	"testing.*.Skipped":             "",              // tells of the test
	"testing.*.Name":                "",              // tells of the test
	"testing/...":                   "Ckwr",          // runs tests, and what they register for their end
	"runtime.*":                     "wr",            // lists of callers, statistics
	"runtime/...":                   "ckwr",          // writes profiles to a writer, calls the function of Do
	"runtime/pprof.StartCPUProfile": "s",             // writes to what it was given until it is stopped
	"runtime/pprof.StopCPUProfile":  "uw",            // writes to what Start was given
	"runtime/pprof.NewProfile":      "sr",            // kept by name
	"runtime/pprof.Lookup":          "ur",            // finds what is kept
	"runtime/trace.Start":           "s",             // writes to what it was given until it is stopped
	"runtime/trace.Stop":            "uw",            // writes to what Start was given
	"runtime.GOMAXPROCS":            "s",             // a setting that can be asked for
	"runtime/debug.SetGCPercent":    "s",             // a setting of the runtime
	"runtime/debug.SetMaxStack":     "s",             // a setting of the runtime
	"runtime/debug.SetMaxThreads":   "s",             // a setting of the runtime
	"runtime/debug.SetMemoryLimit":  "s",             // a setting of the runtime
	"runtime/debug.SetPanicOnFault": "s",             // a setting of the runtime
	"runtime/debug.SetTraceback":    "s",             // a setting of the runtime
	"runtime/debug.SetCrashOutput":  "s",             // a file that the runtime keeps
	"runtime.SetFinalizer":          "Cs",            // kept, and called by the collector
	"runtime.AddCleanup":            "Cs",            // kept, and called by the collector
	"reflect.*":                     "kw0r",          // values hold what they were made of
	"reflect.Type.*":                "r",             // types lead to types
	"reflect.Type.FieldByNameFunc":  "Cr",            // calls its argument
	"reflect.Type.AssignableTo":     "Cr",            // tells of method sets
	"reflect.Type.ConvertibleTo":    "Cr",            // tells of method sets
	"reflect.Type.Implements":       "Cr",            // tells of method sets
	"reflect.Type.Method":           "Cr",            // tells of method sets
	"reflect.Type.MethodByName":     "Cr",            // tells of method sets
	"reflect.Type.NumMethod":        "Cr",            // tells of method sets
	"reflect.Value.*":               "r",             // values hold what they were made of
	"reflect.Value.FieldByNameFunc": "Cr",            // calls its argument
	"reflect.Value.Clear":           "kw0r",          // changes what the value stands for
	"reflect.Value.Close":           "kw0r",          // changes the channel
	"reflect.Value.Grow":            "kw0r",          // changes what the value stands for
	"reflect.Value.Recv":            "kw0r",          // changes the channel
	"reflect.Value.Send":            "kw0r",          // changes the channel
	"reflect.Value.Set":             "kw0r",          // changes what the value stands for
	"reflect.Value.SetBool":         "kw0r",          // changes what the value stands for
	"reflect.Value.SetBytes":        "kw0r",          // changes what the value stands for
	"reflect.Value.SetCap":          "kw0r",          // changes what the value stands for
	"reflect.Value.SetComplex":      "kw0r",          // changes what the value stands for
	"reflect.Value.SetFloat":        "kw0r",          // changes what the value stands for
	"reflect.Value.SetInt":          "kw0r",          // changes what the value stands for
	"reflect.Value.SetIterKey":      "kw0r",          // changes what the value stands for
	"reflect.Value.SetIterValue":    "kw0r",          // changes what the value stands for
	"reflect.Value.SetLen":          "kw0r",          // changes what the value stands for
	"reflect.Value.SetMapIndex":     "kw0r",          // changes what the value stands for
	"reflect.Value.SetPointer":      "kw0r",          // changes what the value stands for
	"reflect.Value.SetString":       "kw0r",          // changes what the value stands for
	"reflect.Value.SetUint":         "kw0r",          // changes what the value stands for
	"reflect.Value.SetZero":         "kw0r",          // changes what the value stands for
	"reflect.Value.TryRecv":         "kw0r",          // changes the channel
	"reflect.Value.TrySend":         "kw0r",          // changes the channel
	"reflect.Value.Call":            "Ckwr",          // calls what the value holds
	"reflect.Value.CallSlice":       "Ckwr",          // calls what the value holds
	"reflect.Value.Seq":             "Ckwr",          // calls what the value holds
	"reflect.Value.Seq2":            "Ckwr",          // calls what the value holds
	"reflect.Value.Method":          "Cr",            // the method may be called elsewhere, as a function of any type
	"reflect.Value.MethodByName":    "Cr",            // the method may be called elsewhere, as a function of any type
	"reflect.TypeOf":                "r",             // a type, which has methods
	"reflect.TypeFor":               "r",             // a type, which has methods
	"reflect.ValueOf":               "r",             // the same object, or a part of it
	"reflect.DeepEqual":             "",              // compares without calling methods
	"reflect.Zero":                  "r",             // a new value of a type
	"reflect.New":                   "r",             // a new value of a type
	"reflect.Indirect":              "r",             // the same object, or a part of it
	"reflect.Value.Interface":       "r",             // the same object, or a part of it
	"reflect.Value.Elem":            "r",             // the same object, or a part of it
	"reflect.Value.Field":           "r",             // the same object, or a part of it
	"reflect.Value.FieldByName":     "r",             // the same object, or a part of it
	"reflect.Value.Index":           "r",             // the same object, or a part of it
	"reflect.Value.Kind":            "",              // answers a number or truth
	"reflect.Value.Type":            "r",             // a type, which has methods
	"reflect.Value.IsNil":           "",              // answers a number or truth
	"reflect.Value.IsValid":         "",              // answers a number or truth
	"reflect.Value.IsZero":          "",              // answers a number or truth
	"reflect.Value.Len":             "",              // answers a number or truth
	"reflect.Value.NumField":        "",              // answers a number or truth
	"reflect.Value.Int":             "",              // answers a number or truth
	"reflect.Value.Uint":            "",              // answers a number or truth
	"reflect.Value.Bool":            "",              // answers a number or truth
	"reflect.Value.String":          "",              // a string, without calling methods
	"syscall.*":                     "wr",            // the kernel fills buffers
	"syscall.Setenv":                "s",             // changes the process
	"syscall.Unsetenv":              "s",             // changes the process
	"syscall.Clearenv":              "s",             // changes the process
	"syscall.Chdir":                 "s",             // changes the process
	"syscall.Fchdir":                "s",             // changes the process
	"syscall.Chroot":                "s",             // changes the process
	"syscall.Umask":                 "s",             // changes the process
	"syscall.Setuid":                "s",             // changes the process
	"syscall.Setgid":                "s",             // changes the process
	"syscall.Setrlimit":             "s",             // changes the process
	"syscall.Dup2":                  "s",             // changes the process
	"syscall.Dup3":                  "s",             // changes the process
	"internal/...":                  "Ckwr",          // cannot be imported; by way of linkname, anything
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
