// Package yamltree reads YAML and JSON into plain trees.
//
// # Purpose
//
// Configuration wants to know the line of each key, and hashing wants to know
// what a document says apart from how it is written. A tree serves both: it
// holds the parameters of one document, its Tokens are the same for two documents
// exactly if these are.
//
// # What counts
//
// Comments, the order of keys, the style of strings and collections, indentation
// and anchors don't count, and JSON is like YAML. Numbers count by their
// spelling, since a reader that wants a string takes 3.10 and 3.1 for different
// ones. A merge key (<<) is an ordinary key.
//
// # Limits
//
// A file holds one document. Keys are scalars, and none is there twice. A
// document is limited in size after the expansion of aliases.
package yamltree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kind tells values apart.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Scalar
	List
	Map
)

// Value is a node of a tree.
type Value struct {
	Kind Kind
	// Line is where the value begins, 0 in JSON.
	Line int
	// Type of a scalar is "str", "int", "float", "bool" or another YAML tag
	// without the exclamation marks of standard ones; Text is what it says. Lists
	// and maps have a type only if their tag is not the usual one.
	Type, Text string
	// Items are the elements of a list or the values of a map, whose Keys have
	// the same indices.
	Items, Keys []*Value
}

// maxValues bounds the size of a tree: a few aliases of aliases would fill any
// memory.
const maxValues = 1 << 20

// Parse reads the one document of a file; nil if there is none. Errors name the
// line where there is one.
func Parse(data []byte) (*Value, error) {
	v, err := parseYAML(data)
	if err != nil && json.Valid(data) { // indented by tabs, or with surrogate escapes
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		return jsonValue(dec)
	}
	return v, err
}

func parseYAML(data []byte) (*Value, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
		}
		return nil, errors.New("several documents in one file")
	}
	b := builder{open: map[*yaml.Node]bool{}}
	return b.value(&doc)
}

// builder turns nodes into values.
type builder struct {
	count int
	open  map[*yaml.Node]bool // anchors being expanded
}

func (b *builder) value(n *yaml.Node) (*Value, error) {
	if b.count++; b.count > maxValues {
		return nil, fmt.Errorf("line %d: more than %d values", n.Line, maxValues)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return b.value(n.Content[0])
	case yaml.AliasNode:
		if b.open[n.Alias] {
			return nil, fmt.Errorf("line %d: alias %s is part of itself", n.Line, n.Value)
		}
		b.open[n.Alias] = true
		defer delete(b.open, n.Alias)
		return b.value(n.Alias)
	case yaml.SequenceNode:
		v := &Value{Kind: List, Line: n.Line, Type: strings.TrimPrefix(tag(n), "seq")}
		for _, c := range n.Content {
			item, err := b.value(c)
			if err != nil {
				return nil, err
			}
			v.Items = append(v.Items, item)
		}
		return v, nil
	case yaml.MappingNode:
		return b.mapping(n)
	}
	return scalar(n), nil
}

func (b *builder) mapping(n *yaml.Node) (*Value, error) {
	v := &Value{Kind: Map, Line: n.Line, Type: strings.TrimPrefix(tag(n), "map")}
	for i := 0; i < len(n.Content); i += 2 {
		key, err := b.value(n.Content[i])
		if err != nil {
			return nil, err
		}
		item, err := b.value(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		v.Keys, v.Items = append(v.Keys, key), append(v.Items, item)
	}
	return v, v.check()
}

// check refuses a map that has a key twice, or one that is no scalar.
func (v *Value) check() error {
	seen := map[string]bool{}
	for _, k := range v.Keys {
		where := ""
		if k.Line > 0 {
			where = fmt.Sprintf("line %d: ", k.Line)
		}
		if k.Kind == List || k.Kind == Map {
			return fmt.Errorf("%sa key that is no scalar", where)
		}
		name := k.Type + " " + k.Text
		if seen[name] {
			return fmt.Errorf("%skey %s is there twice", where, k.Text)
		}
		seen[name] = true
	}
	return nil
}

func tag(n *yaml.Node) string { return strings.TrimPrefix(n.ShortTag(), "!!") }

func scalar(n *yaml.Node) *Value {
	v := &Value{Kind: Scalar, Line: n.Line, Type: tag(n), Text: n.Value}
	switch v.Type {
	case "null":
		v.Kind, v.Type, v.Text = Null, "", ""
	case "bool":
		v.Text = strings.ToLower(v.Text)
	}
	return v
}

// Tokens writes the tree as a list of strings from which it can be read back:
// each value as its kind and type, and the text of a scalar or the number of
// items; pairs of maps in the order of their keys.
func (v *Value) Tokens() []string {
	switch v.Kind {
	case Null:
		return []string{"null"}
	case List:
		out := []string{"list " + v.Type, strconv.Itoa(len(v.Items))}
		for _, item := range v.Items {
			out = append(out, item.Tokens()...)
		}
		return out
	case Map:
		type pair struct{ key, item []string }
		pairs := make([]pair, len(v.Items))
		for i, k := range v.Keys {
			pairs[i] = pair{k.Tokens(), v.Items[i].Tokens()}
		}
		slices.SortFunc(pairs, func(a, b pair) int { return slices.Compare(a.key, b.key) })
		out := []string{"map " + v.Type, strconv.Itoa(len(pairs))}
		for _, p := range pairs {
			out = append(append(out, p.key...), p.item...)
		}
		return out
	}
	return []string{"scalar " + v.Type, v.Text}
}

func jsonValue(dec *json.Decoder) (*Value, error) {
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case nil:
		return &Value{}, nil
	case bool:
		return &Value{Kind: Scalar, Type: "bool", Text: strconv.FormatBool(t)}, nil
	case string:
		return &Value{Kind: Scalar, Type: "str", Text: t}, nil
	case json.Number:
		typ := "int"
		if strings.ContainsAny(t.String(), ".eE") {
			typ = "float"
		}
		return &Value{Kind: Scalar, Type: typ, Text: t.String()}, nil
	case json.Delim:
		v := &Value{Kind: List}
		if t == '{' {
			v.Kind = Map
		}
		for dec.More() {
			item, err := jsonValue(dec)
			if err != nil {
				return nil, err
			}
			if v.Kind == Map {
				key := item
				if item, err = jsonValue(dec); err != nil {
					return nil, err
				}
				v.Keys = append(v.Keys, key)
			}
			v.Items = append(v.Items, item)
		}
		if _, err := dec.Token(); err != nil {
			return nil, err
		}
		return v, v.check()
	}
	return nil, fmt.Errorf("unexpected %v", tok)
}
