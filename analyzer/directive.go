package analyzer

import (
	"errors"
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/autover/autover/internal/near"
)

// directivePrefix begins the comments that are directives, in Go's own form: a
// comment with a space after the slashes is prose.
const directivePrefix = "//autover:"

var directiveNames = []string{"task", "ignore", "depends", "pin"}

// label is what names of tasks and pins look like. It fits a Kubernetes label,
// an OCI tag and a file name.
var label = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

const labelForm = "1 to 63 letters, digits, '.', '_' and '-', the first one a letter or digit"

// directives are what the //autover: comments of one function say.
type directives struct {
	task    *task
	pin     *pin
	ignored bool
	depends []glob
	// at is the position of the first one.
	at string
}

// task is //autover:task [NAME] [salt=S] [image=NAME].
type task struct {
	name, salt, image, at string
}

// pin is //autover:pin STRING [at=VERSION].
type pin struct {
	value, version, at string
}

// glob is one word of //autover:depends, relative to the folder of the package,
// or one of configured files.
type glob struct {
	pattern, at string
}

// readDirectives collects the directives of a parsed package. Unknown,
// malformed and misplaced ones become problems of the package.
func (w *world) readDirectives(p *privatePackage) {
	for _, f := range p.files {
		owner := make(map[*ast.Comment]*ast.FuncDecl)
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Doc != nil {
				for _, c := range fd.Doc.List {
					owner[c] = fd
				}
			}
		}
		for _, g := range f.Comments {
			for _, c := range g.List {
				if text, ok := strings.CutPrefix(c.Text, directivePrefix); ok {
					if err := p.readDirective(owner[c], text, w.position(c.Pos())); err != nil {
						p.errs = append(p.errs, problem{pkg: p.path, pos: w.position(c.Pos()), msg: err.Error()})
					}
				}
			}
		}
	}
}

