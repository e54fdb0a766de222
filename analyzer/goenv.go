package analyzer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// goEnvKeys are the settings of the go command that decide which files make up
// a package, how they are compiled, and where the module is.
var goEnvKeys = []string{
	"GOVERSION", "GOOS", "GOARCH", "GOROOT", "GOFLAGS", "GOMODCACHE", "GOMOD", "GOWORK", "CGO_ENABLED", "GOEXPERIMENT",
	"GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM", "GOFIPS140",
	"CC", "CXX", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS",
}

// cgoFlagKeys are those of goEnvKeys that matter to C code alone.
var cgoFlagKeys = []string{"CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS"}

// goEnv asks the go command in dir for goEnvKeys. It sees what the go command
// sees, including `go env -w` and a toolchain that go.mod switches to.
func goEnv(ctx context.Context, dir string, environ []string) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, goEnvKeys...)...)
	cmd.Dir = dir
	cmd.Env = append(slices.Clip(environ), "PWD="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("run go env: no go command in PATH: install Go or add its bin folder to PATH")
	}
	if err != nil {
		return nil, fmt.Errorf("run go env in %s: %s", dir, goMessage(err, stderr.String()))
	}
	env := make(map[string]string)
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("read output of go env: %w", err)
	}
	return env, nil
}

// goMessage reduces the standard error of the go command to what went wrong,
// with the next command to run.
func goMessage(err error, stderr string) string {
	var lines []string
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "go: downloading ") && !strings.HasPrefix(line, "go: finding ") {
			lines = append(lines, strings.TrimPrefix(line, "go: "))
		}
	}
	msg := strings.Join(lines, " ")
	if msg == "" {
		msg = err.Error()
	}
	return withHint(msg)
}

// checkGoVersion refuses a go command whose language is newer than the type
// checker in this binary, which would misjudge its standard library.
func checkGoVersion(goVersion string) error {
	have, want := language(runtime.Version()), language(goVersion)
	if have == "" || want == "" {
		return nil // a development version: the type checker decides
	}
	if version.Compare(want, have) > 0 {
		return fmt.Errorf("use %s: autover was built with %s and cannot read newer code: rebuild it with 'GOTOOLCHAIN=%s go install github.com/autover/autover@latest', or set GOTOOLCHAIN=%s to analyse with an older toolchain",
			goVersion, runtime.Version(), bareVersion(goVersion), bareVersion(runtime.Version()))
	}
	return nil
}

// bareVersion strips experiments and vendor suffixes: "go1.26.1 X:jsonv2" and
// "devel go1.27-abc" become "go1.26.1" and "go1.27".
func bareVersion(v string) string {
	v = strings.TrimPrefix(v, "devel ")
	if i := strings.IndexAny(v, " -+"); i >= 0 {
		v = v[:i]
	}
	return v
}

func language(goVersion string) string { return version.Lang(bareVersion(goVersion)) }

// splitFlags splits a GOFLAGS value as the go command does: fields separated by
// white space, quoted as a whole with ' or " where they contain some.
func splitFlags(s string) ([]string, error) {
	var fields []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return fields, nil
		}
		if q := s[0]; q == '"' || q == '\'' {
			end := strings.IndexByte(s[1:], q)
			if end < 0 {
				return nil, fmt.Errorf("read GOFLAGS: unterminated %c string: correct it with 'go env -w GOFLAGS=...' or in the environment", q)
			}
			fields, s = append(fields, s[1:1+end]), s[end+2:]
			continue
		}
		end := strings.IndexAny(s, " \t\r\n")
		if end < 0 {
			end = len(s)
		}
		fields, s = append(fields, s[:end]), s[end:]
	}
}

// quoteFlag is the reverse of splitFlags for one flag.
func quoteFlag(flag string) string {
	switch {
	case !strings.ContainsAny(flag, " \t\r\n'\""):
		return flag
	case strings.Contains(flag, "'"):
		return `"` + flag + `"`
	}
	return "'" + flag + "'"
}

// buildFlags are the flags of one run of the go command, as GOFLAGS and the
// configuration give them.
type buildFlags struct {
	args    []string // for the go command, after GOFLAGS
	tags    string   // effective -tags
	modFile string   // effective -modfile, absolute, or empty
	// goflags is GOFLAGS without -modfile, which package packages would pass to
	// a run of the go command outside of modules; empty if there was none.
	goflags string
	// other holds the remaining GOFLAGS that can change what a program does
	// (-ldflags with -X, -gcflags, -race, ...), in their order.
	other []string
}

