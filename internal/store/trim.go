package store

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Limits of what a store keeps. They hold after trimming, which happens with the
// first Put after trimInterval.
const (
	MaxAge       = 14 * 24 * time.Hour
	MaxSize      = 2 << 30
	trimInterval = 24 * time.Hour
	// tempAge is the age beyond which a temporary file belongs to no process.
	tempAge = time.Hour
	// lockAge is the age beyond which nobody holds a lock.
	lockAge  = 24 * time.Hour
	trimmed  = "trim.txt"
	keptPart = 0.8 // of MaxSize, after a store has been too large
)

// stored is a file of a store.
type stored struct {
	name   string // absolute
	suffix string // empty for a temporary file
	size   int64
	used   time.Time
}

// files returns the files that a store has made, of all programs. What else is in
// the folder is left alone.
func (s *Store) files() ([]stored, error) {
	folders, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the cache: %w", err)
	}
	var list []stored
	for _, d := range folders {
		if _, err := hex.DecodeString(d.Name()); err != nil || len(d.Name()) != 2 || !d.IsDir() {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(s.dir, d.Name()))
		if err != nil {
			return nil, fmt.Errorf("list the cache: %w", err)
		}
		for _, e := range entries {
			suffix, ok := fileSuffix(d.Name(), e.Name())
			info, err := e.Info()
			if !ok || err != nil || !info.Mode().IsRegular() {
				continue // not ours, or removed meanwhile
			}
			list = append(list, stored{filepath.Join(s.dir, d.Name(), e.Name()), suffix, info.Size(), info.ModTime()})
		}
	}
	return list, nil
}

// fileSuffix recognises the names of files in a folder of a store.
func fileSuffix(folder, name string) (suffix string, ok bool) {
	if strings.HasPrefix(name, tempPrefix) {
		return "", true
	}
	const digits = 2 * len(ID{})
	if len(name) != digits+2 || !strings.HasPrefix(name, folder) {
		return "", false
	}
	_, err := hex.DecodeString(name[:digits])
	suffix = name[digits:]
	return suffix, err == nil && slices.Contains([]string{entrySuffix, contentSuffix, noteSuffix, lockSuffix}, suffix)
}

// trimNow trims if the last time was long ago. Its errors don't matter to
// whoever puts something in.
func (s *Store) trimNow() {
	name := filepath.Join(s.dir, trimmed)
	info, err := os.Stat(name)
	if err == nil && s.now().Sub(info.ModTime()) < trimInterval && !info.ModTime().After(s.now()) {
		return
	}
	_, _ = s.Trim(MaxAge, MaxSize)
}

// Trimmed tells what a Trim did.
type Trimmed struct {
	// Files and Bytes were removed; Kept are the bytes that are left.
	Files       int
	Bytes, Kept int64
}

// Trim removes what wasn't used for an age, and of the rest, if it is larger than
// size, what was used longest ago. Leftovers of processes that were killed go too.
func (s *Store) Trim(age time.Duration, size int64) (Trimmed, error) {
	var t Trimmed
	if s == nil {
		return t, nil
	}
	files, err := s.files()
	if err != nil {
		return t, err
	}
	now := s.now()
	slices.SortFunc(files, func(a, b stored) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	for _, f := range files {
		t.Kept += f.size
	}
	limit := size
	if t.Kept > size {
		limit = int64(keptPart * float64(size))
	}
	for _, f := range files {
		old := age
		switch f.suffix {
		case "":
			old = tempAge
		case lockSuffix:
			old = lockAge
		}
		inUse := f.suffix == "" || f.suffix == lockSuffix // by another process, if it isn't old
		if now.Sub(f.used) <= old && (inUse || t.Kept <= limit) {
			continue
		}
		if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return t, fmt.Errorf("trim the cache: %w", err)
		}
		t.Files, t.Bytes, t.Kept = t.Files+1, t.Bytes+f.size, t.Kept-f.size
	}
	if t.Kept > 0 || t.Files > 0 {
		name := filepath.Join(s.dir, trimmed)
		if err := errors.Join(s.writeFile(name, nil), os.Chtimes(name, now, now)); err != nil {
			return t, err
		}
	}
	return t, nil
}

