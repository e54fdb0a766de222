// Package genmodule makes modules of any size, to see how time and memory grow with
// it. They compile, have no requirements, and mix what programs are made of:
// layers of packages, interfaces with several implementations, function values,
// variables that functions change, and calls of the standard library. The same
// shape always gives the same module.
package genmodule

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Shape is that of a module.
type Shape struct {
	// Packages is how many there are, and Groups, at least one, the number of parts
	// that have nothing to do with each other, as the services in one repository. In a
	// group, everything gets to everything below: a function to all functions that are
	// handed down to it. So what there is to find grows with the square of its size.
	Packages, Groups int
	// Depth is the number of layers of a group, each of which imports some of the one
	// below.
	Depth int
	// Functions and Interfaces are those of each package; an interface has two
	// implementations.
	Functions, Interfaces int
}

// Write writes the module into a new folder and returns the number of its lines. The same shape is
// the same module.
func (s Shape) Write(dir string) (lines int, err error) {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/generated\n\ngo 1.24\n"), 0o666); err != nil {
		return 0, err
	}
	for i := range s.Packages {
		text := s.source(i)
		lines += strings.Count(text, "\n")
		folder := filepath.Join(dir, fmt.Sprintf("p%d", i))
		if err := os.Mkdir(folder, 0o777); err != nil {
			return 0, err
		}
		if err := os.WriteFile(filepath.Join(folder, "p.go"), []byte(text), 0o666); err != nil {
			return 0, err
		}
	}
	return lines, nil
}

// imports returns the packages that a package imports: up to three of the layer
// below in its group.
func (s Shape) imports(i int) []int {
	group := (s.Packages + s.Groups - 1) / s.Groups
	first, i := i/group*group, i%group
	size := (min(group, s.Packages-first) + s.Depth - 1) / s.Depth
	layer := i / size
	if layer == 0 {
		return nil
	}
	var list []int
	for k := range min(3, size) {
		list = append(list, first+(layer-1)*size+(i*7+k)%size)
	}
	return list
}

// source returns the file of a package.
func (s Shape) source(i int) string {
	var b strings.Builder
	imports := s.imports(i)
	fmt.Fprintf(&b, "// Package p%d is generated.\npackage p%d\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n", i, i)
	for _, j := range imports {
		fmt.Fprintf(&b, "\n\t\"example.com/generated/p%d\"", j)
	}
	fmt.Fprintf(&b, "\n)\n\nvar count%d int\n\n// Options are those of the package.\ntype Options struct {\n\tName  string\n\tLimit int\n\tHooks []func(int) int\n}\n", i)
	for k := range s.Interfaces {
		fmt.Fprintf(&b, `
// Shape%[1]d is implemented twice.
type Shape%[1]d interface {
	Area(scale int) int
	Name() string
}

type square%[1]d struct{ side int }

func (s square%[1]d) Area(scale int) int { return s.side * s.side * scale }
func (s square%[1]d) Name() string       { return fmt.Sprintf("square of %%d", s.side) }

type circle%[1]d struct{ radius int }

func (c *circle%[1]d) Area(scale int) int { return 3 * c.radius * c.radius * scale }
func (c *circle%[1]d) Name() string       { return "circle" + strings.Repeat("o", c.radius) }

// NewShape%[1]d chooses one.
func NewShape%[1]d(n int) Shape%[1]d {
	if n%%2 == 0 {
		return square%[1]d{n}
	}
	return &circle%[1]d{n + %[2]d}
}
`, k, i)
	}
	for k := range s.Functions {
		fmt.Fprintf(&b, `
// F%[1]d does something with its arguments.
func F%[1]d(o Options, values []int) (int, error) {
	total := %[2]d
	for i, v := range values {
		switch {
		case v < 0:
			return 0, fmt.Errorf("value %%d of %%s: negative", i, o.Name)
		case v > o.Limit:
			total += v %% (o.Limit + 1)
		default:
			total += v * %[1]d
		}
	}
	for _, hook := range o.Hooks {
		total = hook(total)
	}
	count%[3]d += total
`, k, i*s.Functions+k, i)
		if s.Interfaces > 0 {
			fmt.Fprintf(&b, "\tshape := NewShape%d(total)\n\ttotal += shape.Area(2) + len(shape.Name())\n", k%s.Interfaces)
		}
		if k > 0 {
			fmt.Fprintf(&b, "\tif total > 1000 {\n\t\treturn F%d(o, values)\n\t}\n", k-1)
		}
		if len(imports) > 0 {
			j := imports[k%len(imports)]
			fmt.Fprintf(&b, "\tmore, err := p%[1]d.F%[2]d(p%[1]d.Options{Name: o.Name, Limit: o.Limit, Hooks: append(o.Hooks, func(n int) int { return n + %[2]d })}, values)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\ttotal += more\n", j, k)
		}
		b.WriteString("\treturn total, nil\n}\n")
	}
	// Imports that no function uses would not compile.
	for k, j := range imports {
		if k >= s.Functions {
			fmt.Fprintf(&b, "\nvar _ = p%d.F0\n", j)
		}
	}
	b.WriteString("\nvar _ = strings.ToUpper\n")
	return b.String()
}
