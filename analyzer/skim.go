package analyzer

import "bytes"

// skimmed is the text of a Go file without what its API does not need.
type skimmed struct {
	// text is the file with an empty body for each function declaration,
	// without the elements of composite literals in which nothing is called
	// (tables), and without the comments after the package clause. It has other
	// offsets and line numbers than the file.
	text []byte
	// funcs are the function declarations of the file, in order.
	funcs []funcText
	// linknames are the //go:linkname comments.
	linknames []string
}

// funcText is the full text of a function declaration.
type funcText struct {
	text []byte
	// body is false for a function that is implemented elsewhere.
	body bool
}

// skim drops function bodies, tables and comments before a file is parsed,
// which is several times faster than parsing and checking them. It needs no more of the syntax than
// strings, comments, brackets and where declarations begin; on valid Go source
// it is exact, and ok is false where it notices that the source is not valid.
//
// The bodies stay as {}: the type checker refuses generic functions without a
// body, and does not miss the uses of imports when it ignores bodies.
func skim(src []byte) (s skimmed, ok bool) {
	l := &lexer{src: src}
	start := 0      // of the current declaration
	copied := 0     // everything before is in s.text
	begin := true   // the next token begins a declaration
	header := true  // the package clause is not complete
	inFunc := false // in the signature of a function declaration
	value := false  // in the initial value of a variable, before anything with a function or an array of open length
	level := 0      // brackets around the current specification: 1 in "var (...)"
	inVar := false  // in a variable declaration
	keyword := ""   // the last token, if it is a keyword
	s.text = make([]byte, 0, len(src)/3)
	for {
		t := l.next()
		at := l.start
		switch t {
		case eofToken:
			if l.depth != 0 {
				return s, false
			}
			if inFunc {
				s.funcs = append(s.funcs, funcText{src[start:], false})
			}
			s.text = append(s.text, src[copied:]...)
			return s, true
		case badToken:
			return s, false
		case commentToken:
			if c := src[at:l.pos]; bytes.HasPrefix(c, []byte("//go:linkname ")) {
				s.linknames = append(s.linknames, string(c))
			}
			if !header {
				s.text = append(append(s.text, src[copied:at]...), ' ')
				if l.newline {
					s.text = append(s.text, '\n')
				}
				copied = l.pos
			}
			if !l.newline {
				continue
			}
			fallthrough
		case newlineToken, semicolonToken:
			if l.depth == level && (t == semicolonToken || l.ends) {
				value = false
			}
			if l.depth > 0 || t != semicolonToken && !l.ends {
				continue
			}
			inVar, level = false, 0
			if inFunc {
				s.funcs = append(s.funcs, funcText{src[start:at], false})
			}
			begin, inFunc, keyword, header = true, false, "", header && begin
			l.ends = false
		case openToken:
			if inFunc && l.depth == 1 && src[at] == '{' && keyword != "struct" && keyword != "interface" {
				if !l.skipBlock() {
					return s, false
				}
				s.funcs = append(s.funcs, funcText{src[start:l.pos], true})
				s.text = append(append(s.text, src[copied:at]...), "{}"...)
				copied = l.pos
				inFunc = false
			}
			if inVar && keyword == "var" && src[at] == '(' {
				level = 1
			}
			if value && l.depth == level+1 && src[at] == '{' && keyword != "struct" && keyword != "interface" {
				if ahead := *l; ahead.skipBlock() && !ahead.called {
					s.text = append(append(s.text, src[copied:at]...), "{}"...)
					*l = ahead
					copied = l.pos
				}
			}
			keyword, begin = "", false
		case wordToken:
			word := src[at:l.pos]
			keyword = ""
			if isKeyword(word) {
				keyword = string(word)
				l.ends = false
			}
			switch {
			case begin && keyword == "func":
				inFunc, start = true, at
			case begin && keyword == "var":
				inVar = true
			case keyword == "func":
				value = false
			}
			begin = false
		default:
			if l.depth == level && src[at] == '=' {
				value = inVar
			} else if value && bytes.HasPrefix(src[at:], []byte("...")) {
				value = false
			}
			keyword, begin = "", false
		}
	}
}

