package explanation

import (
	"encoding/json"
	"io"
)

// The JSON object; fields may be added, never renamed.
type (
	object struct {
		Schema       int            `json:"schema"`
		Scheme       string         `json:"scheme"`
		Target       string         `json:"target"`
		Version      string         `json:"version"`
		Digest       string         `json:"digest"`
		Position     string         `json:"position"`
		Pinned       bool           `json:"pinned"`
		Summary      map[string]int `json:"summary"`
		Contributors []contributor  `json:"contributors"`
		Nodes        []node         `json:"nodes"`
		Edges        []edge         `json:"edges"`
		Modules      []module       `json:"modules"`
		Settings     []setting      `json:"settings"`
		Caveats      []caveat       `json:"caveats"`
	}
	contributor struct {
		Node      int    `json:"node"`
		Name      string `json:"name"`
		Functions int    `json:"functions"`
	}
	// node has its number as its place in the list; parent is the edge by which it
	// is reached on a shortest way, -1 for the target.
	node struct {
		Kind     string `json:"kind"`
		Name     string `json:"name"`
		Label    string `json:"label"`
		Position string `json:"position,omitempty"`
		Value    string `json:"value,omitempty"`
		Digest   string `json:"digest,omitempty"`
		Depth    int    `json:"depth"`
		Parent   int    `json:"parent"`
	}
	edge struct {
		From     int    `json:"from"`
		To       int    `json:"to"`
		How      string `json:"how"`
		Via      string `json:"via,omitempty"`
		Position string `json:"position,omitempty"`
		Origin   string `json:"origin,omitempty"`
	}
	module struct {
		Path    string   `json:"path"`
		Version string   `json:"version"`
		Sum     string   `json:"sum"`
		Trace   []string `json:"trace"`
	}
	setting struct {
		Kind  string `json:"kind"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	caveat struct {
		Kind     string `json:"kind"`
		Position string `json:"position"`
		Message  string `json:"message"`
	}
)

// object puts nodes and edges down to a depth into the JSON object. Edges to nodes
// that are left out are left out.
func (x *Explanation) object(depth int) *object {
	o := &object{
		Schema: 1, Scheme: x.Scheme, Target: x.Target.Name, Version: x.Target.Version, Digest: x.Target.Digest,
		Position: x.Target.Position, Pinned: x.Target.Pin != nil, Summary: x.Summary,
		Contributors: []contributor{}, Nodes: []node{}, Edges: []edge{}, Modules: []module{}, Settings: []setting{}, Caveats: []caveat{},
	}
	shown := x.within(depth)
	number := make([]int, len(x.Edges))
	for i, e := range x.Edges {
		number[i] = len(o.Edges)
		if shown[e.From] && shown[e.To] { // a walk numbers the nodes by depth
			o.Edges = append(o.Edges, edge(e))
		}
	}
	for i := range x.Nodes {
		n := &x.Nodes[i]
		if !shown[i] {
			continue
		}
		parent := n.Parent
		if parent >= 0 {
			parent = number[parent]
		}
		o.Nodes = append(o.Nodes, node{n.Kind, n.Name, n.label(), n.Position, n.Value, n.Digest, n.Depth, parent})
	}
	for _, c := range x.Contributors {
		o.Contributors = append(o.Contributors, contributor{c.Node, x.Nodes[c.Node].Name, c.Functions})
	}
	for _, m := range x.Modules {
		o.Modules = append(o.Modules, module{m.Path, m.Version, m.Sum, append([]string{}, m.Trace...)})
	}
	for _, s := range x.Settings {
		o.Settings = append(o.Settings, setting(s))
	}
	for _, c := range x.Target.Caveats {
		o.Caveats = append(o.Caveats, caveat(c))
	}
	return o
}

// JSON prints the model as an object.
func (x *Explanation) JSON(w io.Writer, depth int) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x.object(depth))
}
