//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// limit replaces this process by a command that may use MEBIBYTES of address
// space: a mutated loop that appends forever must not take the machine down.
// It returns only on failure.
func limit(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("%s MEBIBYTES COMMAND: %w", limitCommand, errUsage)
	}
	mebibytes, err := strconv.ParseUint(args[0], 10, 32)
	if err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	bound := syscall.Rlimit{Cur: mebibytes << 20, Max: mebibytes << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &bound); err != nil {
		return fmt.Errorf("limit memory: %w", err)
	}
	name, err := exec.LookPath(args[1])
	if err != nil {
		return fmt.Errorf("limit memory of %s: %w", args[1], err)
	}
	return fmt.Errorf("run %s: %w", name, syscall.Exec(name, args[1:], os.Environ()))
}
