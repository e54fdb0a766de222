package analyzer

import (
	"path/filepath"
	"strings"

	"github.com/autover/autover/internal/inputs"
)

// DefaultCache returns the folder in which a user's cache is kept, by an
// environment in the form of os.Environ; empty if that names none.
func DefaultCache(env []string) string {
	values := make(map[string]string)
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		values[name] = value
	}
	dir := inputs.CacheDir(values)
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Join(dir, "autover")
}
