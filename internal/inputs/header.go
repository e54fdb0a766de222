package inputs

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strconv"

	"github.com/autover/autover/internal/store"
)

// headerFact is the fact of what go list reads of a Go file: all up to the end of the
// last import, with build constraints, directives and the comment of import "C".
// Where go list would read on, it is that of the whole file.
func headerFact(src []byte) store.ID { return store.Digest(src[:headerLen(src)]) }

// headerLen returns where the imports of a file end. It is the length of a file which
// go list reads to its end: one that imports package embed, in which it looks for
// patterns, and one whose beginning isn't that of a Go file.
func headerLen(src []byte) int {
	whole := len(src)
	if bytes.IndexByte(src, 0) >= 0 {
		return whole
	}
	var s scanner.Scanner
	faults := 0
	file := token.NewFileSet().AddFile("", -1, len(src))
	s.Init(file, src, func(token.Position, string) { faults++ }, 0)
	expect := func(want token.Token) bool {
		_, tok, _ := s.Scan()
		return tok == want
	}
	if !expect(token.PACKAGE) || !expect(token.IDENT) {
		return whole
	}
	pos, tok, _ := s.Scan()
	if tok != token.SEMICOLON {
		return whole
	}
	end := file.Offset(pos)
	for {
		switch _, tok, _ := s.Scan(); tok {
		case token.IMPORT:
			var ok bool
			if end, ok = importEnd(&s, file); !ok {
				return whole
			}
		case token.CONST, token.TYPE, token.VAR, token.FUNC, token.EOF:
			if faults > 0 {
				return whole
			}
			return end
		default:
			return whole
		}
	}
}

// importEnd reads an import declaration behind its keyword and returns where it ends;
// false if it isn't one, or imports package embed.
func importEnd(s *scanner.Scanner, file *token.File) (end int, ok bool) {
	for depth := 0; ; {
		pos, tok, text := s.Scan()
		switch tok {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		case token.STRING:
			if path, err := strconv.Unquote(text); err != nil || path == "embed" {
				return 0, false
			}
		case token.SEMICOLON:
			if depth == 0 {
				return file.Offset(pos), true
			}
		case token.IDENT, token.PERIOD:
		default:
			return 0, false
		}
	}
}