// readDirective adds one directive to those of its function.
func (p *privatePackage) readDirective(fd *ast.FuncDecl, text, at string) error {
	name, args, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	what := directivePrefix + name
	switch {
	case !slices.Contains(directiveNames, name):
		if similar := near.Best(name, directiveNames); similar != "" {
			return fmt.Errorf("unknown directive %s: did you mean %s%s?", what, directivePrefix, similar)
		}
		return fmt.Errorf("unknown directive %s: there are %s", what, strings.Join(directiveNames, ", "))
	case fd == nil:
		return fmt.Errorf("%s belongs to no function: write it in the comment right above one, without a blank line in between", what)
	case fd.Name.Name == "_":
		return fmt.Errorf("%s belongs to a blank function, which nothing can reach: give the function a name", what)
	case fd.Recv == nil && fd.Name.Name == "init" && name != "depends":
		return fmt.Errorf("%s belongs to an init function, which nothing calls: move it to a function with a name of its own", what)
	}
	words, err := directiveWords(args)
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	d := p.directives[fd]
	if d == nil {
		d = &directives{at: at}
	}
	switch name {
	case "task":
		err = d.readTask(words, fd, at)
	case "ignore":
		err = d.readIgnore(words)
	case "depends":
		err = d.readDepends(words, at)
	case "pin":
		err = d.readPin(words, at)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	if p.directives == nil {
		p.directives = make(map[*ast.FuncDecl]*directives)
	}
	p.directives[fd] = d
	return nil
}

func (d *directives) readTask(words []string, fd *ast.FuncDecl, at string) error {
	if d.task != nil {
		return fmt.Errorf("the function is a task already (%s): remove one of the directives", d.task.at)
	}
	t := &task{at: at}
	for i, word := range words {
		key, value, ok := strings.Cut(word, "=")
		var to *string
		switch {
		case !ok && i == 0:
			to, value = &t.name, word
		case !ok:
			return fmt.Errorf("unexpected %q: write //autover:task NAME salt=S image=NAME, where each part may be left out", word)
		case key == "salt":
			to = &t.salt
		case key == "image":
			to = &t.image
		default:
			return fmt.Errorf("unknown setting %s: there are salt=S and image=NAME", key)
		}
		if value == "" {
			return fmt.Errorf("%q is empty: leave it out or give it a value", word)
		}
		if *to != "" {
			return fmt.Errorf("%s is there twice: remove one", key)
		}
		*to = value
	}
	if t.name == "" {
		t.name = defaultTaskName(fd)
		if !label.MatchString(t.name) {
			return fmt.Errorf("the function's name %q can't name the task: write //autover:task NAME, with %s", t.name, labelForm)
		}
	}
	if !label.MatchString(t.name) {
		return fmt.Errorf("bad name %q: use %s", t.name, labelForm)
	}
	d.task = t
	return nil
}

// defaultTaskName is the name of a task that gives itself none: Func or Type.Method.
func defaultTaskName(fd *ast.FuncDecl) string {
	if fd.Recv == nil || len(fd.Recv.List) == 0 {
		return fd.Name.Name
	}
	return (&declarations{}).typeName(fd.Recv.List[0].Type) + "." + fd.Name.Name
}

func (d *directives) readIgnore(words []string) error {
	switch {
	case len(words) > 0:
		return fmt.Errorf("unexpected %q: it takes nothing", words[0])
	case d.ignored:
		return errors.New("it is there twice: remove one")
	}
	d.ignored = true
	return nil
}

func (d *directives) readDepends(words []string, at string) error {
	if len(words) == 0 {
		return errors.New("it names no file: write //autover:depends GLOB, relative to the folder of the package")
	}
	for _, word := range words {
		if err := checkGlob(word); err != nil {
			return err
		}
		d.depends = append(d.depends, glob{word, at})
	}
	return nil
}

func (d *directives) readPin(words []string, at string) error {
	if d.pin != nil {
		return fmt.Errorf("the version is pinned already (%s): remove one of the directives", d.pin.at)
	}
	if len(words) == 0 {
		return errors.New("it names no version: write //autover:pin VERSION")
	}
	q := &pin{value: words[0], at: at}
	if !label.MatchString(q.value) {
		return fmt.Errorf("bad version %q: use %s", q.value, labelForm)
	}
	for _, word := range words[1:] {
		version, ok := strings.CutPrefix(word, "at=")
		switch {
		case !ok:
			return fmt.Errorf("unexpected %q: write //autover:pin VERSION at=A1..., where the second part, the automatic version at that time, may be left out", word)
		case q.version != "":
			return errors.New("at= is there twice: remove one")
		case !automatic.MatchString(version):
			return fmt.Errorf("bad version %q: at= takes an automatic version, %s and 32 hexadecimal digits", version, Scheme)
		}
		q.version = version
	}
	d.pin = q
	return nil
}

// automatic recognises versions, of any scheme, that are no pins.
var automatic = regexp.MustCompile(`^[a-z][0-9]+[0-9a-f]{32}$`)

// directiveWords splits the arguments of a directive at white space. A word, or
// what follows its first '=', may be a Go string literal.
func directiveWords(args string) ([]string, error) {
	var words []string
	for {
		args = strings.TrimLeftFunc(args, unicode.IsSpace)
		if args == "" {
			return words, nil
		}
		end := strings.IndexFunc(args, unicode.IsSpace)
		if end < 0 {
			end = len(args)
		}
		word := args[:end]
		start := 0 // of the literal
		if i := strings.IndexByte(word, '='); i >= 0 && !isQuote(args[0]) {
			start = i + 1
		}
		if q := args[start:]; q != "" && isQuote(q[0]) {
			quoted, err := strconv.QuotedPrefix(q)
			if err != nil {
				return nil, fmt.Errorf("invalid quoted string %s: correct it", q)
			}
			value, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("invalid quoted string %s: correct it", quoted)
			}
			word, end = args[:start]+value, start+len(quoted)
			if end < len(args) && !unicode.IsSpace(rune(args[end])) {
				return nil, fmt.Errorf("no space behind %s: add one", quoted)
			}
		}
		words, args = append(words, word), args[end:]
	}
}

func isQuote(c byte) bool { return c == '"' || c == '`' }
