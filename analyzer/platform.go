package analyzer

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// The platform policy and -platform are about the same four things: GOOS,
// GOARCH, CGO_ENABLED and the build tags.

// pinPlatform returns an environment of the go command in which the platform is the one
// given, and CGO_ENABLED doesn't depend on the machine.
func pinPlatform(platform string, environ []string) ([]string, error) {
	parts := strings.Split(platform, "/")
	cgo := len(parts) == 3 && parts[2] == "cgo"
	if len(parts) != 2 && !cgo || parts[0] == "" || parts[1] == "" {
		return nil, fmt.Errorf("bad platform %q: write GOOS/GOARCH, as in linux/amd64, or GOOS/GOARCH/cgo", platform)
	}
	environ = append(slices.Clip(environ), "GOOS="+parts[0], "GOARCH="+parts[1])
	set := slices.ContainsFunc(environ, func(kv string) bool {
		value, ok := strings.CutPrefix(kv, "CGO_ENABLED=")
		return ok && value != ""
	})
	switch {
	case cgo:
		environ = append(environ, "CGO_ENABLED=1")
	case !set:
		environ = append(environ, "CGO_ENABLED=0")
	}
	return environ, nil
}

// pin applies the platform of a configuration, and reads the settings of the go
// command again if it has one.
func (w *world) pin(ctx context.Context, cfg Config, environ []string, l *listing) ([]string, error) {
	if cfg.Platform == "" {
		return environ, nil
	}
	environ, err := pinPlatform(cfg.Platform, environ)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.origin("platform"), err)
	}
	goos, rest, _ := strings.Cut(cfg.Platform, "/")
	goarch, _, _ := strings.Cut(rest, "/")
	// The go command lists packages for any platform, known or not.
	known, err := w.in.ReadFile(filepath.Join(w.env["GOROOT"], "src", "internal", "platform", "zosarch.go"))
	if err == nil && !strings.Contains(string(known), fmt.Sprintf("{%q, %q}", goos, goarch)) {
		return nil, fmt.Errorf("%s: unknown platform %s: use one of 'go tool dist list'", w.origin("platform"), cfg.Platform)
	}
	if w.env, err = l.goEnv(ctx, w.dir, cfg.Platform, environ); err != nil {
		return nil, err
	}
	w.goos, w.goarch = w.env["GOOS"], w.env["GOARCH"]
	return environ, nil
}

// platform returns what the policy platform adds.
func (w *world) platform() []string {
	list := []string{"GOOS=" + w.goos, "GOARCH=" + w.goarch, "CGO_ENABLED=" + w.env["CGO_ENABLED"]}
	// The level of the architecture, such as GOAMD64, decides how floating-point operations are rounded.
	if key := "GO" + strings.TrimSuffix(strings.ToUpper(w.goarch), "LE"); w.env[key] != "" {
		list = append(list, key+"="+w.env[key])
	}
	return append(list, w.userTags()...)
}