// Clear removes everything that the store holds, for all programs. It refuses a
// folder that isn't one of a store, and removes only files that are a store's.
func (s *Store) Clear() error {
	if s == nil {
		return nil
	}
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clear the cache: %w", err)
	}
	if text, err := os.ReadFile(filepath.Join(s.dir, markerName)); err != nil || string(text) != marker {
		return fmt.Errorf("clear the cache: %s isn't a cache of autover's: check AUTOVER_CACHE", s.dir)
	}
	files, err := s.files()
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear the cache: %w", err)
		}
	}
	for _, d := range entries {
		if d.IsDir() {
			_ = os.Remove(filepath.Join(s.dir, d.Name())) // left alone with foreign files in it
		}
	}
	_ = os.Remove(filepath.Join(s.dir, trimmed))
	return nil
}

// Info describes a store.
type Info struct {
	// Entries are those of this program, Others the entries of others; Damaged
	// are files that answer nothing.
	Entries, Others, Damaged int
	// Files and Bytes are all that the store takes.
	Files int
	Bytes int64
}

// Info looks at every file of the store. With remove, those that are damaged are
// removed.
func (s *Store) Info(remove bool) (Info, error) {
	var info Info
	if s == nil {
		return info, nil
	}
	files, err := s.files()
	if err != nil {
		return info, err
	}
	for _, f := range files {
		info.Files++
		info.Bytes += f.size
		kind := s.inspect(f)
		switch kind {
		case ownEntry:
			info.Entries++
		case otherEntry:
			info.Others++
		case damaged:
			info.Damaged++
			if remove {
				if err := os.Remove(f.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return info, fmt.Errorf("remove a damaged file of the cache: %w", err)
				}
				info.Files, info.Bytes = info.Files-1, info.Bytes-f.size
			}
		}
	}
	return info, nil
}

type fileKind int

const (
	sound fileKind = iota
	ownEntry
	otherEntry
	damaged
)

// inspect tells what a file is. Entries without their content are damaged.
func (s *Store) inspect(f stored) fileKind {
	if f.suffix == "" || f.suffix == lockSuffix {
		return sound
	}
	data, err := os.ReadFile(f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return sound // removed meanwhile
	}
	base := filepath.Base(f.name)
	raw, hexErr := hex.DecodeString(strings.TrimSuffix(base, f.suffix))
	if err != nil || hexErr != nil {
		return damaged
	}
	id := ID(raw)
	switch f.suffix {
	case contentSuffix:
		if Digest(data) != id {
			return damaged
		}
	case noteSuffix:
		sum := len(data) - len(ID{})
		if sum < 0 {
			return damaged
		}
	case entrySuffix:
		if len(data) != entrySize || Digest(data[:entrySize-len(ID{})]) != ID(data[entrySize-len(ID{}):]) {
			return damaged
		}
		if ID(data[len(magic):]) != s.identity {
			return otherEntry
		}
		content, size, err := s.parseEntry(data, id)
		if err != nil {
			return damaged
		}
		if info, err := os.Stat(s.file(content, contentSuffix)); err != nil || uint64(info.Size()) != size {
			return damaged
		}
		return ownEntry
	}
	return sound
}

// Actions returns the actions that this program has entries for.
func (s *Store) Actions() ([]ID, error) {
	if s == nil {
		return nil, nil
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	var list []ID
	for _, f := range files {
		if f.suffix == entrySuffix && s.inspect(f) == ownEntry {
			raw, _ := hex.DecodeString(strings.TrimSuffix(filepath.Base(f.name), entrySuffix)) // inspect has read it
			list = append(list, ID(raw))
		}
	}
	return list, nil
}

// Remove forgets what is known of an action.
func (s *Store) Remove(action ID) error {
	if s == nil {
		return nil
	}
	if err := os.Remove(s.file(action, entrySuffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove an entry of the cache: %w", err)
	}
	return nil
}
