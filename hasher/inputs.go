package hasher

// Inputs is all that makes the version of a target. The package comment says
// how it is written.
type Inputs struct {
	// Target is the qualified name of the target and Closure the digest of its
	// node.
	Target  string
	Closure Digest
	// Effects are those of initialisation that the target can notice, in order.
	Effects []Effect
	// Modules are the external modules that it reaches, sorted; Packages are
	// external packages and what counts of them beside their modules (hashes of
	// vendored files, say), in turns; Registered are packages that register
	// themselves with one that it uses.
	Modules    []Module
	Packages   []string
	Registered []string
	// Toolchain describes compiler, runtime and standard library; Debug holds
	// the go:debug lines of the programs that link the target.
	Toolchain, Debug []string
	// Layouts say where the functions of the closure stand. They count if it
	// Reveals them.
	Reveals bool
	Layouts []string
	Salt    string
	// Components are what chosen policies add and what others would have added,
	// in canonical order.
	Components []Component
}

// Effect is an init function or initialiser: the variables that it initialises
// and the digest of its node.
type Effect struct {
	Variables []string
	Node      Digest
}

// Module is an external module. For one that replaces another, Replaces is the
// path of the other.
type Module struct {
	Path, Version, Sum, Replaces string
}

// Component is what one policy adds to a version.
type Component struct {
	Name  string
	Parts []string
}

// Digest returns the digest whose printed form is the version.
func (in *Inputs) Digest() Digest { return in.TracedDigest(nil) }

// TracedDigest returns the same as Digest, and reports its tokens to trace, unless
// that is nil.
func (in *Inputs) TracedDigest(trace Tracer) Digest {
	e := NewTracedEncoder("version", trace)
	e.String(Scheme)
	e.String(in.Target)
	e.Digest(in.Closure)
	e.List(len(in.Effects))
	for _, f := range in.Effects {
		e.Strings(f.Variables) // equal initialisers of other variables are other effects
		e.Digest(f.Node)
	}
	e.List(len(in.Modules))
	for _, m := range in.Modules {
		e.String(m.Path)
		e.String(m.Version)
		e.String(m.Sum)
	}
	e.Strings(in.Packages)
	e.Strings(in.Registered)
	e.Strings(in.Toolchain)
	e.Strings(in.Debug)
	e.Bool(in.Reveals)
	if in.Reveals {
		e.Strings(in.Layouts)
	}
	e.String(in.Salt)
	// What follows is absent from most versions and then leaves no trace.
	for i, m := range in.Modules {
		if m.Replaces != "" {
			e.Int(int64(i))
			e.String(m.Replaces)
		}
	}
	for _, c := range in.Components {
		e.Node(TagPolicy, 2)
		e.String(c.Name)
		e.Strings(c.Parts)
	}
	return e.Sum()
}

// Strings writes a list of strings.
func (e *Encoder) Strings(list []string) {
	size := 0
	for _, s := range list {
		size += len(s) + 8
	}
	e.Grow(size)
	e.List(len(list))
	for _, s := range list {
		e.String(s)
	}
}
