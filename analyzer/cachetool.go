package analyzer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/internal/inputs"
	"github.com/autover/autover/internal/store"
	"github.com/autover/autover/internal/wire"
)

// CacheInfo describes a cache.
type CacheInfo struct {
	// Dir is the folder.
	Dir string
	// Entries are those of this program; Others are entries of other versions of
	// autover, which it never reads; Damaged are files that answer nothing.
	Entries, Others, Damaged int
	// Files and Bytes are all that the cache takes.
	Files int
	Bytes int64
	// Helper is the program that serves as a second tier (GOCACHEPROG), empty
	// without one, and HelperError why it doesn't.
	Helper      string
	HelperError error
}

// errNoCache is the error of what needs a cache.
var errNoCache = errors.New("there is no cache: set AUTOVER_CACHE to its folder")

// withStore calls f with the store of a configuration.
func withStore(cfg Config, f func(*store.Store) error) error {
	if cfg.Cache == "" {
		return errNoCache
	}
	s, err := openStore(cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// InspectCache describes the cache of a configuration.
func InspectCache(cfg Config) (CacheInfo, error) {
	info := CacheInfo{Dir: cfg.Cache, Helper: cfg.cacheProgram()}
	err := withStore(cfg, func(s *store.Store) error {
		found, err := s.Info(false)
		info.Entries, info.Others, info.Damaged = found.Entries, found.Others, found.Damaged
		info.Files, info.Bytes = found.Files, found.Bytes
		info.HelperError = s.HelperError()
		return err
	})
	return info, err
}

// TrimCache removes what wasn't used for two weeks, and what was used longest ago
// of more than two gigabytes. It returns how much it removed and what is left.
func TrimCache(cfg Config) (files int, removed, left int64, err error) {
	err = withStore(cfg, func(s *store.Store) error {
		t, err := s.Trim(store.MaxAge, store.MaxSize)
		files, removed, left = t.Files, t.Bytes, t.Kept
		return err
	})
	return files, removed, left, err
}

// ClearCache removes all that is in a cache, of other versions of autover too.
func ClearCache(cfg Config) error {
	if cfg.Cache == "" {
		return errNoCache
	}
	return store.Open(cfg.Cache, store.ID{}, "").Clear() // of any identity
}

// Verified tells what VerifyCache did.
type Verified struct {
	// Entries were read; Damaged files were removed.
	Entries, Damaged int
	// Recomputed counts the analyses of the module that were repeated, Wrong tells
	// which functions had other versions in the cache, one line each. What was
	// wrong has been removed.
	Recomputed int
	Wrong      []string
}

// VerifyCache reads all entries of a cache, and analyses again what they say about
// the present state of the module that surrounds cfg.Dir, once for each
// configuration that was asked for. Whatever isn't as it should be is removed.
func VerifyCache(ctx context.Context, cfg Config) (Verified, error) {
	var v Verified
	err := withStore(cfg, func(s *store.Store) error {
		info, err := s.Info(true)
		if err != nil {
			return err
		}
		v.Entries, v.Damaged = info.Entries, info.Damaged
		actions, err := s.Actions()
		if err != nil {
			return err
		}
		for _, action := range actions {
			if err := v.verify(ctx, cfg, s, action); err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(v.Wrong)
	v.Wrong = slices.Compact(v.Wrong)
	return v, err
}

// verify repeats the analysis behind an entry, if it is about the present state.
func (v *Verified) verify(ctx context.Context, cfg Config, s *store.Store, action store.ID) error {
	content, ok := s.Get(action)
	if !ok {
		return nil
	}
	r := wire.NewReader(content)
	if r.String() != answersKind {
		return nil
	}
	asked := readConfig(r)
	asked.Env, asked.Cache = cfg.Env, cfg.Cache
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return err
	}
	here, ok := findPlace(dir, environment(cfg))
	if !ok {
		return nil // nothing is known of such places
	}
	asked.Dir = filepath.Join(here.root, filepath.FromSlash(r.String()))
	c := openCache(asked)
	if c == nil {
		return nil
	}
	defer c.close()
	stored, id := c.find()
	if stored == nil || id != action {
		return nil // of another module or state
	}
	asked.Targets = stored.anyTarget()
	asked.Trace = nil
	if asked.Targets == nil {
		return nil
	}
	v.Recomputed++
	packages := c.summaries()
	packages.checking = true
	analysed, report, err := analyse(ctx, asked, inputs.NewReader(false), &listing{}, packages)
	if err != nil {
		return fmt.Errorf("analyse %s again: %w", asked.Dir, err)
	}
	wrong, err := stored.differ(analysed.answers(ctx, report), here.root)
	if err != nil || ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	v.Wrong = append(v.Wrong, packages.wrong...)
	if len(wrong) > 0 {
		v.Wrong = append(v.Wrong, wrong...)
		return s.Remove(action)
	}
	return nil
}

// anyTarget names a function whose version is known; nil if there is none.
func (a *answers) anyTarget() []string {
	for _, p := range a.catalog.packages {
		for _, f := range p.funcs {
			if _, ok := a.targets[[2]string{p.id, f.name}]; ok && !strings.ContainsAny(f.name, " ") {
				return []string{choice{p, &f}.fullName()}
			}
		}
	}
	return nil
}

// differ tells in what answers differ from those of an analysis.
func (a *answers) differ(want *answers, root string) ([]string, error) {
	var got, right wire.Writer
	if err := errors.Join(a.encode(&got, root), want.encode(&right, root)); err != nil {
		return nil, err
	}
	if bytes.Equal(got.Bytes(), right.Bytes()) {
		return nil, nil
	}
	var list []string
	for id, t := range want.targets {
		if had, ok := a.targets[id]; ok && had.Version != t.Version {
			list = append(list, fmt.Sprintf("%s: the cache had %s, it is %s", t.Name, had.Version, t.Version))
		}
	}
	if len(list) == 0 {
		list = append(list, "positions, modules or names in the cache were wrong")
	}
	return list, nil
}
