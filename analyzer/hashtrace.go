package analyzer

import (
	"fmt"
	"go/ast"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/symbol"
)

// HashToken is a token that enters a digest, or the digest at the end of a stream
// of them.
type HashToken = hasher.Token

// hashTrace passes on what enters the digests of one function: of its normal form
// and of the literals in it, of their nodes, and of its version. Nil, it passes on
// nothing.
type hashTrace struct {
	decl  *ast.FuncDecl
	id    symbol.ID
	trace hasher.Tracer
}

// traceHash finds the function whose digests Config.TraceHash asks for. The files
// must have been type-checked.
func (w *world) traceHash(cfg Config) error {
	if cfg.HashTrace == nil {
		return nil
	}
	sel, err := w.choose(&resolver{}, []string{cfg.TraceHash})
	if err != nil {
		return err
	}
	if !sel.single || sel.targets[0].object() == nil {
		return fmt.Errorf("trace the hash of %s: it is no single function: name one, such as %s", cfg.TraceHash, sel.targets[0].name)
	}
	t := sel.targets[0]
	w.traced = &hashTrace{t.decl(), symbol.Of(t.object()), cfg.HashTrace}
	return nil
}

// form returns the tracer of a function's form.
func (t *hashTrace) form(d *ast.FuncDecl) hasher.Tracer {
	if t == nil || d != t.decl {
		return nil
	}
	return t.trace
}

// of returns the tracer of a function or of a literal in it.
func (t *hashTrace) of(id symbol.ID) hasher.Tracer {
	if t == nil || symbol.Declaration(id) != t.id {
		return nil
	}
	return t.trace
}
