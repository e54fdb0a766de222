// Eval measures on real modules how safe and how precise versions are.
//
//	go build -o bin/autover . && go build -o bin/eval ./internal/eval
//	bin/eval mutation -h  # and executed, rta, faults, bench, generate, history, causes, linker
//
// Its instruments know nothing of how autover works. They run an autover binary
// like anybody else, or ask package analyzer, on copies in temporary folders, and
// need no network once the modules are downloaded. The tests of this package run
// them on a small module, with autover and with broken versions of it, so that
// they are known to find what they look for.
//
// # Mutation
//
// A test whose outcome an edit changes must have a new version; if it hasn't,
// the version is stale. The instrument makes small edits of a module's code, runs
// the tests, and compares outcomes with versions. The two phases are separate,
// because outcomes stay true when autover improves:
//
//	bin/eval mutation -C MODULE -o OUTCOMES -n 200
//	bin/eval mutation -C MODULE -replay OUTCOMES -autover bin/autover
//
// The first phase makes N mutants that compile and appends a line of JSON for
// each to the outcome file, so that it can be stopped, continued and extended.
// One edit makes a mutant: an operator, constant, literal, condition, result,
// struct tag, case, argument or element of a composite literal is changed or left
// out, a statement is left out, a method is renamed, fields are swapped, an
// embedded file is edited. They are spread over kinds and files, in an order that
// the seed decides; code that no test covers is left alone. The tests of the
// edited package and of all that import it are run one at a time. An outcome is
// pass, fail, skip or crash of a top-level test, with those of its subtests. When
// a test takes the binary down, those after it are unknown. Tests that differ in
// two runs without a mutant are left out.
//
// The second phase applies the mutants again and computes the versions of all
// tests. A changed outcome without a new version is confirmed by running the test
// alone, as a version doesn't cover what other tests of the binary leave behind.
// What remains is listed as STALE, and the exit status is 3; a run that is stopped
// tells what it found so far. Precision is the share
// of pairs of mutant and test with a new version, where lower is better, beside
// two baselines: a hash of the package and of what it imports from the module,
// with tests, which is how the go command caches test results; and a hash of the
// test's own body, which misses nearly everything.
//
// # Execution
//
// What a test runs must be in the closure of the test: an edit of it is an edit of
// what the test does. This asks more than mutation, as it doesn't matter whether a
// test would notice the edit, and measures the recall of the call graph (Sui,
// Dietrich, Tahir and Fourtounis, "On the Recall of Static Call Graph Construction in
// Practice", 2020):
//
//	bin/eval executed -C MODULE
//
// In a copy of the module a call is put at the beginning of every private function and
// function literal, tests included (package tracer), and each test, benchmark, example
// and fuzz test is run alone. A function that ran outside of the closure that
// Config.Explain tells is listed as MISSING, and the exit status is 3. What runs before
// the test begins, which is initialisation and TestMain, is left out.
//
// Listed as BELOW are functions that ran while another one was on the stack of the
// same goroutine, and aren't in the closure of that. They are no fault if code that the
// closure excludes on purpose hands them in: what tests put into external objects, or
// into variables that others set. NO PART are functions in packages with cgo or
// assembly, each of which is one part with all of its files. Functions with
// //autover:ignore would be listed, too.
//
// The share of functions of the closures that ran tells how precise they are; it would
// be lower than that of a perfect closure, since a test needn't run all that it could.
//
// # RTA
//
// What runs is seen for the inputs of tests alone. The whole-program analyses of x/tools
// see all inputs, and the bodies of external functions, which autover doesn't read:
//
//	bin/eval rta -C MODULE -n 40        # from main and from 40 other functions
//	bin/eval rta -C MODULE -n 40 -test  # from 40 tests
//
// For each root they are run on the program that begins there, after the initialisation
// of its packages. An edge that rta has between private functions, directly or through
// external functions, must be in the closure of its caller, and what is reached from the
// root in that of the root. Otherwise it is listed as EDGE or REACHED, and the exit status
// is 3, unless it is one of two exceptions:
//
//   - There is no flow of types. Rta takes each method of a type that is converted
//     anywhere for one that each call of that name can mean, and each function that is
//     used as a value for one that each call of that signature can. Vta follows values
//     and doesn't find the edge, though it sees all bodies.
//   - Others hand in what is called. Vta has one node for a field of all objects and for
//     a parameter of all calls, so that what one caller gives to external code comes out
//     at another, and one list's element out of another list. The edge isn't there in the
//     program that begins at its caller, and the closure of the root has the callee.
//
// A static edge is no exception. Neither analysis sees calls by reflection, and what only
// flows through it. What is listed has to be looked at, for vta is coarser than the
// exceptions tell: it doesn't break circles (a type that only its own methods make seems
// to be there from the start), and what initialisation gives to package fmt, say, seems to
// be printed by whoever prints.
//
// # History
//
// The instrument walks the last N commits of a git repository along first
// parents, in a folder of its own, and counts the pairs of exported function and
// commit with a new version, of the functions on both sides:
//
//	bin/eval history -C REPOSITORY -n 119 -autover bin/autover -o STEPS
//
// Beside autover stand a hash of the module (all files that its packages are
// built from, go.mod and go.sum), a hash of the package (its files, those of the
// private packages that it imports, however indirectly, and the versions of the
// modules that provide the others) and the tokens of the function's own
// declaration. Commits that edit go.mod or go.sum are summed up separately,
// because other versions of modules are a reason of their own. Listed are the
// commits with the most new versions, which is where needless ones are found;
// functions with other tokens and the same version, and functions with a new
// version whose package is the same: each of them has a good reason or is a
// fault. Commits that don't load are reported and skipped.
//
// # Causes
//
// For each commit of a history the instrument holds what autover diff names as
// causes against the diff that git shows: a declaration must overlap lines that the
// commit touches, a module or toolchain goes with an edit of go.mod, go.sum or
// go.work, a file with itself. Causes elsewhere are listed; a new version without
// a cause counts as unexplained.
//
//	bin/eval causes -C REPOSITORY -n 50 -autover bin/autover
//
// # Linker
//
// The Go linker knows on its own what a function needs. The instrument links a
// program that keeps one target, before and after an edit, and compares its
// sections of code and data. The edits are mutants or commits:
//
//	bin/eval linker -C MODULE -replay OUTCOMES -n 30 -targets 20 -autover bin/autover
//	bin/eval linker -C REPOSITORY -n 20 -targets 20 -autover bin/autover
//
// If the code is the same, a new version was NEEDLESS: the linker keeps too much
// (every method that some interface could call, every initialisation), never too
// little. If the code differs and the version is the same, the pair is listed as
// UNEXPLAINED: the difference may lie in what the linker keeps without need, or
// in the order of declarations, or the version is stale. Tables of lines and
// function names are not compared. Targets are exported, not generic, and built
// for linux/amd64 without cgo.
//
// # Faults
//
// The instrument runs autover with a cache while everything happens to that which
// can happen to one, and compares every answer with that of a run without:
//
//	bin/eval faults -C MODULE -autover bin/autover -kills 200 -damages 200
//
// Runs are killed at random moments; files of the cache are truncated, overwritten,
// extended, swapped and removed, and bits of them flipped; several runs find an
// empty cache at once; the folder is read-only, a file, or on a file system without
// room (-full FOLDER). All the while the module changes back and forth between three
// states. Any wrong answer is listed, and the exit status is 1.
//
// # Speed
//
//	bin/eval bench -C MODULE -autover bin/autover -deadcode bin/deadcode
//
// prints what a run takes when nothing has changed, after an edit, and with an empty
// cache, side by side with go list, go vet and deadcode in the same minutes, and the
// ratios that are promised. The file that is edited is the largest one: a
// number in a function, or the calls that it makes, too.
//
//	bin/eval generate -o FOLDER -packages 625 -groups 25
//
// writes a module of any size, here of 800,000 lines, to see how time and memory grow.
// In a group of packages all that is handed down may be called below: what there is to
// find, and with it the time, grows with the square of the group. With groups of one
// size, as services in one repository are, it grows with their number.
//
// # Beside other work
//
// GOMAXPROCS=1 and nice keep an instrument to one core, and a GOCACHE of its own
// keeps thousands of mutants out of the build cache.
package main
