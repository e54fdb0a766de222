package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what of action.yml the tests know.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	Name, ID, Shell, Run string
	Env                  map[string]string
}

func readAction(t *testing.T) *action {
	t.Helper()
	var a action
	readYAML(t, "action.yml", &a)
	return &a
}

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// runner runs the steps of the action as GitHub does, in a clone of its own.
type runner struct {
	t      *testing.T
	action *action
	dir    string            // the workspace
	temp   string            // RUNNER_TEMP
	event  map[string]string // expressions about the event, and GITHUB_EVENT_NAME
	values map[string]string // of expressions
	files  map[string]string // GITHUB_OUTPUT and the like
	path   []string
	built  string // the folder of autover if it isn't to be built once more
}

// run executes all steps and returns the outputs, the summary, and the error of the
// step that failed.
func (r *runner) run(inputs map[string]string) (outputs map[string]string, summary string, err error) {
	r.t.Helper()
	r.temp = r.t.TempDir()
	r.values, r.path = maps.Clone(r.event), nil
	r.files = map[string]string{}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH"} {
		r.files[name] = filepath.Join(r.temp, strings.ToLower(name))
	}
	for name, input := range r.action.Inputs {
		r.values["inputs."+name] = input.Default
		if v, ok := inputs[name]; ok {
			r.values["inputs."+name] = v
		}
	}
	steps := r.action.Runs.Steps
	if r.built != "" {
		r.path, steps = []string{r.built}, steps[1:]
	}
	for _, s := range steps {
		if err = r.step(s); err != nil {
			break
		}
	}
	outputs = map[string]string{}
	for name, o := range r.action.Outputs {
		outputs[name] = r.evaluate(o.Value)
	}
	text, _ := os.ReadFile(r.files["GITHUB_STEP_SUMMARY"])
	return outputs, string(text), err
}

func (r *runner) step(s actionStep) error {
	script := filepath.Join(r.temp, "script.sh")
	if err := os.WriteFile(script, []byte(s.Run), 0o666); err != nil {
		r.t.Fatal(err)
	}
	source, err := os.Getwd()
	if err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.CommandContext(r.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), gitEnv...)
	cmd.Env = append(cmd.Env, "GITHUB_ACTION_PATH="+source, "RUNNER_TEMP="+r.temp, "GITHUB_EVENT_NAME="+r.event["GITHUB_EVENT_NAME"],
		"AUTOVER_CACHE="+filepath.Join(r.temp, "cache"), "PATH="+strings.Join(append(r.path, os.Getenv("PATH")), string(filepath.ListSeparator)))
	for name, file := range r.files {
		cmd.Env = append(cmd.Env, name+"="+file)
	}
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+r.evaluate(value))
	}
	out, err := cmd.CombinedOutput()
	r.collect(s.ID)
	if err != nil {
		return fmt.Errorf("step %q: %w\n%s", s.Name, err, out)
	}
	return nil
}

// collect takes over what a step has written to its files.
func (r *runner) collect(id string) {
	text, _ := os.ReadFile(r.files["GITHUB_OUTPUT"])
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		if name, end, ok := strings.Cut(lines[i], "<<"); ok && !strings.Contains(name, "=") {
			n := slices.Index(lines[i+1:], end)
			if n < 0 {
				r.t.Fatalf("output %s has no end:\n%s", name, text)
			}
			r.values["steps."+id+".outputs."+name] = strings.Join(lines[i+1:i+1+n], "\n")
			i += n + 1
		} else if name, value, ok := strings.Cut(lines[i], "="); ok {
			r.values["steps."+id+".outputs."+name] = value
		}
	}
	_ = os.Remove(r.files["GITHUB_OUTPUT"]) // the next step has one of its own
	path, _ := os.ReadFile(r.files["GITHUB_PATH"])
	r.path = append(r.path, strings.Fields(string(path))...)
	_ = os.Remove(r.files["GITHUB_PATH"])
}

var expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

