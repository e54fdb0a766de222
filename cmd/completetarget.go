package cmd

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/autover/autover/analyzer"
	"github.com/autover/autover/internal/revision"
	"github.com/spf13/cobra"
)

// Completions are what a shell would like to know while somebody types: an answer that
// takes long is worse than none, and what is wrong is none as well.

// patience is how long a list of targets may take.
const patience = 5 * time.Second

const noFiles = cobra.ShellCompDirectiveNoFileComp

// completeTargets makes a command complete targets.
func completeTargets(t *tool, c *cobra.Command, cfg *analyzer.Config) {
	c.ValidArgsFunction = func(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		return t.completeTarget(c, *cfg, word)
	}
}

// completePackages makes a command complete packages by their folders.
func completePackages(c *cobra.Command) {
	c.ValidArgsFunction = func(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		dir, err := folder(c)
		if err != nil {
			return nil, noFiles
		}
		return folders(dir, word, ""), noFiles | cobra.ShellCompDirectiveNoSpace
	}
}

// completeTarget completes a word step by step, as paths are completed: folders, and
// after a full stop the functions of the package.
func (t *tool) completeTarget(c *cobra.Command, cfg analyzer.Config, word string) ([]string, cobra.ShellCompDirective) {
	if err := t.configure(c, &cfg); err != nil {
		return nil, noFiles
	}
	dir, last := path.Split(word)
	pkg, _, inPackage := strings.Cut(last, ".")
	isFolder := strings.HasPrefix(word, "./") || strings.HasPrefix(word, "../")
	switch {
	case dir != "" && inPackage && pkg != "":
		return t.functions(c.Context(), cfg, dir+pkg, dir+pkg+".", word), noFiles
	case isFolder:
		return folders(cfg.Dir, word, "."), noFiles | cobra.ShellCompDirectiveNoSpace
	case dir != "": // the beginning of an import path
		return t.functions(c.Context(), cfg, "./...", "", word), noFiles
	}
	list := t.functions(c.Context(), cfg, ".", "", word)
	if strings.HasPrefix("./", word) {
		return append(list, folders(cfg.Dir, "./", ".")...), noFiles | cobra.ShellCompDirectiveNoSpace
	}
	return list, noFiles
}

// functions returns what a pattern selects and begins like the word, with positions.
// Names are those after the package's path with a prefix, or as they are for "./...".
func (t *tool) functions(ctx context.Context, cfg analyzer.Config, pattern, prefix, word string) []string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cfg.Targets, cfg.All = []string{pattern}, true
	entries, err := await(ctx, func() ([]analyzer.Entry, error) { return t.list(ctx, cfg) })
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		name := e.Name
		if pattern != "./..." {
			name = prefix + strings.TrimPrefix(name, e.Package+".")
		}
		if strings.HasPrefix(name, word) {
			list = append(list, name+"\t"+e.Position)
		}
	}
	return list
}

// folders returns the packages in a folder that begin like a word, followed by suffix,
// and the folders to go on with, followed by a slash. What Go doesn't see is left out.
func folders(base, word, suffix string) []string {
	dir, last := path.Split(word)
	if dir == "" {
		dir = "./"
	}
	var list []string
	if strings.HasPrefix("...", last) {
		list = append(list, dir+"...")
	}
	entries, _ := os.ReadDir(filepath.Join(base, filepath.FromSlash(dir)))
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || !strings.HasPrefix(name, last) || strings.ContainsAny(name[:1], "._") || name == "testdata" || name == "vendor" {
			continue
		}
		hasGo, hasFolders := look(filepath.Join(base, filepath.FromSlash(dir), name))
		if hasGo {
			list = append(list, dir+name+suffix)
		}
		if hasFolders {
			list = append(list, dir+name+"/")
		}
	}
	return list
}

// look tells what is in a folder.
func look(dir string) (hasGo, hasFolders bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		hasGo = hasGo || !e.IsDir() && strings.HasSuffix(e.Name(), ".go")
		hasFolders = hasFolders || e.IsDir() && !strings.HasPrefix(e.Name(), ".")
	}
	return hasGo, hasFolders
}

// flagValues are the values of flags that have few.
var flagValues = map[string][]string{
	"mod":       {"readonly", "vendor", "mod"},
	"toolchain": {"declared", "actual", "language"},
	"policy":    {"body", "private", "external", "toolchain", "platform", "image", "files"},
	"platform":  {"linux/amd64", "linux/arm64", "darwin/arm64", "darwin/amd64", "windows/amd64"},
}

// completeFlags makes all commands complete the values of their flags.
func completeFlags(t *tool, root *cobra.Command) {
	_ = root.MarkPersistentFlagDirname("C") // it is there
	for _, c := range root.Commands() {
		for name, values := range flagValues {
			if c.Flags().Lookup(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, listed(values)) // once
			}
		}
		for _, name := range []string{"base", "head"} {
			if c.Flags().Lookup(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, t.revisions)
			}
		}
		for _, name := range []string{"tags", "private", "salt", "image", "depth"} {
			if c.Flags().Lookup(name) != nil {
				_ = c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
			}
		}
	}
}

// listed completes one of several values, or a list of them with commas.
func listed(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
		before := word[:strings.LastIndexByte(word, ',')+1]
		item := word[len(before):]
		sign := ""
		if item != "" && strings.Contains("+-", item[:1]) {
			sign = item[:1]
		}
		var list []string
		for _, v := range values {
			if strings.HasPrefix(sign+v, item) {
				list = append(list, before+sign+v)
			}
		}
		return list, noFiles
	}
}

// revisions completes names of branches and tags, and of lock files.
func (t *tool) revisions(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	dir, err := folder(c)
	if err != nil {
		return nil, noFiles
	}
	repo, err := revision.Open(c.Context(), dir, t.env)
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	names, _ := repo.Names(c.Context())
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, word) })
	return names, cobra.ShellCompDirectiveDefault
}
