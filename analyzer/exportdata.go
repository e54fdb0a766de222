package analyzer

import (
	"bytes"
	"fmt"
	"go/types"

	"golang.org/x/tools/go/gcexportdata"

	"github.com/autover/autover/internal/store"
)

// api is that of a package: its digest, and its export data without positions, from
// which it can be restored. Equal APIs don't always have equal export data, since these
// depend on which types are the same object. Only the digest is set if the package was
// type-checked.
type api struct {
	digest store.ID
	data   []byte
}

// export makes the API of a type-checked package known to its importers, and returns
// it; false if it can't be relied on, or can't be written.
func (c *checker) export(id string, p *types.Package) (api, bool) {
	digest, ok := apiDigest(p, c.digestOf)
	var b bytes.Buffer
	if !ok || gcexportdata.Write(&b, nil, p) != nil {
		return api{}, false
	}
	c.publish(id, api{digest: digest})
	return api{digest, b.Bytes()}, true
}

// digestOf returns the digest of the API of a package by its types.
func (c *checker) digestOf(p *types.Package) (store.ID, bool) {
	c.mu.Lock()
	id, ok := c.idOf[p]
	c.mu.Unlock()
	a, found := c.api(id)
	return a.digest, ok && found
}

// api returns the API of a package; false if importers can't rely on it.
func (c *checker) api(id string) (api, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.apis[id]
	return a, ok
}

func (c *checker) knowsAPIs(edges []importEdge) bool {
	for _, e := range edges {
		if _, ok := c.api(e.id); !ok {
			return false
		}
	}
	return true
}

// publish makes the API of a package known to its importers.
func (c *checker) publish(id string, a api) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.apis[id] = a
}

// typesOf returns the types of a package, which it reads from export data if the package
// wasn't type-checked; nil if there are none. It may be called at any time after the
// package has been checked, by several goroutines at once.
func (c *checker) typesOf(id string) *types.Package {
	c.mu.Lock()
	t := c.types[id]
	c.mu.Unlock()
	if t != nil {
		return t
	}
	c.restoring.Lock()
	defer c.restoring.Unlock()
	t, err := c.restore(id)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.failed = err
	}
	return t
}

// restore reads the export data of a package, after those of all that it imports.
func (c *checker) restore(id string) (*types.Package, error) {
	c.mu.Lock()
	t, a := c.types[id], c.apis[id]
	c.mu.Unlock()
	if t != nil || a.data == nil {
		return t, nil
	}
	var direct []*types.Package
	for _, e := range c.w.importsOf(id) {
		q, err := c.restore(e.id)
		if q == nil || err != nil {
			return nil, err
		}
		direct = append(direct, q)
	}
	t, err := c.decode(id, a.data)
	if err != nil {
		return nil, err
	}
	t.SetImports(direct)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.types[id], c.idOf[t] = t, id
	if p := c.w.privateByID[id]; p != nil {
		p.types = t
	} else {
		c.w.external[id].types = t
	}
	return t, nil
}

// decode reads the export data of a package whose imports have types.
func (c *checker) decode(id string, data []byte) (*types.Package, error) {
	known := map[string]*types.Package{"unsafe": types.Unsafe}
	for dep := range c.w.importClosure([]string{id}) {
		if dep != id {
			c.mu.Lock()
			if q := c.types[dep]; q != nil {
				known[q.Path()] = q
			}
			c.mu.Unlock()
		}
	}
	n, path := len(known), c.w.pathOf(id)
	t, err := gcexportdata.Read(bytes.NewReader(data), c.externalFset, known, path)
	if err == nil && len(known) != n+1 {
		err = fmt.Errorf("export data of %s mention a package that it doesn't import", id)
	}
	return t, err
}

// pathOf returns the path that the types of a package have.
func (w *world) pathOf(id string) string {
	if p := w.external[id]; p != nil {
		return p.path
	}
	return id
}