// evaluate replaces the expressions in a text: alternatives of names.
func (r *runner) evaluate(text string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		for name := range strings.SplitSeq(expression.FindStringSubmatch(e)[1], "||") {
			name = strings.TrimSpace(name)
			if !regexp.MustCompile(`^(inputs|github\.event|steps\.\w+\.outputs)\.[\w.]+$`).MatchString(name) {
				r.t.Errorf("unknown expression %s", e)
			}
			if value := r.values[name]; value != "" {
				return value
			}
		}
		return ""
	})
}

// gitEnv makes git independent of the machine.
var gitEnv = []string{
	"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
}

// history makes a repository with two commits on main, of which the second moves a
// task, and a branch whose merge with main moves another. It returns a function that
// runs git in it.
func history(t *testing.T) (dir string, git func(args ...string) string) {
	t.Helper()
	dir = t.TempDir()
	git = func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		cmd.Env = append(os.Environ(), gitEnv...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	task := func(name, body string) { write("shop/"+name+"/"+name+".go", "package "+name+"\n\n"+body) }
	git("init", "-q", "-b", "main")
	git("config", "uploadpack.allowAnySHA1InWant", "true")
	write("shop/go.mod", "module example.com/shop\n\ngo 1.24\n")
	task("a", "//autover:task\nfunc A() int { return helper() }\n\nfunc helper() int { return 1 }\n\n// Free is no task.\nfunc Free() {}\n")
	task("b", "//autover:task\nfunc B() int { return 1 }\n\n//autover:task\nfunc Gone() {}\n")
	git("add", ".")
	git("commit", "-qm", "one")
	git("checkout", "-qb", "feature")
	task("b", "//autover:task\nfunc B() int { return 2 }\n\n//autover:task\nfunc New() {}\n")
	git("commit", "-qam", "feature")
	git("checkout", "-q", "main")
	task("a", "//autover:task\nfunc A() int { return helper() }\n\nfunc helper() int { return 2 }\n\n// Free is no task.\nfunc Free() {}\n")
	git("commit", "-qam", "two")
	git("checkout", "-qb", "merge")
	git("merge", "-q", "-m", "merge", "feature")
	return dir, git
}

// TestAction runs the steps of action.yml in clones such as actions/checkout makes.
func TestAction(t *testing.T) {
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s", tool)
		}
	}
	autover, err := exec.LookPath("autover") // where testscript.Main put it
	if err != nil {
		t.Fatal(err)
	}
	origin, git := history(t)
	commit := func(rev string) string { return git("rev-parse", rev) }
	const all = `["example.com/shop/a.A","example.com/shop/b.B","example.com/shop/b.New"]`
	for _, test := range []struct {
		name, branch string
		depth        bool // a shallow clone
		event        map[string]string
		inputs       map[string]string
		changed      string
		summary      []string // parts of it
		failure      string
	}{
		{
			name: "push", branch: "main",
			event:   map[string]string{"GITHUB_EVENT_NAME": "push", "github.event.before": commit("main~1")},
			changed: `["example.com/shop/a.A"]`,
			summary: []string{"1 of 3 versions differs", "| function `example.com/shop/a.helper` | edited |"},
		},
		{
			name: "shallow push", branch: "main", depth: true,
			event:   map[string]string{"GITHUB_EVENT_NAME": "push", "github.event.before": commit("main~1")},
			changed: `["example.com/shop/a.A"]`,
		},
		{
			name: "pull request", branch: "merge", depth: true, // whose event is out of date
			event:   map[string]string{"GITHUB_EVENT_NAME": "pull_request", "github.event.pull_request.base.sha": commit("main~1")},
			changed: `["example.com/shop/b.B","example.com/shop/b.New"]`,
			summary: []string{"3 of 4 versions differ", "`example.com/shop/b.Gone`"},
		},
		{
			name: "new branch", branch: "merge",
			event:   map[string]string{"GITHUB_EVENT_NAME": "push", "github.event.before": strings.Repeat("0", 40)},
			changed: all, summary: []string{"no base"},
		},
		{
			name: "no comparison", branch: "merge", inputs: map[string]string{"base": "none"},
			event:   map[string]string{"GITHUB_EVENT_NAME": "push", "github.event.before": commit("main~1")},
			changed: all,
		},
		{
			name: "targets", branch: "merge", inputs: map[string]string{"base": "origin/main~1", "target": "./a.Free\n./b.B ./b.New", "format": "dotenv"},
			event:   map[string]string{"GITHUB_EVENT_NAME": "workflow_dispatch"},
			changed: `["example.com/shop/b.B","example.com/shop/b.New"]`,
		},
		{
			name: "nothing", branch: "main", inputs: map[string]string{"base": "HEAD", "format": "json"},
			event: map[string]string{"GITHUB_EVENT_NAME": "schedule"}, changed: `[]`, summary: []string{"none of 3 versions differs"},
		},
		{name: "bad target", branch: "main", inputs: map[string]string{"target": "./a.Nothing $(touch injected)"}, failure: "no function Nothing"},
		{name: "bad base", branch: "main", inputs: map[string]string{"base": "nowhere"}, failure: "nowhere"},
		{name: "bad format", branch: "main", inputs: map[string]string{"format": "yaml"}, failure: "unknown format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := &runner{t: t, action: readAction(t), dir: filepath.Join(t.TempDir(), "work"), event: test.event}
			if r.event == nil {
				r.event = map[string]string{}
			}
			if test.name != "push" {
				r.built = filepath.Dir(autover)
			}
			clone := []string{"clone", "-q", "--branch", test.branch}
			if test.depth {
				clone = append(clone, "--depth=1")
			}
			git(append(clone, "file://"+filepath.ToSlash(origin), r.dir)...)
			inputs := maps.Clone(test.inputs)
			if inputs == nil {
				inputs = map[string]string{}
			}
			inputs["directory"] = "shop"
			outputs, summary, err := r.run(inputs)
			if test.failure != "" {
				if err == nil || !strings.Contains(err.Error(), test.failure) || outputs["changed"] != "" {
					t.Errorf("error %v, want %s; outputs %v", err, test.failure, outputs)
				}
				if found, _ := filepath.Glob(filepath.Join(r.dir, "*", "injected")); len(found) > 0 {
					t.Error("an input was run as a command")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if outputs["changed"] != test.changed {
				t.Errorf("changed is %s, want %s\n%s", outputs["changed"], test.changed, summary)
			}
			for _, part := range test.summary {
				if !strings.Contains(summary, part) {
					t.Errorf("the summary lacks %q:\n%s", part, summary)
				}
			}
			checkActionVersions(t, r, outputs)
		})
	}
}

