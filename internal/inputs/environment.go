package inputs

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// GoCommand returns the go command that this process runs, whatever environment
// it gives to it; empty if there is none.
func GoCommand() string {
	name, err := exec.LookPath("go")
	if err != nil {
		return ""
	}
	return name
}

// LookPath returns the program of that name in the folders of a PATH, or with a
// path of its own; empty if there is none.
func LookPath(name, path string) string {
	if strings.ContainsAny(name, `/\`) {
		return executable(name)
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue // programs don't run such ones either
		}
		if file := executable(filepath.Join(dir, name)); file != "" {
			return file
		}
	}
	return ""
}

func executable(name string) string {
	if runtime.GOOS == "windows" && filepath.Ext(name) == "" {
		name += ".exe"
	}
	info, err := os.Stat(name)
	if err != nil || info.IsDir() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
		return ""
	}
	return name
}

// GoEnvFile returns the file in which "go env -w" keeps settings; empty if there
// is none in this environment.
func GoEnvFile(env map[string]string) string {
	if file := env["GOENV"]; file != "" {
		if file == "off" {
			return ""
		}
		return file
	}
	dir := userDir(env, "AppData", filepath.Join("Library", "Application Support"), "XDG_CONFIG_HOME", ".config")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "go", "env")
}

// CacheDir returns the folder in which users keep caches, as os.UserCacheDir does
// for the environment of this process; empty if there is none.
func CacheDir(env map[string]string) string {
	return userDir(env, "LocalAppData", filepath.Join("Library", "Caches"), "XDG_CACHE_HOME", ".cache")
}

// userDir returns a folder of the user's: what a variable says on Windows, a folder
// of the home folder on Apple's systems, and what a variable says elsewhere, or
// else a folder of the home folder.
func userDir(env map[string]string, windows, apple, variable, home string) string {
	switch {
	case runtime.GOOS == "windows":
		return env[windows]
	case runtime.GOOS != "darwin" && env[variable] != "":
		return env[variable]
	case env["HOME"] == "":
		return ""
	case runtime.GOOS == "darwin":
		return filepath.Join(env["HOME"], apple)
	}
	return filepath.Join(env["HOME"], home)
}
