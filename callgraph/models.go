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

// union returns the names of both.
func (m methodNames) union(o methodNames) methodNames {
	if m == o || o == "" {
		return m
	}
	return newMethodNames(strings.FieldsFunc(string(m+o), func(r rune) bool { return r == ',' }))
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
// and after a colon the only methods that it calls. Names end in ".*" for all
// of a type or package, in "/..." for all packages below a path. What isn't
// listed has all letters.
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
	"strings.*":                             "cr",
	"strings.Builder.*":                     "w0",
	"strings.Reader.*":                      "cw01r",
	"strings.Replacer.WriteString":          "cw1r", // to a writer
	"bytes.*":                               "cr",
	"bytes.Buffer.*":                        "cw01r",
	"bytes.Buffer.Bytes":                    "r",
	"bytes.Buffer.Len":                      "",
	"bytes.Buffer.String":                   "",
	"bytes.Buffer.Write":                    "w0x1",
	"bytes.Reader.*":                        "cw01r",
	"strconv.*":                             "w0",
	"strconv.NumError.*":                    "r:Error", // its field Err may be any error
	"unicode.*":                             "",
	"unicode/...":                           "w0",
	"regexp.*":                              "cr",
	"regexp/...":                            "cwr",
	"regexp.Regexp.AppendText":              "w1", // these append to an argument
	"regexp.Regexp.Expand":                  "w1",
	"regexp.Regexp.ExpandString":            "w1",
	"regexp.Regexp.Longest":                 "w0",
	"regexp.MatchReader":                    "cw1r", // these read
	"regexp.Regexp.MatchReader":             "cw1r",
	"regexp.Regexp.FindReaderIndex":         "cw1r",
	"regexp.Regexp.FindReaderSubmatchIndex": "cw1r",
	"regexp.Regexp.UnmarshalText":           "w0",
	"html.*":                                "",
	"path.*":                                "",
	"path/...":                              "cr",
	"text/tabwriter.*":                      "ckwr",
	"text/scanner.*":                        "ckwr",

	// Printing and errors: methods by name.
	"fmt.*":            "wr" + printing, // an error can be one of Write, Read or Scan
	"fmt.Append":       "w0r" + printing,
	"fmt.Appendf":      "w0r" + printing,
	"fmt.Appendln":     "w0r" + printing,
	"fmt.Fprint":       "w0r" + printing,
	"fmt.Fprintf":      "w0r" + printing,
	"fmt.Fprintln":     "w0r" + printing,
	"fmt.FormatString": ":Flag,Precision,Width",
	"fmt.Print":        "" + printing,
	"fmt.Printf":       "" + printing,
	"fmt.Println":      "" + printing,
	"fmt.Sprint":       "" + printing,
	"fmt.Sprintf":      "" + printing,
	"fmt.Sprintln":     "" + printing,
	"fmt.Errorf":       "r" + printing,
	"errors.New":       "",
	"errors.Is":        ":Is,Unwrap",
	"errors.As":        "kw1:As,Unwrap",
	"errors.AsType":    "r:As,Unwrap",
	"errors.Join":      "r",
	"errors.Unwrap":    "r:Unwrap",
	"runtime.panic":    ":Error,String",

	// Logging: the package keeps a writer or handler, and only that.
	"log.*":                   "uw-" + printing,
	"log.SetOutput":           "s",
	"log.SetFlags":            "s",
	"log.SetPrefix":           "s",
	"log.New":                 "r",
	"log.Default":             "ur",
	"log.Writer":              "ur",
	"log.Logger.*":            "w0" + printing,
	"log.Logger.Output":       "w0r" + printing,
	"log.Logger.Writer":       "r",
	"log.Logger.SetOutput":    "kw0",
	"log/slog.*":              "ckw-ru", // functions log with the default logger
	"log/slog.SetDefault":     "ckws",
	"log/slog.New":            "r",
	"log/slog.NewTextHandler": "r",
	"log/slog.NewJSONHandler": "r",
	"log/slog.NewLogLogger":   "cr",
	"log/slog.Logger.*":       "ckw0r",
	"log/slog.TextHandler.*":  "ckwr",
	"log/slog.JSONHandler.*":  "ckwr",
	"log/slog.Record.*":       "ckwr",
	"log/slog.Value.*":        "ckwr",
	"log/slog.Attr.*":         "ckwr",
	"log/slog.Level.*":        "w",
	"log/slog.LevelVar.*":     "w",
	"log/slog.Any":            "r", // attributes hold what is to be logged
	"log/slog.AnyValue":       "r",
	"log/slog.Group":          "r",
	"log/slog.GroupValue":     "r",
	"log/slog.String":         "r",
	"log/slog.Int":            "r",
	"log/slog.Int64":          "r",
	"log/slog.Bool":           "r",
	"log/slog.Duration":       "r",
	"log/slog.Time":           "r",
	"log/syslog.*":            "ckwr",

	// Containers and algorithms: they call what they are given.
	"sort.*":                        "cw0",
	"sort.Reverse":                  "r", // wraps what is to be sorted
	"slices.*":                      "Ckw0r",
	"maps.*":                        "Ckw0r",
	"cmp.*":                         "Cr",
	"iter.*":                        "Cr",
	"unique.*":                      "r",
	"weak.*":                        "r",
	"container/...":                 "ckwr",
	"math.*":                        "",
	"math/...":                      "w0",
	"math/big.*":                    "cr",        // sources of random numbers, states of package fmt
	"math/big.Int.*":                "cw0rx1234", // results go to the receiver
	"math/big.Int.SetBits":          "w0r",
	"math/big.Int.Bits":             "r",
	"math/big.Rat.*":                "cw0rx1234",
	"math/big.Rat.Num":              "r",
	"math/big.Rat.Denom":            "r",
	"math/big.Float.*":              "cw0rx1234",
	"math/big.Int.Append":           "w1r",
	"math/big.Int.AppendText":       "w1r",
	"math/big.Int.Bit":              "",
	"math/big.Int.BitLen":           "",
	"math/big.Int.Bytes":            "",
	"math/big.Int.Cmp":              "",
	"math/big.Int.CmpAbs":           "",
	"math/big.Int.DivMod":           "w03rx12",
	"math/big.Int.FillBytes":        "w1r",
	"math/big.Int.Float64":          "",
	"math/big.Int.Format":           "cw1r",
	"math/big.Int.GCD":              "w012rx34",
	"math/big.Int.Int64":            "",
	"math/big.Int.IsInt64":          "",
	"math/big.Int.IsUint64":         "",
	"math/big.Int.ProbablyPrime":    "",
	"math/big.Int.QuoRem":           "w03rx12",
	"math/big.Int.Rand":             "cw01rx2",
	"math/big.Int.Scan":             "cw01r",
	"math/big.Int.Sign":             "",
	"math/big.Int.String":           "",
	"math/big.Int.Text":             "",
	"math/big.Int.TrailingZeroBits": "",
	"math/big.Int.Uint64":           "",
	"math/big.Rat.AppendText":       "w1r",
	"math/big.Rat.Cmp":              "",
	"math/big.Rat.Float32":          "",
	"math/big.Rat.Float64":          "",
	"math/big.Rat.FloatString":      "",
	"math/big.Rat.IsInt":            "",
	"math/big.Rat.RatString":        "",
	"math/big.Rat.Scan":             "cw01r",
	"math/big.Rat.Sign":             "",
	"math/big.Rat.String":           "",
	"math/big.Float.Append":         "w1r",
	"math/big.Float.AppendText":     "w1r",
	"math/big.Float.Cmp":            "",
	"math/big.Float.Float32":        "",
	"math/big.Float.Float64":        "",
	"math/big.Float.Format":         "cw1r",
	"math/big.Float.Int":            "w1r",
	"math/big.Float.Int64":          "",
	"math/big.Float.IsInf":          "",
	"math/big.Float.IsInt":          "",
	"math/big.Float.MantExp":        "w1r",
	"math/big.Float.Rat":            "w1r",
	"math/big.Float.Scan":           "cw01r",
	"math/big.Float.Sign":           "",
	"math/big.Float.String":         "",
	"math/big.Float.Text":           "",
	"math/big.Float.Uint64":         "",
	"math/rand.*":                   "cw0r",
	"math/rand.Rand.Read":           "cw01r",
	"math/rand.Seed":                "s",
	"math/rand/v2.*":                "cw0r",
	"math/rand/v2.ChaCha8.*":        "cw01r",
	"math/rand/v2.PCG.*":            "cw01r",

	// Sums and encodings: interfaces of package hash, readers and writers.
	"hash.*":                         "w01r",
	"hash/...":                       "wr",
	"crypto.*":                       "ckwru", // hashes that packages have registered
	"crypto.RegisterHash":            "s",
	"crypto/...":                     "ckwr",
	"crypto/md5.*":                   "wr",
	"crypto/sha1.*":                  "wr",
	"crypto/sha256.*":                "wr",
	"crypto/sha512.*":                "wr",
	"crypto/subtle.*":                "cw",    // WithDataIndependentTiming calls its argument
	"crypto/rand.*":                  "cwru",  // variable Reader
	"crypto/x509.*":                  "ckwru", // hashes by way of package crypto
	"crypto/x509.SetFallbackRoots":   "s",
	"crypto/tls.*":                   "ckwru",
	"crypto/rsa.*":                   "ckwru",
	"crypto/ecdsa.*":                 "ckwru",
	"crypto/ed25519.*":               "ckwru",
	"encoding/...":                   "Ckwr", // json/v2 has functions for types
	"encoding/ascii85.*":             "ckwr",
	"encoding/asn1.*":                "ckwr",
	"encoding/csv.*":                 "ckwr",
	"encoding/xml.*":                 "ckwr",
	"encoding/binary.Read":           "cw02r",
	"encoding/binary.Write":          "cw0r",
	"encoding/binary.PutUvarint":     "w0",
	"encoding/binary.PutVarint":      "w0",
	"encoding/binary.AppendUvarint":  "w0",
	"encoding/binary.AppendVarint":   "w0",
	"encoding/binary.Uvarint":        "",
	"encoding/binary.Varint":         "",
	"encoding/binary.Size":           "",
	"encoding/binary.bigEndian.*":    "w1",
	"encoding/binary.littleEndian.*": "w1",
	"encoding/binary.nativeEndian.*": "w1",
	"encoding/base32.*":              "cwr",
	"encoding/base32.Encoding.*":     "w1",
	"encoding/base64.*":              "cwr",
	"encoding/base64.Encoding.*":     "w1",
	"encoding/hex.*":                 "cw0r",
	"encoding/hex.EncodeToString":    "",
	"encoding/hex.DecodeString":      "",
	"encoding/pem.Decode":            "",
	"encoding/json.*":                "wr:MarshalJSON,MarshalText,UnmarshalJSON,UnmarshalText,IsZero,Write,Read,Error,String,Unwrap",
	"encoding/json.Decoder.*":        "w01r:UnmarshalJSON,UnmarshalText,Read,Error,String,Unwrap",
	"encoding/json.Encoder.*":        "w0r:MarshalJSON,MarshalText,IsZero,Write,Error,String,Unwrap",
	"encoding/json.NewDecoder":       "r",
	"encoding/json.NewEncoder":       "r",
	"encoding/json.Unmarshal":        "w1r:UnmarshalJSON,UnmarshalText,Error,String,Unwrap",
	"encoding/json.Marshal":          "r:MarshalJSON,MarshalText,IsZero",
	"encoding/json.MarshalIndent":    "r:MarshalJSON,MarshalText,IsZero",
	"encoding/json.Valid":            "",
	"encoding/gob.*":                 "ckwru", // types that were registered
	"encoding/gob.Register":          "s",
	"encoding/gob.RegisterName":      "s",
	"index/...":                      "cwr",

	// Concurrency: what is stored comes out again, what is given is run.
	"sync.Mutex.*":              "",
	"sync.RWMutex.*":            "r",
	"sync.WaitGroup.*":          "c",
	"sync.Cond.*":               "c",
	"sync.NewCond":              "r",
	"sync.*":                    "Ckwr",
	"sync.Map.*":                "ckw0r",
	"sync.Once.*":               "cw0",
	"sync.Pool.*":               "ckw0r",
	"sync/atomic.*":             "ckw0r",
	"sync/atomic.Value.Load":    "r",
	"sync/atomic.Pointer.Load":  "r",
	"sync/atomic.Int32.Load":    "",
	"sync/atomic.Int64.Load":    "",
	"sync/atomic.Uint32.Load":   "",
	"sync/atomic.Uint64.Load":   "",
	"sync/atomic.Bool.Load":     "",
	"sync/atomic.LoadInt32":     "",
	"sync/atomic.LoadInt64":     "",
	"sync/atomic.LoadUint32":    "",
	"sync/atomic.LoadUint64":    "",
	"sync/atomic.LoadPointer":   "r",
	"context.*":                 "ckr",
	"context.WithValue":         "r",
	"context.WithoutCancel":     "r",
	"context.Cause":             "r:Value,Err",
	"context.WithCancel":        "kr:Done,Value,Err,Deadline,AfterFunc", // a parent knows its children
	"context.WithCancelCause":   "kr:Done,Value,Err,Deadline,AfterFunc",
	"context.WithDeadline":      "kr:Done,Value,Err,Deadline,AfterFunc",
	"context.WithDeadlineCause": "kr:Done,Value,Err,Deadline,AfterFunc",
	"context.WithTimeout":       "kr:Done,Value,Err,Deadline,AfterFunc",
	"context.WithTimeoutCause":  "kr:Done,Value,Err,Deadline,AfterFunc",
	"context.Context.*":         "r:Done,Value,Err,Deadline",
	"time.*":                    "cr",
	"time.Duration.*":           "",
	"time.Time.*":               "",
	"time.Time.AppendBinary":    "w1", // these append to an argument
	"time.Time.AppendFormat":    "w1",
	"time.Time.AppendText":      "w1",
	"time.Time.GobDecode":       "w0",
	"time.Time.UnmarshalBinary": "w0",
	"time.Time.UnmarshalJSON":   "w0",
	"time.Time.UnmarshalText":   "w0",
	"time.Timer.*":              "cw0", // what time.AfterFunc was given
	"time.Ticker.*":             "w0",

	// Input and output: readers and writers are called.
	"io.*":                             "cwr",
	"io.Writer.Write":                  "cw0rx1", // must not change what is written, nor keep it, says the documentation
	"io.WriteString":                   "cw0r",
	"io.ReadAll":                       "cw0r",
	"io.PipeReader.*":                  "kwr", // an error given to one end comes out of the other
	"io.PipeWriter.*":                  "kwr",
	"io/fs.*":                          "cwr",
	"io/ioutil.*":                      "cwr",
	"bufio.*":                          "ckwr",
	"bufio.Reader.*":                   "ckw0r",
	"bufio.Reader.Read":                "ckw01r",
	"bufio.Reader.WriteTo":             "ckw01r",
	"bufio.Scanner.*":                  "ckw0r",
	"bufio.Writer.*":                   "ckw0r",
	"bufio.Writer.Write":               "cw0rx1",
	"bufio.Writer.ReadFrom":            "ckw01r",
	"os.*":                             "cr",
	"os.CopyFS":                        "cwr",
	"os.StartProcess":                  "cwr",
	"os.File.*":                        "cw01r",
	"os.File.Write":                    "",
	"os.File.WriteAt":                  "",
	"os.File.WriteString":              "",
	"os.Process.*":                     "cw0r",
	"os.Root.*":                        "cwr",
	"os.Setenv":                        "s",
	"os.Unsetenv":                      "s",
	"os.Clearenv":                      "s",
	"os.Chdir":                         "s",
	"os.NewFile":                       "r",
	"os/...":                           "ckwr",
	"os/exec.Command":                  "r",
	"os/exec.LookPath":                 "",
	"os/signal.*":                      "ckwrs", // channels
	"os/user.*":                        "",
	"archive/...":                      "ckwr",
	"archive/zip.*":                    "ckwru", // compressors that were registered
	"compress/...":                     "ckwr",
	"archive/zip.RegisterCompressor":   "s",
	"archive/zip.RegisterDecompressor": "s",
	"embed.*":                          "r",

	// Networks: what is configured, served and handled is called; addresses and
	// messages are data.
	"net.*":                                "ckwru", // variable DefaultResolver
	"net.IP.*":                             "w",
	"net.IPMask.*":                         "w",
	"net.IPNet.*":                          "w",
	"net.HardwareAddr.*":                   "w",
	"net.ParseIP":                          "",
	"net.ParseCIDR":                        "",
	"net.ParseMAC":                         "",
	"net.IPv4":                             "",
	"net.CIDRMask":                         "",
	"net.JoinHostPort":                     "",
	"net.SplitHostPort":                    "",
	"net/url.*":                            "",
	"net/url.URL.AppendBinary":             "w1",
	"net/url.URL.UnmarshalBinary":          "w0",
	"net/url.Values.Add":                   "w0",
	"net/url.Values.Del":                   "w0",
	"net/url.Values.Set":                   "w0",
	"net/url.Error.*":                      "r:Error,String,Format,GoString,Timeout,Temporary", // its field Err may be any error
	"net/netip.*":                          "w01",
	"net/textproto.*":                      "ckwr",
	"net/mail.*":                           "ckwr",
	"net/smtp.*":                           "ckwru",
	"net/rpc.*":                            "Ckwrsu", // methods of what was registered
	"net/rpc.Client.*":                     "ckwr",
	"net/rpc.Server.*":                     "Ckwru",
	"net/rpc.NewServer":                    "r",
	"net/rpc/jsonrpc.*":                    "Ckwru",
	"net/http.Header.*":                    "kwr:Write,WriteString",
	"net/http.Header.Add":                  "w0",
	"net/http.Header.Del":                  "w0",
	"net/http.Header.Get":                  "",
	"net/http.Header.Set":                  "w0",
	"net/http.Header.Values":               "r",
	"net/http.Cookie.*":                    "",
	"net/http.Request.AddCookie":           "w",
	"net/http.Request.BasicAuth":           "",
	"net/http.Request.Clone":               "kwr",
	"net/http.Request.Context":             "r",
	"net/http.Request.Cookie":              "",
	"net/http.Request.Cookies":             "",
	"net/http.Request.CookiesNamed":        "",
	"net/http.Request.PathValue":           "",
	"net/http.Request.ProtoAtLeast":        "",
	"net/http.Request.Referer":             "",
	"net/http.Request.SetBasicAuth":        "w",
	"net/http.Request.SetPathValue":        "w",
	"net/http.Request.UserAgent":           "",
	"net/http.Request.WithContext":         "r",
	"net/http.Request.*":                   "ckwr", // reads the body
	"net/http.Response.*":                  "ckwr",
	"net/http.ResponseController.*":        "ckwr",
	"net/http.ResponseWriter.*":            "kwr",
	"net/http.ServeMux.*":                  "ckwr", // calls the handlers that it holds
	"net/http.HandlerFunc.*":               "ckwr",
	"net/http.ConnState.*":                 "",
	"net/http.NewServeMux":                 "r",
	"net/http.NewRequest":                  "r",
	"net/http.NewRequestWithContext":       "r",
	"net/http.NewResponseController":       "r",
	"net/http.Error":                       "wr:Header,WriteHeader,Write",
	"net/http.NotFound":                    "wr:Header,WriteHeader,Write",
	"net/http.Redirect":                    "wr:Header,WriteHeader,Write",
	"net/http.SetCookie":                   "w:Header",
	"net/http.FileServer":                  "r", // handlers hold what they serve
	"net/http.FileServerFS":                "r",
	"net/http.FS":                          "r",
	"net/http.StripPrefix":                 "r",
	"net/http.TimeoutHandler":              "r",
	"net/http.MaxBytesHandler":             "r",
	"net/http.MaxBytesReader":              "r",
	"net/http.AllowQuerySemicolons":        "r",
	"net/http.NotFoundHandler":             "r",
	"net/http.RedirectHandler":             "r",
	"net/http.StatusText":                  "",
	"net/http.CanonicalHeaderKey":          "",
	"net/http.DetectContentType":           "",
	"net/http.ParseHTTPVersion":            "",
	"net/http.ParseTime":                   "",
	"net/http/cookiejar.*":                 "ckwr",
	"net/http/httptrace.*":                 "ckr",   // functions in a context
	"net/http/httputil.*":                  "ckwru", // variable DefaultTransport
	"net/http/httptest.*":                  "ckwru",
	"net/http/httptest.NewRecorder":        "r",
	"net/http/httptest.NewRequest":         "r",
	"net/http/httptest.ResponseRecorder.*": "wr",
	"mime.*":                               "cwr", // readers of character sets
	"mime.AddExtensionType":                "s",
	"mime/...":                             "ckwr",
	"expvar.Int.*":                         "w",
	"expvar.Float.*":                       "w",
	"expvar.String.*":                      "w",

	// Databases: the driver that was registered.
	"database/...":          "ckwr",
	"database/sql.Open":     "ckwru",
	"database/sql.Register": "s",
	"database/sql.Drivers":  "",

	// Programs and pictures as data: trees that hold one another; the visitors,
	// importers, readers and colour models are called.
	"go/...":               "ckwr",
	"go/build.*":           "ckwru", // variable Default
	"go/token.Pos.*":       "",
	"go/token.Position.*":  "w",
	"go/token.Token.*":     "",
	"go/token.NewFileSet":  "r",
	"debug/...":            "ckwr",
	"image.*":              "ckwr",
	"image.RegisterFormat": "s",
	"image.Decode":         "ckwru",
	"image.DecodeConfig":   "ckwru",
	"image.Pt":             "",
	"image.Rect":           "",
	"image.Point.*":        "",
	"image.Rectangle.*":    "r",
	"image/...":            "ckwr",

	// Templates call functions and methods by name.
	"text/template.*":       "Ckwr",
	"text/template/parse.*": "Ckwr",
	"html/template.*":       "Ckwr",

	// Tests, the runtime and reflection.
	"testing.*":                     "Ckwr",
	"testing/...":                   "Ckwr",
	"runtime.*":                     "wr", // lists of callers, statistics
	"runtime/...":                   "ckwr",
	"runtime/pprof.StartCPUProfile": "s", // writes to what it was given until it is stopped
	"runtime/pprof.StopCPUProfile":  "uw",
	"runtime/pprof.NewProfile":      "sr",
	"runtime/pprof.Lookup":          "ur",
	"runtime/trace.Start":           "s",
	"runtime/trace.Stop":            "uw",
	"runtime.GOMAXPROCS":            "s", // these change settings that can be asked for
	"runtime/debug.SetGCPercent":    "s",
	"runtime/debug.SetMaxStack":     "s",
	"runtime/debug.SetMaxThreads":   "s",
	"runtime/debug.SetMemoryLimit":  "s",
	"runtime/debug.SetPanicOnFault": "s",
	"runtime/debug.SetTraceback":    "s",
	"runtime/debug.SetCrashOutput":  "s",
	"runtime.SetFinalizer":          "Cs",
	"runtime.AddCleanup":            "Cs",
	"reflect.*":                     "kw0r", // values hold what they were made of
	"reflect.Type.*":                "r",
	"reflect.Type.FieldByNameFunc":  "Cr",
	"reflect.Type.AssignableTo":     "Cr", // these tell of method sets
	"reflect.Type.ConvertibleTo":    "Cr",
	"reflect.Type.Implements":       "Cr",
	"reflect.Type.Method":           "Cr",
	"reflect.Type.MethodByName":     "Cr",
	"reflect.Type.NumMethod":        "Cr",
	"reflect.Value.*":               "r",
	"reflect.Value.FieldByNameFunc": "Cr",
	"reflect.Value.Clear":           "kw0r",
	"reflect.Value.Close":           "kw0r",
	"reflect.Value.Grow":            "kw0r",
	"reflect.Value.Recv":            "kw0r",
	"reflect.Value.Send":            "kw0r",
	"reflect.Value.Set":             "kw0r",
	"reflect.Value.SetBool":         "kw0r",
	"reflect.Value.SetBytes":        "kw0r",
	"reflect.Value.SetCap":          "kw0r",
	"reflect.Value.SetComplex":      "kw0r",
	"reflect.Value.SetFloat":        "kw0r",
	"reflect.Value.SetInt":          "kw0r",
	"reflect.Value.SetIterKey":      "kw0r",
	"reflect.Value.SetIterValue":    "kw0r",
	"reflect.Value.SetLen":          "kw0r",
	"reflect.Value.SetMapIndex":     "kw0r",
	"reflect.Value.SetPointer":      "kw0r",
	"reflect.Value.SetString":       "kw0r",
	"reflect.Value.SetUint":         "kw0r",
	"reflect.Value.SetZero":         "kw0r",
	"reflect.Value.TryRecv":         "kw0r",
	"reflect.Value.TrySend":         "kw0r",
	"reflect.Value.Call":            "Ckwr",
	"reflect.Value.CallSlice":       "Ckwr",
	"reflect.Value.Seq":             "Ckwr",
	"reflect.Value.Seq2":            "Ckwr",
	"reflect.Value.Method":          "Cr", // the method may be called elsewhere, as a function of any type
	"reflect.Value.MethodByName":    "Cr",
	"reflect.TypeOf":                "r",
	"reflect.TypeFor":               "r",
	"reflect.ValueOf":               "r",
	"reflect.DeepEqual":             "",
	"reflect.Zero":                  "r",
	"reflect.New":                   "r",
	"reflect.Indirect":              "r",
	"reflect.Value.Interface":       "r",
	"reflect.Value.Elem":            "r",
	"reflect.Value.Field":           "r",
	"reflect.Value.FieldByName":     "r",
	"reflect.Value.Index":           "r",
	"reflect.Value.Kind":            "",
	"reflect.Value.Type":            "r",
	"reflect.Value.IsNil":           "",
	"reflect.Value.IsValid":         "",
	"reflect.Value.IsZero":          "",
	"reflect.Value.Len":             "",
	"reflect.Value.NumField":        "",
	"reflect.Value.Int":             "",
	"reflect.Value.Uint":            "",
	"reflect.Value.Bool":            "",
	"reflect.Value.String":          "",
	"syscall.*":                     "wr",
	"syscall.Setenv":                "s", // these change the process
	"syscall.Unsetenv":              "s",
	"syscall.Clearenv":              "s",
	"syscall.Chdir":                 "s",
	"syscall.Fchdir":                "s",
	"syscall.Chroot":                "s",
	"syscall.Umask":                 "s",
	"syscall.Setuid":                "s",
	"syscall.Setgid":                "s",
	"syscall.Setrlimit":             "s",
	"syscall.Dup2":                  "s",
	"syscall.Dup3":                  "s",
	"internal/...":                  "Ckwr",
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
