package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// limitCommand is the hidden instrument that runs a test binary with bounded
// memory.
const limitCommand = "limit"

// run executes a command in a folder and returns its standard output. env is
// added to the environment.
func run(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = dir
	c.Env = append(c.Environ(), env...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("run %s %s: %w: %s", name, strings.Join(args, " "), err, tail(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// tail is the end of what a failed command said.
func tail(text string) string {
	const most = 600
	text = strings.TrimSpace(text)
	if len(text) > most {
		text = "..." + text[len(text)-most:]
	}
	return text
}

// A versioner computes the versions of the targets in a folder: of the exported
// functions and methods of a module, or of its tests.
type versioner func(ctx context.Context, dir string, tests bool) (map[string]string, error)

// command is the versioner that runs an autover binary.
func command(binary string) versioner {
	return func(ctx context.Context, dir string, tests bool) (map[string]string, error) {
		args := []string{"hash", "-json"}
		if tests {
			args = append(args, "-test")
		}
		out, err := run(ctx, dir, nil, binary, append(args, "./...")...)
		if err != nil {
			return nil, err
		}
		var report struct {
			Targets []struct{ Target, Version string }
		}
		if err := json.Unmarshal(out, &report); err != nil {
			return nil, fmt.Errorf("read the report of %s: %w", binary, err)
		}
		versions := make(map[string]string, len(report.Targets))
		for _, t := range report.Targets {
			versions[t.Target] = t.Version
		}
		return versions, nil
	}
}

// resolveBinary makes a path with a slash absolute, since commands run in other
// folders.
func resolveBinary(binary string) (string, error) {
	path, err := exec.LookPath(binary)
	if err != nil {
		return "", fmt.Errorf("find autover: %w: build it with go build and name it with -autover", err)
	}
	return filepath.Abs(path)
}

// copyTree copies a module, writable and without its history.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o777)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case !d.Type().IsRegular():
			return nil
		}
		return copyFile(name, target)
	})
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

// withCopy runs f on a copy of a module that is removed afterwards.
func withCopy(dir string, f func(copied string) error) error {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	return withTemp(func(temp string) error {
		if err := copyTree(dir, temp); err != nil {
			return fmt.Errorf("copy the module: %w", err)
		}
		return f(temp)
	})
}

// withTemp runs f with a temporary folder that is removed afterwards.
func withTemp(f func(temp string) error) (err error) {
	temp, err := os.MkdirTemp("", "autover-eval-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	// The go command names folders without symbolic links.
	if temp, err = filepath.EvalSymlinks(temp); err != nil {
		return err
	}
	return f(temp)
}
