package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// fake is a tool whose analysis records what it was asked and answers with what
// the test prepared.
type fake struct {
	cfg            analyzer.Config
	report         analyzer.Report
	entries        []analyzer.Entry
	err            error
	calls          int
	env            []string
	stdout, stderr bytes.Buffer
}

func (f *fake) main(ctx context.Context, args ...string) int {
	f.stdout.Reset()
	f.stderr.Reset()
	t := &tool{
		env: append([]string{"HOME=/nowhere", "AUTOVER_CACHE=off"}, f.env...), stdout: &f.stdout, stderr: &f.stderr,
		run: func(_ context.Context, cfg analyzer.Config) (*analyzer.Report, error) {
			f.calls++
			f.cfg = cfg
			return &f.report, f.err
		},
		list: func(_ context.Context, cfg analyzer.Config) ([]analyzer.Entry, error) {
			f.calls++
			f.cfg = cfg
			return f.entries, f.err
		},
	}
	return t.main(ctx, args)
}

func version(digit string) string { return "a1" + strings.Repeat(digit, 32) }

func newFake() *fake {
	return &fake{
		report: analyzer.Report{Scheme: "a1", Targets: []analyzer.Target{
			{
				Name: "example.com/shop/pricing.Quote", Version: version("1"), Digest: strings.Repeat("1", 64),
				Position: "pricing/quote.go:14", Functions: 12,
				Modules: []analyzer.Module{{Path: "golang.org/x/text", Version: "v0.40.0", Sum: "h1:x="}},
				Caveats: []analyzer.Caveat{{Kind: "reflect", Position: "pricing/x.go:9", Message: "calls <unknown> & more"}},
			},
			{
				Name: "example.com/shop/pricing.Rate.Of", Version: version("2"), Digest: strings.Repeat("2", 64),
				Position: "pricing/rate.go:3", Functions: 1,
			},
		}},
		entries: []analyzer.Entry{{Name: "example.com/shop/pricing.Quote", Position: "pricing/quote.go:14"}},
	}
}

