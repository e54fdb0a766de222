package analyzer

// Config says what to analyse and how. The zero value analyses the module of
// the current folder for the current environment.
//
// Fields that are empty take their value from .autover.yaml, where that has a
// key for them: Tests, Tags, Mod, ModFile, Private and Platform from the file
// in the folder of go.mod or go.work, and Policy, Toolchain, Salt, Image,
// ImageSpec and Files from the nearest one to the package of each target.
type Config struct {
	// Dir is the folder in which the go command is run and against which
	// relative targets are resolved; empty means the current folder.
	Dir string
	// Env is the environment of the go command, in the form of os.Environ;
	// nil means the environment of this process.
	Env []string
	// Targets are named targets ("./pkg.Func", "import/path.Type.Method",
	// "Func") and package patterns ("./...", "import/path"). None means the
	// tasks of "./...": functions marked //autover:task.
	Targets []string
	// All includes unexported functions and methods in what patterns select.
	All bool
	// Tests makes test files part of the private code; patterns then select
	// test functions.
	Tests bool
	// Tags, Mod and ModFile are passed to the go command as -tags, -mod and
	// -modfile; empty ones are not.
	Tags, Mod, ModFile string
	// Private lists modules whose source is private code although it comes from
	// the module cache or a vendor folder: patterns of path prefixes, separated
	// by commas, as in GOPRIVATE.
	Private string
	// Platform pins what the code is analysed for: GOOS/GOARCH, as in
	// "linux/amd64", without cgo unless the environment sets CGO_ENABLED, or
	// GOOS/GOARCH/cgo. Empty means that of the environment.
	Platform string

	// Policy chooses what enters versions: names separated by commas, either
	// all of them, as in "body,private", or changes to the default, as in
	// "+platform,-toolchain". Their order does not matter.
	Policy string
	// Toolchain says what the policy of that name adds: "declared" (the
	// default), "actual" or "language".
	Toolchain string
	// Salt enters every version.
	Salt string
	// Image is the name of a container image, ImageSpec a YAML or JSON file
	// that describes one; they exclude each other.
	Image, ImageSpec string
	// Files are globs, relative to Dir, of files whose content enters every
	// version.
	Files []string
	// Custom are further policies, which no name may be given to twice.
	Custom []Policy

	// Optional lets targets select nothing; Report.Missing says which.
	Optional bool
	// Explain asks for Report.Graph and Target.Closure.
	Explain bool

	// Cache is the folder of the cache; empty means none. A program may give it
	// to any other, whichever version of autover that contains.
	Cache string
	// Trace, if not nil, is told what the cache does, for people.
	Trace func(message string) `json:"-"`

	// HashTrace, if not nil, receives all tokens that enter digests of the function
	// that TraceHash names, stream by stream, as they are hashed. Its version has a
	// stream only if it is among the targets.
	TraceHash string
	HashTrace func(HashToken) `json:"-"`

	// Constants asks for Report.Constants: Targets are then packages, "." if there
	// are none, and what they select are their tasks.
	Constants bool

	// Clear names fields, by their keys in .autover.yaml, that are empty on
	// purpose, so that no file sets them.
	Clear []string
}
