package analyzer

import (
	"context"
	"github.com/autover/autover/internal/inputs"
	"os"
	"testing"
)

// BenchmarkLoadAndCheck measures load and check of the module in
// AUTOVER_BENCH_DIR, or of autover itself.
//
// 2026-11-22, 2 shared cores, Go 1.26.8, cli/cli (253 private packages with
// 170,000 lines, 802 external ones), processor time without that of go list:
//
//	external files parsed in full      2.2 s   693 MB allocated   250 MB resident
//	bodies and comments skimmed        1.7 s   587 MB allocated   225 MB resident
//	tables skimmed too                 1.2 s   474 MB allocated   230 MB resident
//	... with GOGC=400                  0.7 s                      340 MB resident
func BenchmarkLoadAndCheck(b *testing.B) {
	dir := os.Getenv("AUTOVER_BENCH_DIR")
	if dir == "" {
		dir = ".."
	}
	b.ReportAllocs()
	for b.Loop() {
		w, err := load(context.Background(), Config{Dir: dir}, inputs.NewReader(false), &listing{})
		if err != nil {
			b.Fatal(err)
		}
		if err := w.check(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