// isKeyword recognises the keywords that can occur outside function bodies; no
// semicolon is inserted after them.
func isKeyword(word []byte) bool {
	switch string(word) {
	case "func", "struct", "interface", "map", "chan", "type", "var", "const", "import", "package":
		return true
	}
	return false
}

type tokenKind int

const (
	eofToken tokenKind = iota
	badToken
	commentToken
	newlineToken
	semicolonToken
	openToken  // ( [ {
	closeToken // ) ] }
	wordToken  // identifier, keyword or number
	otherToken
)

// lexer splits Go source into tokens as coarse as skim can use.
type lexer struct {
	src     []byte
	start   int  // of the last token
	pos     int  // behind it
	depth   int  // open brackets
	ends    bool // a newline here ends a declaration
	newline bool // the last comment acts like a newline
	called  bool // the last block skipped has a parenthesis
}

func (l *lexer) next() tokenKind {
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		l.start = l.pos
		l.pos++
		switch c {
		case ' ', '\t', '\r':
			continue
		case '\n':
			return newlineToken
		case ';':
			return semicolonToken
		case '(', '[', '{':
			l.depth++
			l.ends = false
			return openToken
		case ')', ']', '}':
			l.depth--
			l.ends = true
			if l.depth < 0 {
				return badToken
			}
			return closeToken
		case '"', '\'', '`':
			l.ends = true
			if !l.skipQuoted(c) {
				return badToken
			}
			return otherToken
		case '/':
			if k := l.comment(); k != otherToken {
				return k
			}
			l.ends = false
			return otherToken
		}
		if isWord(c) {
			for l.pos < len(l.src) && isWord(l.src[l.pos]) {
				l.pos++
			}
			l.ends = true
			return wordToken
		}
		l.ends = false
		return otherToken
	}
	return eofToken
}

func isWord(c byte) bool {
	return c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// comment skips a comment whose first slash has been read; other means that it
// is none. The newline after a // comment belongs to it.
func (l *lexer) comment() tokenKind {
	if l.pos == len(l.src) {
		return otherToken
	}
	switch l.src[l.pos] {
	case '/':
		l.newline = true
		if i := bytes.IndexByte(l.src[l.pos:], '\n'); i >= 0 {
			l.pos += i + 1
		} else {
			l.pos = len(l.src)
		}
		return commentToken
	case '*':
		i := bytes.Index(l.src[l.pos+1:], []byte("*/"))
		if i < 0 {
			return badToken
		}
		text := l.src[l.pos+1 : l.pos+1+i]
		l.newline = bytes.IndexByte(text, '\n') >= 0
		l.pos += i + 3
		return commentToken
	}
	return otherToken
}

// skipQuoted skips a string or rune literal whose opening quote has been read.
func (l *lexer) skipQuoted(quote byte) bool {
	if quote == '`' {
		i := bytes.IndexByte(l.src[l.pos:], '`')
		l.pos += i + 1
		return i >= 0
	}
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		l.pos++
		switch c {
		case quote:
			return true
		case '\\':
			l.pos++
		case '\n':
			return false
		}
	}
	return false
}

// skipBlock skips to behind the brace that closes one just read.
func (l *lexer) skipBlock() bool {
	outside := l.depth - 1
	l.called = false
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		l.pos++
		switch c {
		case '{':
			l.depth++
		case '}':
			if l.depth--; l.depth == outside {
				l.ends = true
				return true
			}
		case '(':
			l.called = true
		case '"', '\'', '`':
			if !l.skipQuoted(c) {
				return false
			}
		case '/':
			if l.comment() == badToken {
				return false
			}
		}
	}
	return false
}
