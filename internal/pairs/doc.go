// Package pairs holds the specification tests of versions: it runs the
// before/after pairs in testdata/versions.
//
// A pair is a txtar archive with two states of a small module and claims about
// the versions of some functions in it. The comment on top says in one or two
// sentences what the pair pins, followed by lines that begin with one of these
// words:
//
//	change TARGET            the version must differ between the two states
//	change BEFORE AFTER      likewise, for a target that has another name after
//	same TARGET              the version must not differ
//	flags [-test] [-tags L] [-mod M] [-modfile F] [-private P]
//	env NAME=VALUE           for the analysis and for the go command
//	flags.before, flags.after, env.before, env.after
//	                         the same for one side only
//	only WORD...             skip unless each word is GOOS, GOARCH or "cgo" (a C compiler)
//	run PACKAGE              the program, instead of ./cmd/prog
//	run -test PACKAGE        the program is the package's test binary
//	output same: REASON      a pair with change, but no output can show it
//	output differs: REASON   a pair without change, although the output differs
//	no program: REASON       nothing can be built or run here
//	todo REASON              known to be needlessly new as yet, which excuses the lines same,
//	                         never the lines change; the runner complains once it no longer is
//
// Files before/X and after/X belong to one state, both/X to both. A state
// without go.mod gets one that says "module example.com/m" and "go 1.26".
//
// Claims are held against reality, so that no pair can ask for what isn't so:
// the program is built and run in both states, and its standard output must
// differ where a version must, and be the same where no version may change.
// With -short the programs are left out. What they showed stands in testdata/outputs.txt;
// of the pairs that it knows as they are, every eighth is run again. A test with -programs
// runs all of them and writes the record.
//
// Files mod/PATH@VERSION/X (or before/mod/..., after/mod/...) are external
// modules. They are served to the go command by a proxy in the file system,
// with a module cache of the pair's own, and go.sum gets their real hashes. The
// network is never used.
//
// The names of archives start with the row of SPEC.md that they are about. Those
// that start with precision_ ask for exact dispatch (section 5): code of the
// right shape that cannot flow to the target must not matter. Those that start
// with nf_ are about the normal form (section 4).
package pairs