func TestFlagsReachTheAnalysis(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		args string
		want analyzer.Config
	}{
		{"hash a.B", analyzer.Config{Targets: []string{"a.B"}}},
		{"hash -salt s a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "s"}},
		{"hash --salt s a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "s"}},
		{"hash -salt=s a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "s"}},
		{"hash --salt=s a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "s"}},
		{"hash a.B -salt s c.D", analyzer.Config{Targets: []string{"a.B", "c.D"}, Salt: "s"}},
		{"hash -salt -x a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "-x"}},
		{"hash -salt -json a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "-json"}},
		{"hash -salt -- a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "--"}},
		{"hash -salt hash hash", analyzer.Config{Targets: []string{"hash"}, Salt: "hash"}},
		{"hash -salt=a=b a.B", analyzer.Config{Targets: []string{"a.B"}, Salt: "a=b"}},
		{"hash -- -salt -x", analyzer.Config{Targets: []string{"-salt", "-x"}}},
		{"hash -all -test -json a.B", analyzer.Config{Targets: []string{"a.B"}, All: true, Tests: true}},
		{"hash --all -test=false a.B", analyzer.Config{Targets: []string{"a.B"}, All: true, Clear: []string{"test"}}},
		{"hash", analyzer.Config{Targets: []string{}}},
		{"hash -private example.com/*,corp.org a.B", analyzer.Config{Targets: []string{"a.B"}, Private: "example.com/*,corp.org"}},
		{"hash -tags x,y -mod vendor -modfile go2.mod a.B", analyzer.Config{Targets: []string{"a.B"}, Tags: "x,y", Mod: "vendor", ModFile: "go2.mod"}},
		{"-C DIR hash a.B", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"--C DIR hash a.B", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"-C=DIR hash a.B", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"hash -C DIR a.B", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"hash a.B -C DIR", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"hash -json a.B -C=DIR", analyzer.Config{Targets: []string{"a.B"}, Dir: dir}},
		{"list", analyzer.Config{Targets: []string{"./..."}}},
		{"list ./a -all", analyzer.Config{Targets: []string{"./a"}, All: true}},
		{"-C DIR list -test -tags=x", analyzer.Config{Targets: []string{"./..."}, Dir: dir, Tests: true, Tags: "x"}},
	}
	for _, test := range tests {
		f := newFake()
		args := strings.Fields(strings.ReplaceAll(test.args, "DIR", dir))
		if status := f.main(t.Context(), args...); status != 0 {
			t.Errorf("autover %s: exit status %d: %s", test.args, status, &f.stderr)
			continue
		}
		test.want.Env = []string{"HOME=/nowhere", "AUTOVER_CACHE=off"}
		if got, want := asJSON(t, f.cfg), asJSON(t, test.want); got != want {
			t.Errorf("autover %s:\n got %s\nwant %s", test.args, got, want)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUsageErrors(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{}, "autover hash -json ./..."},
		{[]string{"hsah"}, `unknown command "hsah"; did you mean hash?`},
		{[]string{"./pkg.Func"}, "did you mean autover hash ./pkg.Func?"},
		{[]string{"frobnicate"}, `unknown command "frobnicate"`},
		{[]string{"help", "lits"}, "did you mean list?"},
		{[]string{"help", "hash", "list"}, "help takes one command"},
		{[]string{"version", "a.B"}, "autover hash a.B"},
		{[]string{"hash", "-jsno", "a.B"}, "unknown flag -jsno; did you mean -json?"},
		{[]string{"hash", "-c", "x", "a.B"}, "unknown flag -c; did you mean -C?"},
		{[]string{"hash", "--frobnicate", "a.B"}, "unknown flag -frobnicate\n"},
		{[]string{"hash", "---json", "a.B"}, "bad flag syntax"},
		{[]string{"hash", "-json=perhaps", "a.B"}, `invalid argument "perhaps" for "-json" flag` + "\n"},
		{[]string{"-json", "hash", "a.B"}, "flag -json goes after the command: autover hash -json"},
		{[]string{"hash", "a.B", "-salt"}, "flag needs an argument: -salt"},
		{[]string{"hash", "-format", "josn", "a.B"}, `unknown format "josn"; did you mean json?`},
		{[]string{"hash", "-format", "xml", "a.B"}, "use one of text, json, dotenv, github"},
		{[]string{"hash", "-format=", "a.B"}, `unknown format ""`},
		{[]string{"list", "-format", "github"}, "use one of text, json"},
		{[]string{"list", "-salt", "x"}, "unknown flag -salt"},
		{[]string{"hash", "-f", "x", "-json", "a.B"}, "-f and -json exclude each other"},
		{[]string{"hash", "-f", "x", "-format", "json", "a.B"}, "-f and -format exclude each other"},
		{[]string{"hash", "-json", "-format", "text", "a.B"}, "-json and -format text exclude each other"},
		{[]string{"hash", "-f", "{{", "a.B"}, "bad template: -f:1"},
		{[]string{"hash", "-f", "{{nosuch}}", "a.B"}, `function "nosuch" not defined`},
		{[]string{"hash", "-C", "testdata/nosuch", "a.B"}, "-C testdata/nosuch: no such folder"},
		{[]string{"hash", "-C", "cmd_test.go", "a.B"}, "-C cmd_test.go: not a folder"},
	}
	for _, test := range tests {
		f := newFake()
		if status := f.main(t.Context(), test.args...); status != 2 {
			t.Errorf("autover %q: exit status %d, want 2", test.args, status)
		}
		if f.calls != 0 {
			t.Errorf("autover %q: analysed something", test.args)
		}
		if f.stdout.Len() != 0 {
			t.Errorf("autover %q: prints %q", test.args, &f.stdout)
		}
		if stderr := f.stderr.String(); !strings.Contains(stderr, test.want) || !strings.HasPrefix(stderr, "autover") {
			t.Errorf("autover %q: says\n%swant %q", test.args, stderr, test.want)
		}
	}
}

const reportJSON = `{
  "schema": 1,
  "scheme": "a1",
  "targets": [
    {
      "target": "example.com/shop/pricing.Quote",
      "version": "a111111111111111111111111111111111",
      "digest": "1111111111111111111111111111111111111111111111111111111111111111",
      "position": "pricing/quote.go:14",
      "pinned": false,
      "functions": 12,
      "modules": [
        {
          "path": "golang.org/x/text",
          "version": "v0.40.0",
          "sum": "h1:x="
        }
      ],
      "caveats": [
        {
          "kind": "reflect",
          "position": "pricing/x.go:9",
          "message": "calls <unknown> & more"
        }
      ]
    },
    {
      "target": "example.com/shop/pricing.Rate.Of",
      "version": "a122222222222222222222222222222222",
      "digest": "2222222222222222222222222222222222222222222222222222222222222222",
      "position": "pricing/rate.go:3",
      "pinned": false,
      "functions": 1,
      "modules": [],
      "caveats": []
    }
  ]
}
`

func TestFormats(t *testing.T) {
	one, two := version("1"), version("2")
	tests := []struct {
		args   []string
		single bool
		want   string
	}{
		{[]string{"hash", "x"}, false, one + "  example.com/shop/pricing.Quote\n" + two + "  example.com/shop/pricing.Rate.Of\n"},
		{[]string{"hash", "x"}, true, one + "\n"},
		{[]string{"hash", "-format", "text", "x"}, true, one + "\n"},
		{[]string{"hash", "-json", "x"}, false, reportJSON},
		{[]string{"hash", "-json", "-format", "json", "x"}, false, reportJSON},
		{[]string{"hash", "--format=json", "x"}, false, reportJSON},
		{[]string{"hash", "-format", "dotenv", "x"}, false, "PRICING_QUOTE=" + one + "\nPRICING_RATE_OF=" + two + "\n"},
		{[]string{"hash", "-format", "dotenv", "x"}, true, "PRICING_QUOTE=" + one + "\n"},
		{[]string{"hash", "-format", "github", "x"}, true, "pricing_quote=" + one + "\n"},
		{[]string{"hash", "-f", "{{.version}} {{.functions}} {{.pinned}}{{.task}}", "x"}, false, one + " 12 false\n" + two + " 1 false\n"},
		{[]string{"hash", "-f", "{{range .modules}}{{.path}}@{{.version}}{{end}}", "x"}, false, "golang.org/x/text@v0.40.0\n"},
		{[]string{"hash", "-f", "{{.target}}\n", "x"}, true, "example.com/shop/pricing.Quote\n"},
		{[]string{"list"}, false, "example.com/shop/pricing.Quote  pricing/quote.go:14\n"},
		{[]string{"list", "-f", "{{.position}}"}, false, "pricing/quote.go:14\n"},
		{[]string{"list", "-json"}, false, `{
  "schema": 1,
  "targets": [
    {
      "target": "example.com/shop/pricing.Quote",
      "position": "pricing/quote.go:14"
    }
  ]
}
`},
	}
	for _, test := range tests {
		f := newFake()
		if test.single {
			f.report.Single = true
			f.report.Targets = f.report.Targets[:1]
		}
		status := f.main(t.Context(), test.args...)
		if status != 0 || f.stdout.String() != test.want {
			t.Errorf("autover %q: exit status %d, prints\n%swant\n%s", test.args, status, &f.stdout, test.want)
		}
		json := strings.Contains(strings.Join(test.args, " "), "json")
		if caveat := strings.Contains(f.stderr.String(), "autover: caveat: pricing/x.go:9: calls"); caveat != (!json && test.args[0] == "hash") {
			t.Errorf("autover %q: says %q", test.args, &f.stderr)
		}
	}
}

// The lists of an empty report are empty lists, not null.
func TestEmptyJSON(t *testing.T) {
	f := &fake{report: analyzer.Report{Scheme: "a1"}}
	for _, command := range []string{"hash", "list"} {
		if status := f.main(t.Context(), command, "-json", "x"); status != 0 || !strings.Contains(f.stdout.String(), `"targets": []`) {
			t.Errorf("%s: exit status %d, prints %s", command, status, &f.stdout)
		}
	}
}

func TestFailures(t *testing.T) {
	f := newFake()
	f.err = errors.New("a.go:1:2: undefined: x\n")
	for _, args := range [][]string{{"hash", "x"}, {"hash", "-json", "x"}, {"list"}} {
		if status := f.main(t.Context(), args...); status != 1 {
			t.Errorf("autover %q: exit status %d", args, status)
		}
		if f.stdout.Len() > 0 || f.stderr.String() != "autover: a.go:1:2: undefined: x\n" {
			t.Errorf("autover %q: prints %q, says %q", args, &f.stdout, &f.stderr)
		}
	}

	// What fails while it renders has printed nothing either.
	f = newFake()
	for _, source := range []string{"{{.verison}}", `{{if eq .target "example.com/shop/pricing.Rate.Of"}}{{index .modules 7}}{{end}}ok`} {
		if status := f.main(t.Context(), "hash", "-f", source, "x"); status != 1 || f.stdout.Len() > 0 {
			t.Errorf("-f %q: exit status %d, prints %q", source, status, &f.stdout)
		}
		if !strings.Contains(f.stderr.String(), "autover: bad template: -f:1:") {
			t.Errorf("-f %q: says %q", source, &f.stderr)
		}
	}
	f.report.Targets[1].Name = "example.com/shop/pricing.quote"
	if status := f.main(t.Context(), "hash", "-format", "dotenv", "x"); status != 1 || f.stdout.Len() > 0 {
		t.Errorf("colliding names: exit status %d, prints %q", status, &f.stdout)
	}
	if want := "would both be called PRICING_QUOTE"; !strings.Contains(f.stderr.String(), want) {
		t.Errorf("colliding names: says %q, want %q", &f.stderr, want)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorFails(t *testing.T) {
	var stderr bytes.Buffer
	tool := &tool{stdout: brokenPipe{}, stderr: &stderr}
	if status := tool.main(t.Context(), []string{"version"}); status != 1 || stderr.String() != "autover: broken pipe\n" {
		t.Errorf("exit status %d, says %q", status, &stderr)
	}
}

// An interrupt ends the tool although the analysis never returns.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	var stdout, stderr bytes.Buffer
	tool := &tool{
		stdout: &stdout, stderr: &stderr,
		run: func(context.Context, analyzer.Config) (*analyzer.Report, error) {
			cancel()
			<-forever
			return nil, nil
		},
	}
	if status := tool.main(ctx, []string{"hash", "x"}); status != 1 || stdout.Len() > 0 || stderr.String() != "autover: interrupted\n" {
		t.Errorf("exit status %d, prints %q, says %q", status, &stdout, &stderr)
	}
}

func TestWarnings(t *testing.T) {
	f := newFake()
	f.report.Warnings = []string{"cmd/x: x.go:1:1: expected package"}
	for i := range 30 {
		f.report.Targets[1].Caveats = append(f.report.Targets[1].Caveats,
			analyzer.Caveat{Kind: "unsafe", Position: "a.go:" + strings.Repeat("1", i+1), Message: "m"})
	}
	f.main(t.Context(), "hash", "x")
	lines := strings.Split(strings.TrimSpace(f.stderr.String()), "\n")
	if len(lines) != 12 || lines[0] != "autover: warning: cmd/x: x.go:1:1: expected package" ||
		lines[1] != "autover: caveat: a.go:1: m (unsafe)" || lines[11] != "autover: 21 more caveats; -json shows all" {
		t.Errorf("says\n%s", &f.stderr)
	}
}

func TestHelp(t *testing.T) {
	f := newFake()
	for _, args := range []string{"help", "-h", "--help", "-help"} {
		if status := f.main(t.Context(), args); status != 0 || !strings.Contains(f.stdout.String(), "usage: autover COMMAND") {
			t.Errorf("autover %s: exit status %d, prints %s", args, status, &f.stdout)
		}
	}
	root := newRootCmd(&tool{})
	for _, c := range root.Commands() {
		name := c.Name()
		var texts []string
		for _, args := range [][]string{{"help", name}, {name, "-h"}, {name, "--help"}, {"-help", name}} {
			if status := f.main(t.Context(), args...); status != 0 || f.stderr.Len() > 0 {
				t.Errorf("autover %q: exit status %d, says %s", args, status, &f.stderr)
			}
			texts = append(texts, f.stdout.String())
		}
		if len(slices.Compact(texts)) != 1 {
			t.Errorf("the helps of %s differ:\n%s", name, strings.Join(texts, "\n"))
		}
		for line := range strings.Lines(texts[0]) {
			if len(line) > 81 || strings.Contains(line, " --") || strings.TrimRight(line, " \n") != strings.TrimSuffix(line, "\n") {
				t.Errorf("help of %s: %q", name, line)
			}
		}
		for _, flag := range flagNames(c) {
			if flag != "help" && c.HasLocalFlags() && !strings.Contains(texts[0], "\n  -"+flag) {
				t.Errorf("help of %s doesn't show -%s", name, flag)
			}
		}
	}
}

// The template fields that the help of hash names exist, and it names all.
func TestHelpNamesTemplateFields(t *testing.T) {
	text, err := json.Marshal(jsonTargets(&newFake().report)[0])
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{"task": nil}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for name := range fields {
		if !strings.Contains(hashLong, "."+name) {
			t.Errorf("the help of hash doesn't name .%s", name)
		}
	}
}

// A flag name takes a value in all commands or in none; doubleDashes relies on
// it.
func TestFlagsAgree(t *testing.T) {
	root := newRootCmd(&tool{})
	value := takesValue(root)
	for _, c := range root.Commands() {
		for _, name := range flagNames(c) {
			f := c.Flags().Lookup(name)
			if f.Shorthand != "" {
				t.Errorf("%s: -%s has a shorthand, which one dash can't tell from a long flag", c.Name(), name)
			}
			if value(name) != (f.NoOptDefVal == "") {
				t.Errorf("%s: -%s takes a value in some commands only", c.Name(), name)
			}
		}
	}
}

func TestVariableName(t *testing.T) {
	tests := []struct{ name, position, want string }{
		{"example.com/shop/pricing.Quote", "pricing/quote.go:14", "PRICING_QUOTE"},
		{"example.com/shop/internal/tax.Of", "internal/tax/of.go:1", "INTERNAL_TAX_OF"},
		{"example.com/shop.Run", "run.go:1", "SHOP_RUN"},
		{"example.com/shop/v2.Run", "run.go:1", "SHOP_RUN"},
		{"shop.Run", "run.go:1", "SHOP_RUN"},
		{"example.com/shop/pricing.HTTPClient.ServeHTTP", "pricing/c.go:1", "PRICING_HTTP_CLIENT_SERVE_HTTP"},
		{"example.com/shop/pricing.Sha256Sum", "pricing/c.go:1", "PRICING_SHA256_SUM"},
		{"example.com/shop/my-pkg.F", "my-pkg/c.go:1", "MY_PKG_F"},
		{"example.com/shop/api.v1.Type.Method", "api.v1/c.go:1", "API_V1_TYPE_METHOD"},
		{"example.com/shop/3d.Draw", "3d/c.go:1", "_3D_DRAW"},
		{"example.com/shop/pricing.Größe", "pricing/c.go:1", "PRICING_GR__E"},
		{"example.com/shop/pricing._", "pricing/c.go:1", "PRICING"},
		{"example.com/shop/pricing_test.TestQuote", "pricing/q_test.go:1", "EXAMPLE_COM_SHOP_PRICING_TEST_TEST_QUOTE"},
	}
	for _, test := range tests {
		if got := variableName(analyzer.Target{Name: test.name, Position: test.position}); got != test.want {
			t.Errorf("%s at %s: %s, want %s", test.name, test.position, got, test.want)
		}
	}
}
