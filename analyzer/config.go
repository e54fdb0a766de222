package analyzer

// Config says what to analyse and how. The zero value analyses the module of
// the current folder for the current environment.
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
	// Salt enters every version.
	Salt string
	// Tags, Mod and ModFile are passed to the go command as -tags, -mod and
	// -modfile; empty ones are not.
	Tags, Mod, ModFile string
}
