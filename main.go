// Autover prints a version for a Go function: a short string that changes when
// the code behind the function may behave differently, and only then.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/autover/autover/cmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cmd.Main(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
