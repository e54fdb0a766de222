package yamltree

import (
	"slices"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	groups := [][]string{ // texts of one group say the same, those of two don't
		{"a: 1\nb: [x, y]\n", "# comment\nb:\n- x\n- 'y'\na: 1 # more", `{"b": ["x", "y"], "a": 1}`, "{\n\t\"a\": 1,\n\t\"b\": [\"x\", \"y\"]\n}\n", "b: &b [x, y]\na: 1"},
		{"a: '1'\nb: [x, y]\n", "b: [\"x\", y]\na: \"1\"\n"},
		{"a: 1\nb: [y, x]\n"},
		{"a: 1\nb: {x: y}\n"},
		{"a: 1\nb: [[x, y]]\n"},
		{"python: 3.1\n", `{"python": 3.1}`},
		{"python: 3.10\n", `{"python": 3.10}`},
		{"python: '3.10'\n", `{"python": "3.10"}`},
		{"a: true", "a: True", `{"a": true}`},
		{"a: 'true'"},
		{"a: yes", "a: 'yes'"},
		{"a:", "a: ~", "a: null", `{"a": null}`},
		{"a: ''", `{"a": ""}`},
		{"a: !x 1"},
		{"a: !list 1"},
		{"a: !x [1]"},
		{"a: [1]"},
		{"a: &q {n: 1}\nb: *q", "a: {n: 1}\nb: {n: 1}"},
		{"a: |\n  x\n", `a: "x\n"`},
		{"a: b\n", "a: b", "---\na: b\n...\n"},
		{`{"a": "\ud83d\ude00"}`, "a: \U0001F600"},
		{"[]"},
		{"{}"},
		{"x"},
	}
	seen := map[string]string{}
	for _, group := range groups {
		var first string
		for i, text := range group {
			v, err := Parse([]byte(text))
			if err != nil {
				t.Errorf("Parse(%q): %v", text, err)
				continue
			}
			tokens := strings.Join(v.Tokens(), "\x00")
			if i == 0 {
				first = tokens
				if other, ok := seen[tokens]; ok {
					t.Errorf("%q and %q give the same tokens", other, text)
				}
				seen[tokens] = text
			} else if tokens != first {
				t.Errorf("%q gives %q, and %q gives %q", group[0], first, text, tokens)
			}
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, text := range []string{"", "\n", "# comment\n", "---\n", "null"} {
		if v, err := Parse([]byte(text)); err != nil || v != nil && v.Kind != Null {
			t.Errorf("Parse(%q) = %+v, %v", text, v, err)
		}
	}
}

func TestLines(t *testing.T) {
	v, err := Parse([]byte("# comment\na: 1\n\nb:\n  - x\n"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, k := range v.Keys {
		lines = append(lines, k.Line)
	}
	if !slices.Equal(lines, []int{2, 4}) || v.Items[1].Items[0].Line != 5 {
		t.Errorf("lines %v, %d", lines, v.Items[1].Items[0].Line)
	}
}

func TestRefused(t *testing.T) {
	laughs := "a: &a [x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'i'; c++ {
		p := string(c - 1)
		laughs += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 7) + "*" + p + "]\n"
	}
	for text, want := range map[string]string{
		"a: 1\nb: 2\na: 3\n":        "line 3: key a is there twice",
		`{"a": 1, "a": 2}`:          "key a is there twice",
		"{\t\"a\": 1,\n\t\"a\": 2}": "key a is there twice",
		"a: b: c":                   "mapping values",
		"a:\n\t- b":                 "line 2",
		"a: 1\n---\nb: 2\n":         "several documents",
		"a: &a [*a]":                "part of itself",
		"[x, y]: 1":                 "no scalar",
		"{x: y}: 1":                 "no scalar",
		"a: *b":                     "unknown anchor",
		"\x00":                      "control characters",
		"'":                         "end of stream",
		laughs:                      "more than",
	} {
		if v, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%.40q) = %v, %v; want an error with %q", text, v, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: [1, {b: c}]\n"))
	f.Add([]byte(`{"a": [1, null, "x"]}`))
	f.Add([]byte("a: &x 1\nb: *x\n<<: *x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if v, err := Parse(data); err == nil && v != nil {
			v.Tokens()
		}
	})
}
