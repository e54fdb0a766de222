package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

var me, other = Digest([]byte("me")), Digest([]byte("other"))

func open(t *testing.T) *Store {
	t.Helper()
	return Open(filepath.Join(t.TempDir(), "cache"), me, "")
}

func put(t *testing.T, s *Store, action ID, content string) {
	t.Helper()
	if err := s.Put(action, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

// want fails unless the store answers with the content, or with nothing if it is
// empty.
func want(t *testing.T, s *Store, action ID, content string) {
	t.Helper()
	got, ok := s.Get(action)
	if ok != (content != "") || string(got) != content {
		t.Errorf("got %.40q, %v; want %.40q", got, ok, content)
	}
}

func TestGetPut(t *testing.T) {
	s := open(t)
	a, b := s.Action("k", "a"), s.Action("k", "b")
	want(t, s, a, "")
	put(t, s, a, "one")
	put(t, s, b, "one")
	want(t, s, a, "one")
	want(t, s, b, "one")
	put(t, s, a, "two")
	want(t, s, a, "two")
	want(t, s, b, "one")
	if err := s.Remove(b); err != nil {
		t.Fatal(err)
	}
	want(t, s, b, "")
	want(t, s, a, "two")
	if got, ok := s.Note(a); ok {
		t.Errorf("an entry is no note: %q", got)
	}
	if err := s.SetNote(a, []byte("note")); err != nil {
		t.Fatal(err)
	}
	if got, ok := s.Note(a); !ok || string(got) != "note" {
		t.Errorf("note %q, %v", got, ok)
	}
	want(t, s, a, "two")
}

func TestNil(t *testing.T) {
	var s *Store
	put(t, s, s.Action("k"), "x")
	want(t, s, ID{}, "")
	s.Lock(t.Context(), ID{})()
	s.Close()
	if _, err := s.Trim(0, 0); err != nil {
		t.Error(err)
	}
}

// What is a part never runs into its neighbour, and programs have no action in
// common.
func TestAction(t *testing.T) {
	s := open(t)
	seen := map[ID]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}} {
		for _, st := range []*Store{s, Open(s.dir, other, "")} {
			for _, kind := range []string{"k", "ka"} {
				name := fmt.Sprint(kind, parts, st.identity)
				id := st.Action(kind, parts...)
				if old, ok := seen[id]; ok {
					t.Errorf("%q and %q have one ID", name, old)
				}
				seen[id] = name
			}
		}
	}
}

// Another program finds nothing, even under the very ID.
func TestIdentity(t *testing.T) {
	s := open(t)
	a := s.Action("k")
	put(t, s, a, "mine")
	if err := s.SetNote(a, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	o := Open(s.dir, other, "")
	want(t, o, a, "")
	if text, ok := o.Note(a); ok {
		t.Errorf("another program reads the note %q", text)
	}
	info, err := o.Info(true)
	if err != nil || info.Entries != 0 || info.Others != 1 || info.Damaged != 0 {
		t.Errorf("another program sees %+v, %v", info, err)
	}
	want(t, s, a, "mine")
}

// walk calls f for every file that holds something of the store.
func walk(t *testing.T, s *Store, f func(stored)) {
	t.Helper()
	files, err := s.files()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f(file)
	}
}

