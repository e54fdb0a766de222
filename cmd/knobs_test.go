package cmd

import (
	"strings"
	"testing"

	"github.com/autover/autover/analyzer"
)

// Flags go before the environment; what is empty on purpose is told apart from
// what was never said.
func TestKnobsReachTheAnalysis(t *testing.T) {
	target := []string{"a.B"}
	tests := []struct {
		env, args string
		want      analyzer.Config
	}{
		{"", "-policy body -toolchain actual -platform linux/amd64 -image i -image-spec s", analyzer.Config{Targets: target, Policy: "body", Toolchain: "actual", Platform: "linux/amd64", Image: "i", ImageSpec: "s"}},
		{"", "-policy -toolchain", analyzer.Config{Targets: target, Policy: "-toolchain"}},
		{"", "-policy=+platform,-toolchain", analyzer.Config{Targets: target, Policy: "+platform,-toolchain"}},
		{"", "-files a,b/** -files c", analyzer.Config{Targets: target, Files: []string{"a", "b/**", "c"}}},
		{"", "-policy= -salt= -image=", analyzer.Config{Targets: target, Clear: []string{"policy", "salt", "image"}}},
		{"AUTOVER_SALT=e", "", analyzer.Config{Targets: target, Salt: "e"}},
		{"AUTOVER_SALT=e", "-salt f", analyzer.Config{Targets: target, Salt: "f"}},
		{"AUTOVER_SALT=e", "-salt=", analyzer.Config{Targets: target, Clear: []string{"salt"}}},
		{"AUTOVER_SALT=", "", analyzer.Config{Targets: target}},
		{"AUTOVER_SALT=d AUTOVER_SALT=e", "", analyzer.Config{Targets: target, Salt: "e"}},
		{"AUTOVER_FILES=a,b AUTOVER_IMAGE_SPEC=s AUTOVER_TEST=1", "", analyzer.Config{Targets: target, Files: []string{"a", "b"}, ImageSpec: "s", Tests: true}},
		{"AUTOVER_TEST=1", "-test=false", analyzer.Config{Targets: target, Clear: []string{"test"}}},
		{"AUTOVER_CACHE=/c AUTOVER_SLAT= AUTOVER_JSON=1 AUTOVER=x autover_salt=y", "", analyzer.Config{Targets: target, Cache: "/c"}},
	}
	for _, test := range tests {
		f := newFake()
		f.env = strings.Fields(test.env)
		args := append([]string{"hash", "a.B"}, strings.Fields(test.args)...)
		if status := f.main(t.Context(), args...); status != 0 {
			t.Errorf("%s autover hash %s: exit status %d: %s", test.env, test.args, status, &f.stderr)
			continue
		}
		f.cfg.Env = nil
		if got, want := asJSON(t, f.cfg), asJSON(t, test.want); got != want {
			t.Errorf("%s autover hash %s:\n got %s\nwant %s", test.env, test.args, got, want)
		}
	}
}

// What list can't use, the environment doesn't set for it.
func TestKnobsOfList(t *testing.T) {
	f := newFake()
	f.env = []string{"AUTOVER_SALT=x", "AUTOVER_TAGS=y"}
	if status := f.main(t.Context(), "list"); status != 0 || f.cfg.Salt != "" || f.cfg.Tags != "y" {
		t.Errorf("exit status %d: %s; %+v", status, &f.stderr, f.cfg)
	}
	f.env = []string{"AUTOVER_TEST=perhaps"}
	if status := f.main(t.Context(), "list"); status != 2 || !strings.Contains(f.stderr.String(), `bad value "perhaps" of AUTOVER_TEST`) {
		t.Errorf("exit status %d: %s", status, &f.stderr)
	}
}

func TestMisspeltVariable(t *testing.T) {
	f := newFake()
	f.env = []string{"AUTOVER_IMAGE_SPEC=x", "AUTOVER_IMAGE-SPEC=y"}
	if status := f.main(t.Context(), "hash", "x"); status != 2 || f.stderr.String() != "autover: unknown variable AUTOVER_IMAGE-SPEC; did you mean AUTOVER_IMAGE_SPEC?\n" || f.calls > 0 {
		t.Errorf("exit status %d: %s", status, &f.stderr)
	}
}

// Every format prints the pin, and says that it is one.
func TestPins(t *testing.T) {
	automatic, then := version("1"), version("3")
	for _, test := range []struct {
		at, says, fields string
	}{
		{"", "autover: p.go:9: example.com/shop/pricing.Quote is pinned to v7; the version of its code is " + automatic + "\n", "v7|true|" + automatic + "||false"},
		{automatic, "autover: p.go:9: example.com/shop/pricing.Quote is pinned to v7, and its code is the same as then\n", "v7|true|" + automatic + "|" + automatic + "|false"},
		{then, "autover: warning: p.go:9: example.com/shop/pricing.Quote is pinned to v7, but its code has moved since: it was " + then + " and is " + automatic + "\n", "v7|true|" + automatic + "|" + then + "|true"},
	} {
		f := newFake()
		f.report.Single = true
		f.report.Targets = f.report.Targets[:1]
		quote := &f.report.Targets[0]
		quote.Version, quote.Task = "v7", "quote"
		quote.Pin = &analyzer.Pin{Position: "p.go:9", Automatic: automatic, At: test.at}
		for args, want := range map[string]string{
			"x":                "v7\n",
			"-format dotenv x": "PRICING_QUOTE=v7\n",
			"-format github x": "pricing_quote=v7\n",
			"-f {{.version}}|{{.pinned}}|{{.automatic}}|{{.pinnedAt}}|{{.moved}} x": test.fields + "\n",
		} {
			words := append([]string{"hash"}, strings.Fields(args)...)
			if status := f.main(t.Context(), words...); status != 0 || f.stdout.String() != want || !strings.Contains(f.stderr.String(), test.says) {
				t.Errorf("autover hash %s: exit status %d, prints %q, want %q; says %q, want %q", args, status, &f.stdout, want, &f.stderr, test.says)
			}
		}
		if f.main(t.Context(), "hash", "-json", "x") != 0 || !strings.Contains(f.stdout.String(), `"pinned": true`) || strings.Contains(f.stdout.String(), `"moved": true`) != (test.at == then) || f.stderr.Len() > 0 {
			t.Errorf("autover hash -json prints %s and says %s", &f.stdout, &f.stderr)
		}
	}
}