// checkActionVersions holds the outputs against what autover itself says.
func checkActionVersions(t *testing.T, r *runner, outputs map[string]string) {
	var versions map[string]string
	if err := json.Unmarshal([]byte(outputs["versions"]), &versions); err != nil {
		t.Fatalf("versions %s: %v", outputs["versions"], err)
	}
	format := r.values["inputs.format"]
	args := append([]string{"hash", "-C", filepath.Join(r.dir, "shop"), "-format", format}, strings.Fields(r.values["inputs.target"])...)
	want, err := exec.Command(filepath.Join(r.path[0], "autover"), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(outputs["report"]) != string(bytes.TrimSpace(want)) {
		t.Errorf("the report is\n%s\nwant\n%s", outputs["report"], want)
	}
	if len(versions) != 3 {
		t.Errorf("versions of %d targets: %v", len(versions), versions)
	}
	for target, version := range versions {
		if !strings.HasPrefix(target, "example.com/shop/") || !bytes.Contains(want, []byte(version)) {
			t.Errorf("version %s of %s is not in the report:\n%s", version, target, want)
		}
	}
}

// TestActionFile checks what GitHub would refuse, or would make a hole: expressions
// in a script are text that anybody may have written.
func TestActionFile(t *testing.T) {
	a := readAction(t)
	if a.Runs.Using != "composite" {
		t.Errorf("runs using %s", a.Runs.Using)
	}
	for name, in := range a.Inputs {
		if in.Description == "" {
			t.Errorf("input %s has no description", name)
		}
	}
	for _, name := range []string{"target", "base", "format"} {
		if _, ok := a.Inputs[name]; !ok {
			t.Errorf("no input %s", name)
		}
	}
	for name, out := range a.Outputs {
		if out.Description == "" || !expression.MatchString(out.Value) {
			t.Errorf("output %s: %+v", name, out)
		}
	}
	for _, s := range a.Runs.Steps {
		if s.Shell != "bash" || s.Name == "" || strings.Contains(s.Run, "${{") {
			t.Errorf("step %+v", s)
		}
	}
}

// TestReadmeWorkflow checks that the workflow in the README uses the action as it is.
func TestReadmeWorkflow(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "\n    jobs:\n")
	if !ok {
		t.Fatal("README.md has no workflow")
	}
	text := "jobs:\n"
	for line := range strings.Lines(rest) {
		line, indented := strings.CutPrefix(line, "    ")
		if !indented {
			break
		}
		text += line
	}
	var workflow struct {
		Jobs map[string]struct {
			Outputs map[string]string
			Needs   string
			Steps   []struct {
				ID, Uses string
				With     map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	a := readAction(t)
	used := 0
	for name, job := range workflow.Jobs {
		if _, ok := workflow.Jobs[job.Needs]; job.Needs != "" && !ok {
			t.Errorf("job %s needs %s", name, job.Needs)
		}
		for _, s := range job.Steps {
			if !strings.HasPrefix(s.Uses, "autover/autover@") {
				continue
			}
			used++
			for input := range s.With {
				if _, ok := a.Inputs[input]; !ok {
					t.Errorf("the action has no input %s", input)
				}
			}
			for _, value := range job.Outputs {
				output, ok := strings.CutPrefix(value, "${{ steps."+s.ID+".outputs.")
				if _, known := a.Outputs[strings.TrimSuffix(output, " }}")]; !ok || !known {
					t.Errorf("the action has no output %s", value)
				}
			}
		}
	}
	if used == 0 {
		t.Error("the workflow doesn't use the action")
	}
}

// TestHooks runs the hooks for pre-commit as it does: the entry with the arguments.
func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Name, Entry, Language, Files string
		Args                             []string
		PassFilenames                    bool `yaml:"pass_filenames"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	autover, err := exec.LookPath("autover") // where testscript.Main put it
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "shop"))); err != nil {
		t.Fatal(err)
	}
	quote := filepath.Join(dir, "pricing", "quote.go")
	source, err := os.ReadFile(quote)
	if err != nil {
		t.Fatal(err)
	}
	mark := strings.Replace(string(source), "\nfunc Quote", "\n//autover:task\nfunc Quote", 1)
	if err := os.WriteFile(quote, []byte(mark), 0o666); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) error {
		cmd := exec.Command(autover, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "AUTOVER_CACHE=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	}
	if err := run("lock"); err != nil {
		t.Fatal(err)
	}
	for _, h := range hooks {
		if h.Language != "golang" || h.PassFilenames || h.Name == "" {
			t.Errorf("hook %+v", h)
		}
		files := regexp.MustCompile(h.Files)
		for name, want := range map[string]bool{"a/b.go": true, "go.mod": true, "a/go.sum": true, "go.work": true, ".autover.yaml": true, "README.md": false, "go.modx": false} {
			if files.MatchString(name) != want {
				t.Errorf("hook %s: %s is a file of its: %v", h.ID, name, !want)
			}
		}
		words := strings.Fields(h.Entry)
		if words[0] != "autover" {
			t.Fatalf("hook %s runs %s", h.ID, h.Entry)
		}
		if err := run(append(words[1:], h.Args...)...); err != nil {
			t.Errorf("hook %s: %v", h.ID, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "pricing", "autover_versions.go")); err != nil {
		t.Errorf("the hook that generates has not: %v", err)
	}
}