// Every bit that flips and every cut of every file gives a miss or, where the
// file isn't needed, the truth.
func TestDamage(t *testing.T) {
	s := open(t)
	a := s.Action("k")
	const content = "the content of an entry"
	check := func(what string, i int) {
		t.Helper()
		if got, ok := s.Get(a); ok && string(got) != content {
			t.Fatalf("%s %d: the answer is %q", what, i, got)
		}
		if got, ok := s.Note(a); ok && string(got) != "note" {
			t.Fatalf("%s %d: the note is %q", what, i, got)
		}
	}
	refresh := func() {
		put(t, s, a, content)
		if err := s.SetNote(a, []byte("note")); err != nil {
			t.Fatal(err)
		}
	}
	refresh()
	misses := 0
	walk(t, s, func(f stored) {
		good, err := os.ReadFile(f.name)
		if err != nil {
			t.Fatal(err)
		}
		write := func(data []byte) {
			if err := os.WriteFile(f.name, data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << rand.IntN(8)
			write(bad)
			check("flipped bit in byte", i)
			if _, ok := s.Get(a); !ok {
				misses++
			}
			write(good[:i])
			check("cut at", i)
		}
		write(append(bytes.Clone(good), 0))
		check("longer than", len(good))
		write(good)
		refresh()
	})
	if misses == 0 {
		t.Error("no damage makes a miss")
	}
	want(t, s, a, content)
}

// A content that was damaged is written anew, though its name is there.
func TestRepair(t *testing.T) {
	s := open(t)
	a := s.Action("k")
	put(t, s, a, "content")
	name := s.file(Digest([]byte("content")), contentSuffix)
	if err := os.WriteFile(name, []byte("CONTENT"), 0o666); err != nil {
		t.Fatal(err)
	}
	want(t, s, a, "")
	info, err := s.Info(false)
	if err != nil || info.Damaged != 1 {
		t.Errorf("%+v, %v; want one damaged file", info, err)
	}
	put(t, s, a, "content")
	want(t, s, a, "content")
	if err := os.WriteFile(name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if info, err := s.Info(true); err != nil || info.Damaged != 2 { // the entry has no content any more
		t.Errorf("%+v, %v; want two damaged files", info, err)
	}
	if info, err := s.Info(false); err != nil || info.Damaged != 0 || info.Entries != 0 {
		t.Errorf("%+v, %v; want none after removing", info, err)
	}
}

// An entry copied to the name of another action answers nothing.
func TestSwapped(t *testing.T) {
	s := open(t)
	a, b := s.Action("a"), s.Action("b")
	put(t, s, a, "of a")
	put(t, s, b, "of b")
	data, err := os.ReadFile(s.file(a, entrySuffix))
	if err == nil {
		err = os.WriteFile(s.file(b, entrySuffix), data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	want(t, s, b, "")
}

// Without a place to write to, there is an error and no panic; what is there can
// be read.
func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		s := Open(dir, me, "")
		a := s.Action("k")
		if err := s.Put(a, []byte("x")); err == nil {
			t.Errorf("a cache in %s takes something", dir)
		}
		want(t, s, a, "")
		s.Lock(t.Context(), a)()
	}
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		return // nothing is read-only
	}
	s := open(t)
	a := s.Action("k")
	put(t, s, a, "kept")
	walk(t, s, func(f stored) {
		dir := filepath.Dir(f.name)
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o777) })
	})
	want(t, s, a, "kept")
	if err := s.Put(a, []byte("new")); err == nil {
		t.Error("a read-only cache takes something")
	}
	want(t, s, a, "kept")
}

// Readers among writers see one of the contents, whole, all the time.
func TestConcurrent(t *testing.T) {
	s := open(t)
	a := s.Action("k")
	put(t, s, a, strings.Repeat("0", 5000))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 50 {
				if err := s.Put(a, bytes.Repeat([]byte{'0' + byte(i)}, 5000)); err != nil {
					t.Error(err)
				}
				content, ok := s.Get(a)
				if !ok || len(content) != 5000 || strings.Trim(string(content), string(content[:1])) != "" {
					t.Errorf("half a content: %v, %d bytes", ok, len(content))
				}
			}
		})
	}
	wg.Wait()
}

func TestLock(t *testing.T) {
	s := open(t)
	a := s.Action("k")
	held, inside := 0, sync.Mutex{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			unlock := s.Lock(t.Context(), a)
			if !inside.TryLock() {
				t.Error("two are inside")
			} else {
				held++
				inside.Unlock()
			}
			unlock()
		})
	}
	wg.Wait()
	if held != 8 {
		t.Errorf("%d of 8 were let in", held)
	}
	unlock := s.Lock(t.Context(), a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.Lock(ctx, a)() // returns, though the lock is held
	unlock()
	s.Lock(t.Context(), a)() // the one that gave up doesn't hold it
}

