package main

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestReadOutcomes(t *testing.T) {
	const p = `"Package":"p"`
	line := func(action, test string) string {
		return `{"Action":"` + action + `",` + p + `,"Test":"` + test + `"}` + "\n"
	}
	failed := `{"Action":"fail",` + p + "}\n"
	passed := `{"Action":"pass",` + p + "}\n"
	for name, test := range map[string]struct {
		events string
		want   map[string]string
	}{
		"ends": {
			line("run", "A") + line("pass", "A") + line("run", "B") + line("fail", "B") + line("run", "C") + line("skip", "C") + failed,
			map[string]string{"A": "pass", "B": "fail", "C": "skip"},
		},
		"a test panics": { // what comes after it is unknown
			line("run", "A") + line("pass", "A") + line("run", "B") + line("fail", "B") + failed,
			map[string]string{"A": "pass", "B": "fail"},
		},
		"a goroutine panics, or time runs out": {
			line("run", "A") + line("run", "A/x") + failed,
			map[string]string{"A": "crash"},
		},
		"one of two runs, the other waits": {
			line("run", "A") + line("pause", "A") + line("run", "B") + failed,
			map[string]string{"B": "crash"},
		},
		"two run": {
			line("run", "A") + line("pause", "A") + line("run", "B") + line("cont", "A") + failed,
			map[string]string{},
		},
		"stopped by a test that passes": {line("run", "A") + passed, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readOutcomes(strings.NewReader(test.events))
			if err != nil || !reflect.DeepEqual(got["p"], test.want) {
				t.Errorf("got %v, %v; want %v", got["p"], err, test.want)
			}
		})
	}
	sub := func(outcome string) string {
		got, err := readOutcomes(strings.NewReader(line("run", "A") + line("run", "A/x") + line(outcome, "A/x") + line("pass", "A") + passed))
		if err != nil {
			t.Fatal(err)
		}
		return got["p"]["A"]
	}
	if sub("pass") == sub("skip") {
		t.Error("the outcome of a subtest does not show in that of the test")
	}
	_, err := readOutcomes(strings.NewReader(`{"ImportPath":"p","Action":"build-fail"}` + "\n" + `{"Action":"fail",` + p + `,"FailedBuild":"p"}`))
	if !errors.Is(err, errBuild) {
		t.Errorf("a failed build gives %v", err)
	}
	if _, err := readOutcomes(strings.NewReader("no JSON")); err == nil {
		t.Error("what is no JSON gives no error")
	}
}

func TestChanges(t *testing.T) {
	before := outcomes{"p": {"A": "pass", "B": "pass", "C": "pass"}, "q": {"A": "fail"}}
	after := outcomes{"p": {"A": "fail", "B": "pass", "New": "fail"}, "q": {"A": "fail"}}
	got := changes(before, after)
	if want := []change{{"p", "A", "pass", "fail"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := changes(before.without(map[string]bool{"p.A": true}), after); got != nil {
		t.Errorf("an unstable test counts: %v", got)
	}
}
