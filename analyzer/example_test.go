package analyzer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/autover/autover/analyzer"
)

// schema is a policy of a program's own: the version of the database schema for
// which the functions of some packages are written.
type schema struct{ version int }

func (schema) Name() string { return "schema" }

func (s schema) Contribution(_ context.Context, f analyzer.Subject) (string, error) {
	if !strings.HasSuffix(f.Package, "/pricing") {
		return "", nil
	}
	return fmt.Sprint(s.version), nil
}

// A program asks for the version of a function, to which a policy of its own
// contributes.
func ExampleRun() {
	version := func(s schema) string {
		report, err := analyzer.Run(context.Background(), analyzer.Config{
			Dir:     filepath.Join("..", "testdata", "shop"),
			Targets: []string{"./pricing.Quote"},
			Custom:  []analyzer.Policy{s},
		})
		if err != nil {
			panic(err)
		}
		quote := report.Targets[0]
		fmt.Println(quote.Name, quote.Position, quote.Functions)
		return quote.Version
	}
	first, again, next := version(schema{1}), version(schema{1}), version(schema{2})
	fmt.Println(first == again, first == next)
	// Output:
	// example.com/shop/pricing.Quote pricing/quote.go:7 3
	// example.com/shop/pricing.Quote pricing/quote.go:7 3
	// example.com/shop/pricing.Quote pricing/quote.go:7 3
	// true false
}