func TestTrim(t *testing.T) {
	s := open(t)
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	day := 24 * time.Hour
	age := func(action ID, d time.Duration) {
		t.Helper()
		content, ok := s.local(action)
		if !ok {
			t.Fatal("no such entry")
		}
		for _, name := range []string{s.file(action, entrySuffix), s.file(Digest(content), contentSuffix)} {
			if err := os.Chtimes(name, now.Add(-d), now.Add(-d)); err != nil {
				t.Fatal(err)
			}
		}
	}
	old, mid, young := s.Action("old"), s.Action("mid"), s.Action("young")
	for action, d := range map[ID]time.Duration{old: 20 * day, mid: 5 * day, young: day} {
		put(t, s, action, strings.Repeat(action.String(), 100))
		age(action, d)
	}
	leftover := filepath.Join(filepath.Dir(s.file(mid, "")), tempPrefix+"1")
	fresh := filepath.Join(filepath.Dir(s.file(mid, "")), tempPrefix+"2")
	foreign := filepath.Join(filepath.Dir(s.file(mid, "")), "foreign")
	for _, name := range []string{leftover, fresh, foreign} {
		when := now.Add(-time.Minute)
		if name != fresh {
			when = now.Add(-30 * day)
		}
		if err := os.WriteFile(name, []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	exists := func(name string) bool { _, err := os.Stat(name); return err == nil }
	if _, err := s.Trim(14*day, 1<<30); err != nil {
		t.Fatal(err)
	}
	if exists(s.file(old, entrySuffix)) || exists(leftover) {
		t.Error("old files are left")
	}
	if !exists(s.file(mid, entrySuffix)) || !exists(fresh) || !exists(foreign) {
		t.Error("too much is removed")
	}
	// Looking something up makes it young.
	want(t, s, mid, strings.Repeat(mid.String(), 100))
	got, err := s.Trim(14*day, 9000)
	if err != nil || got.Kept > 7200 {
		t.Errorf("%+v, %v; want at most 0.8 x 9000 bytes kept", got, err)
	}
	if exists(s.file(young, entrySuffix)) || !exists(s.file(mid, entrySuffix)) {
		t.Error("not the one that was used longest ago is removed")
	}
	if _, err := s.Trim(0, 0); err != nil {
		t.Fatal(err)
	}
	want(t, s, mid, "")
	if !exists(fresh) || !exists(foreign) {
		t.Error("files of others are removed")
	}
}

// Put trims by itself, once a day.
func TestTrimNow(t *testing.T) {
	s := open(t)
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	old := s.Action("old")
	put(t, s, old, "old")
	past := now.Add(-MaxAge - time.Hour)
	touch := func(name string) {
		t.Helper()
		if err := os.Chtimes(name, past, past); err != nil {
			t.Fatal(err)
		}
	}
	touch(s.file(old, entrySuffix))
	put(t, s, s.Action("1"), "1")
	if _, err := os.Stat(s.file(old, entrySuffix)); err != nil {
		t.Error("trimmed twice in a day")
	}
	touch(filepath.Join(s.dir, trimmed))
	put(t, s, s.Action("2"), "2")
	if _, err := os.Stat(s.file(old, entrySuffix)); err == nil {
		t.Error("not trimmed after two weeks")
	}
}

func TestClear(t *testing.T) {
	s := open(t)
	put(t, s, s.Action("k"), "x")
	foreign := filepath.Join(s.dir, "foreign")
	if err := os.WriteFile(foreign, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	want(t, s, s.Action("k"), "")
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a foreign file is removed")
	}
	if info, err := s.Info(false); err != nil || info.Files != 0 {
		t.Errorf("%+v, %v", info, err)
	}
	if err := Open(filepath.Join(t.TempDir(), "none"), me, "").Clear(); err != nil {
		t.Error(err)
	}
	precious := t.TempDir()
	if err := os.WriteFile(filepath.Join(precious, "ab"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Open(precious, me, "").Clear(); err == nil || !strings.Contains(err.Error(), "AUTOVER_CACHE") {
		t.Errorf("clears any folder: %v", err)
	}
}
