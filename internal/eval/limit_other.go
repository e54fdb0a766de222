//go:build !unix

package main

import "errors"

// limit needs a system that can replace a process; run without -memory.
func limit([]string) error {
	return errors.New("limit memory: not on this system: use -memory 0")
}
