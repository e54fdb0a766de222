package analyzer

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// command is a policy that a configuration file defines: a program whose
// standard output counts. It runs once, without a shell, in the folder of the
// file.
type command struct {
	name string
	// words are the program and its arguments. A program with a slash is
	// relative to dir.
	words []string
	line  int    // in the configuration file
	at    string // the same with the name of the file
	dir   string
	env   []string
	done  bool
	out   string
}

// commandGrace is how long a cancelled command may hold on to its output.
const commandGrace = time.Second

func (c *command) Name() string { return c.name }

func (c *command) Contribution(ctx context.Context, _ Subject) (string, error) {
	err := c.run(ctx)
	return c.out, err
}

// run runs the command unless it has been run.
func (c *command) run(ctx context.Context) error {
	if c.done {
		return nil
	}
	name := c.words[0]
	if strings.ContainsRune(name, '/') && !filepath.IsAbs(name) {
		name = filepath.Join(c.dir, filepath.FromSlash(name))
	}
	cmd := exec.CommandContext(ctx, name, c.words[1:]...)
	cmd.Dir, cmd.WaitDelay = c.dir, commandGrace
	cmd.Env = append(slices.Clip(c.env), "PWD="+c.dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if said := strings.Join(strings.Fields(stderr.String()), " "); said != "" {
			err = fmt.Errorf("%w: %s", err, said)
		}
		return fmt.Errorf("%s: run %s: %w: correct the command", c.at, strings.Join(c.words, " "), err)
	}
	c.done, c.out = true, string(out)
	return nil
}
