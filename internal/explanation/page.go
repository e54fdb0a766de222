package explanation

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed page.html
var page string

// HTML prints a page that stands alone: it holds the JSON object and the script
// that shows it, and asks nothing of the network.
func (x *Explanation) HTML(w io.Writer, depth int) error {
	data, err := json.Marshal(x.compact(depth)) // escapes what could end the script
	if err != nil {
		return err
	}
	text := strings.Replace(page, "{{title}}", html.EscapeString(x.Target.Name), 1)
	before, after, ok := strings.Cut(text, "{{data}}")
	if !ok {
		return fmt.Errorf("render page: it has no place for data")
	}
	_, err = io.WriteString(w, before+string(data)+after)
	return err
}

// compacted is the JSON object for the page, with edges as lists of numbers: from,
// to, and places in the list of strings of how, via, position and origin.
type compacted struct {
	*object
	Counts  string   `json:"counts"`
	Strings []string `json:"strings"`
	Edges   [][6]int `json:"edges"`
}

func (x *Explanation) compact(depth int) *compacted {
	o := x.object(depth)
	c := &compacted{object: o, Counts: x.counts(), Strings: []string{}, Edges: [][6]int{}}
	at := map[string]int{}
	number := func(s string) int {
		i, ok := at[s]
		if !ok {
			i = len(c.Strings)
			at[s] = i
			c.Strings = append(c.Strings, s)
		}
		return i
	}
	for _, e := range o.Edges {
		c.Edges = append(c.Edges, [6]int{e.From, e.To, number(e.How), number(e.Via), number(e.Position), number(e.Origin)})
	}
	for i := range o.Nodes {
		o.Nodes[i].Digest = ""
	}
	return c
}