// inertFlags of GOFLAGS change neither the files of a package nor behaviour.
var inertFlags = map[string]bool{
	"a": true, "n": true, "v": true, "x": true, "p": true, "work": true, "json": true, "buildvcs": true,
	"trimpath": true, "modcacherw": true, "mod": true, "modfile": true, "tags": true, "count": true,
	"timeout": true, "short": true, "failfast": true, "parallel": true, "vet": true, "shuffle": true, "run": true,
	"pkgdir": true, "linkshared": true, "installsuffix": true, "o": true, "compiler": true,
}

// newBuildFlags derives the flags from the configuration and from GOFLAGS. A
// GOFLAGS of -mod=mod lets the go command rewrite go.mod; unless the
// configuration asks for that mode too, -mod=readonly overrides it. Without any
// -mod the go command's own default holds, which prefers a vendor folder.
func newBuildFlags(cfg Config, dir, goflags string) (*buildFlags, error) {
	fields, err := splitFlags(goflags)
	if err != nil {
		return nil, err
	}
	b := &buildFlags{tags: cfg.Tags}
	mod, modFile := "", cfg.ModFile
	var rest []string
	for _, f := range fields {
		name, value, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if name != "modfile" {
			rest = append(rest, quoteFlag(f))
		}
		switch {
		case name == "overlay" || name == "toolexec" || name == "compiler" && value != "gc":
			return nil, fmt.Errorf("read GOFLAGS: -%s replaces what the source says, which a version cannot cover: run autover without it", name)
		case name == "mod":
			mod = value
		case name == "modfile" && cfg.ModFile == "":
			modFile = value
		case name == "tags" && cfg.Tags == "":
			b.tags = value
		case !inertFlags[name]:
			b.other = append(b.other, "-"+name+"="+value)
		}
	}
	if cfg.Mod != "" {
		mod = cfg.Mod
	} else if mod == "mod" {
		mod = "readonly"
	}
	if modFile != "" && !filepath.IsAbs(modFile) {
		modFile = filepath.Join(dir, modFile)
	}
	b.modFile = modFile
	if len(rest) < len(fields) { // an empty value would let the file of 'go env -w' decide
		b.goflags = strings.Join(append(rest, "-buildvcs=auto"), " ")
	}
	for name, value := range map[string]string{"mod": mod, "modfile": modFile, "tags": b.tags} {
		if value != "" {
			b.args = append(b.args, "-"+name+"="+value)
		}
	}
	slices.Sort(b.args)
	return b, nil
}

// cgoFlags returns the flags of the environment for C code, empty if they are
// the defaults. Which compiler it is belongs to the machine; flags that stand
// behind its name count.
func (w *world) cgoFlags() string {
	var list []string
	for _, k := range []string{"CC", "CXX"} {
		if words, err := splitFlags(w.env[k]); err == nil && len(words) > 1 {
			list = append(list, k+"="+strings.Join(words[1:], " "))
		}
	}
	for _, k := range cgoFlagKeys {
		if flags := w.env[k]; flags != "" && flags != "-O2 -g" {
			list = append(list, k+"="+flags)
		}
	}
	return strings.Join(list, "\n")
}

// experiments returns the settings with which the go command builds another
// toolchain or standard library of the same release: the experiments, sorted and
// each as it was named last, and the FIPS module.
func (w *world) experiments() []string {
	named := make(map[string]string) // without "no" -> as written
	for name := range strings.SplitSeq(w.env["GOEXPERIMENT"], ",") {
		switch name = strings.TrimSpace(name); name {
		case "":
		case "none":
			named = map[string]string{"": name} // the defaults are off as well
		default:
			named[strings.TrimPrefix(name, "no")] = name
		}
	}
	var list []string
	for _, key := range slices.Sorted(maps.Keys(named)) {
		list = append(list, "GOEXPERIMENT="+named[key])
	}
	if fips := w.env["GOFIPS140"]; fips != "" && fips != "off" {
		list = append(list, "GOFIPS140="+fips)
	}
	return list
}

// environment returns the environment of the go command: an external driver of
// go/packages is used only when the user names one.
func environment(cfg Config) []string {
	env := cfg.Env
	if env == nil {
		env = os.Environ()
	}
	if !slices.ContainsFunc(env, func(kv string) bool { return strings.HasPrefix(kv, "GOPACKAGESDRIVER=") }) {
		env = append(slices.Clip(env), "GOPACKAGESDRIVER=off")
	}
	return env
}
