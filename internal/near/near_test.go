package near

import "testing"

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"json", "json", 0}, {"JSON", "json", 0},
		{"jsn", "json", 1}, {"jsoon", "json", 1}, {"jxon", "json", 1}, {"josn", "json", 1}, {"ojsn", "json", 2},
		{"Qoute", "quote", 1}, {"abcd", "dcba", 3}, {"ca", "abc", 3},
	}
	for _, test := range tests {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := Distance(test.b, test.a); got != test.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", test.b, test.a, got, test.want)
		}
	}
}

func TestBest(t *testing.T) {
	tests := []struct {
		name       string
		candidates []string
		want       string
	}{
		{"jsno", []string{"text", "json"}, "json"},
		{"yaml", []string{"text", "json"}, ""},
		{"tag", []string{"tbg", "tags"}, "tags"},
		{"c", []string{"f", "C"}, "C"},
		{"", []string{"f"}, ""},
		{"x", nil, ""},
	}
	for _, test := range tests {
		if got := Best(test.name, test.candidates); got != test.want {
			t.Errorf("Best(%q, %q) = %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
}
