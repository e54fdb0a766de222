package cmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/analyzer"
	"github.com/spf13/cobra"
)

const cacheLong = `
Looks after the cache of autover. What a run has found for a state of the files
is kept there, so that a run with nothing new to analyse takes a few hundredths
of a second, whatever its targets. Answers depend on contents and never on
times; what is damaged, or of another version of autover, answers nothing.

    info     where the cache is and what it holds
    verify   read all of it, and analyse again what it says about the module of
             the current folder; what is wrong is removed and an error
    trim     remove what wasn't used for two weeks, and what was used longest
             ago of more than 2 GiB; happens once a day by itself
    clear    remove everything

AUTOVER_CACHE names its folder, or is off. Without it, the cache is in the
user's folder for caches. If GOCACHEPROG names a helper of the go command's
cache, that helper shares what is found with other machines.
`

const cacheExample = `
    autover cache info
    autover cache verify
    AUTOVER_CACHE=off autover hash ./pricing.Quote
`

// cacheVariable names the folder of the cache, or is off.
const cacheVariable = "AUTOVER_CACHE"

// cacheDir returns the folder of the cache; empty if there is none.
func cacheDir(env []string) (string, error) {
	switch dir := getenv(env, cacheVariable); {
	case dir == "":
		return analyzer.DefaultCache(env), nil
	case dir == "off":
		return "", nil
	case !filepath.IsAbs(dir):
		return "", &usageError{message: "bad value " + dir + " of " + cacheVariable + ": write an absolute path, or off"}
	default:
		return dir, nil
	}
}

func newCacheCmd(t *tool) *cobra.Command {
	actions := map[string]func(context.Context, io.Writer, analyzer.Config) error{
		"info": cacheInfo, "verify": cacheVerify, "trim": cacheTrim, "clear": cacheClear,
	}
	return &cobra.Command{
		Use:       "cache info|verify|trim|clear",
		Short:     "look after the cache",
		Long:      cacheLong,
		Example:   cacheExample,
		ValidArgs: []string{"info", "verify", "trim", "clear"},
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 || actions[args[0]] == nil {
				return badUsage(c, "cache takes one of info, verify, trim and clear")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var cfg analyzer.Config
			if err := t.configure(c, &cfg); err != nil {
				return err
			}
			return actions[args[0]](c.Context(), c.OutOrStdout(), cfg)
		},
	}
}

func cacheInfo(_ context.Context, w io.Writer, cfg analyzer.Config) error {
	if cfg.Cache == "" {
		fmt.Fprintln(w, "off")
		return nil
	}
	info, err := analyzer.InspectCache(cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "folder   %s\nsize     %s in %d files\nentries  %d, and %d of other versions of autover\n",
		info.Dir, size(info.Bytes), info.Files, info.Entries, info.Others)
	if info.Damaged > 0 {
		fmt.Fprintf(w, "damaged  %d; 'autover cache verify' removes them\n", info.Damaged)
	}
	switch {
	case info.Helper == "":
	case info.HelperError != nil:
		fmt.Fprintf(w, "helper   %s: not used: %v\n", info.Helper, info.HelperError)
	default:
		fmt.Fprintf(w, "helper   %s\n", info.Helper)
	}
	return nil
}

func cacheVerify(ctx context.Context, w io.Writer, cfg analyzer.Config) error {
	v, err := await(ctx, func() (analyzer.Verified, error) { return analyzer.VerifyCache(ctx, cfg) })
	if err != nil {
		return err
	}
	if len(v.Wrong) > 0 {
		const most = 10
		lines := slices.Clone(v.Wrong[:min(len(v.Wrong), most)])
		if more := len(v.Wrong) - most; more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more", more))
		}
		return fmt.Errorf("verify the cache: wrong entries are removed; please report how they came about:\n%s", strings.Join(lines, "\n"))
	}
	fmt.Fprintf(w, "%d entries read, %d damaged files removed, %d analyses repeated with the same result\n", v.Entries, v.Damaged, v.Recomputed)
	return nil
}

func cacheTrim(_ context.Context, w io.Writer, cfg analyzer.Config) error {
	files, removed, left, err := analyzer.TrimCache(cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d files with %s removed, %s left\n", files, size(removed), size(left))
	return nil
}

func cacheClear(_ context.Context, _ io.Writer, cfg analyzer.Config) error {
	return analyzer.ClearCache(cfg)
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
}
