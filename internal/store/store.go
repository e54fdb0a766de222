// Package store keeps the results of analyses between runs, in a folder that any
// number of processes share.
//
// # Terms
//
// An action is everything that a result depends on, condensed into an ID. The
// content is the result, as bytes. An entry maps the ID of an action to the
// digest of a content and its length; entries and contents are files of their
// own, so that equal contents are kept once. What only makes sense on this
// machine, such as what is known about files by their times, is a note.
//
// # Guarantees
//
// Get answers with the bytes that were put for the very action by a program of
// the same identity, or not at all: whatever is wrong with a file (truncated,
// flipped bits, of another program, unreadable, half written by a process that
// was killed) is a miss. Files are written under temporary names and renamed, so
// readers see all of a file or nothing of it; what a crash of the machine leaves
// behind is caught by length and checksum. Nothing else than speed depends on a
// Put, which is why callers may ignore its error: a full disk or a read-only
// folder makes runs slow and not wrong.
//
// # Identity
//
// Programs of different identity never see each other's entries: it enters every
// ID and stands in every file. See Identity.
//
// # Second tier
//
// With a helper of the go command's cache protocol (GOCACHEPROG), what is not
// found in the folder is asked of the helper, and what is put into the folder is
// handed to it as well. See helper.
package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ID is a digest that stands for an action or a content.
type ID [sha256.Size]byte

// String returns the ID in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Digest returns the ID of a content.
func Digest(content []byte) ID { return sha256.Sum256(content) }

// A Store is a folder of entries. Its methods may be called by several
// goroutines at once. A nil Store holds nothing.
type Store struct {
	dir      string
	identity ID
	helper   *helper // nil without one
	now      func() time.Time
}

// Open returns the store in a folder, which need not exist. Programs of another
// identity have no entries in common with this one. The program, a command line
// as GOCACHEPROG has it, is the helper; empty means none. It is started when it
// is first needed, and ended by Close.
func Open(dir string, identity ID, program string) *Store {
	s := &Store{dir: dir, identity: identity, now: time.Now}
	if program != "" {
		s.helper = &helper{program: program}
	}
	return s
}

// Close ends the helper.
func (s *Store) Close() {
	if s != nil {
		s.helper.close()
	}
}

// HelperError returns why there is no help of the helper; nil if there is none or
// it hasn't failed.
func (s *Store) HelperError() error {
	if s == nil {
		return nil
	}
	return s.helper.failure()
}

// Dir returns the folder of the store.
func (s *Store) Dir() string { return s.dir }

// Action condenses a description of an action into its ID. The kind keeps
// different sorts of results apart; parts are delimited by their lengths.
func (s *Store) Action(kind string, parts ...string) ID {
	h := sha256.New()
	if s != nil {
		h.Write(s.identity[:])
	}
	for _, part := range append([]string{kind}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	return ID(h.Sum(nil))
}

// The suffixes of file names tell what a file is.
const (
	entrySuffix   = "-a"
	contentSuffix = "-d"
	noteSuffix    = "-n"
	lockSuffix    = "-l"
	tempPrefix    = "tmp-"
)

// magic begins every file but contents, which are known by their digest.
const magic = "autover store 1\n"

// entrySize is the length of an entry: magic, identity, action, content, the
// length of the content, and the digest of all that.
const entrySize = len(magic) + 3*len(ID{}) + 8 + len(ID{})

func (s *Store) file(id ID, suffix string) string {
	name := id.String()
	return filepath.Join(s.dir, name[:2], name+suffix)
}

// Get returns what was put for an action; false if that isn't known.
func (s *Store) Get(action ID) ([]byte, bool) {
	if s == nil {
		return nil, false
	}
	if content, ok := s.local(action); ok {
		return content, true
	}
	content, ok := s.helper.get(s.identity, action)
	if !ok {
		return nil, false
	}
	_ = s.write(action, content) // it was found all the same
	return content, true
}

// local looks into the folder alone.
func (s *Store) local(action ID) ([]byte, bool) {
	name := s.file(action, entrySuffix)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, false
	}
	id, size, err := s.parseEntry(data, action)
	if err != nil {
		return nil, false
	}
	s.use(name)
	name = s.file(id, contentSuffix)
	content, err := os.ReadFile(name)
	if err != nil || uint64(len(content)) != size || Digest(content) != id {
		return nil, false
	}
	s.use(name)
	return content, true
}

// Put keeps the result of an action, in place of what was known of it.
func (s *Store) Put(action ID, content []byte) error {
	if s == nil {
		return nil
	}
	err := s.write(action, content)
	s.helper.put(s.identity, action, content)
	if err == nil {
		s.trimNow()
	}
	return err
}

func (s *Store) write(action ID, content []byte) error {
	id := Digest(content)
	name := s.file(id, contentSuffix)
	if old, err := os.ReadFile(name); err != nil || Digest(old) != id {
		if err := s.writeFile(name, content); err != nil {
			return err
		}
	}
	s.use(name) // or a concurrent trimming might take it for an old one
	return s.writeFile(s.file(action, entrySuffix), s.formatEntry(action, id, len(content)))
}

func (s *Store) formatEntry(action, content ID, size int) []byte {
	data := append([]byte(magic), s.identity[:]...)
	data = append(data, action[:]...)
	data = append(data, content[:]...)
	data = binary.BigEndian.AppendUint64(data, uint64(size))
	sum := Digest(data)
	return append(data, sum[:]...)
}

// errEntry is what is wrong with a file that is no entry for an action.
var errEntry = errors.New("no entry of this program")

func (s *Store) parseEntry(data []byte, action ID) (content ID, size uint64, err error) {
	body := len(data) - len(ID{})
	if len(data) != entrySize || Digest(data[:body]) != ID(data[body:]) {
		return ID{}, 0, errEntry
	}
	data = data[:body]
	head := append([]byte(magic), s.identity[:]...)
	head = append(head, action[:]...)
	if string(data[:len(head)]) != string(head) {
		return ID{}, 0, errEntry
	}
	data = data[len(head):]
	return ID(data), binary.BigEndian.Uint64(data[len(ID{}):]), nil
}

// Note returns the note of an action on this machine; false if there is none.
func (s *Store) Note(action ID) ([]byte, bool) {
	if s == nil {
		return nil, false
	}
	name := s.file(action, noteSuffix)
	data, err := os.ReadFile(name)
	sum := len(data) - len(ID{})
	if err != nil || sum < 0 || ID(data[sum:]) != s.noteSum(action, data[:sum]) {
		return nil, false
	}
	s.use(name)
	return data[:sum], true
}

// SetNote keeps a note, which never leaves this machine.
func (s *Store) SetNote(action ID, text []byte) error {
	if s == nil {
		return nil
	}
	sum := s.noteSum(action, text)
	return s.writeFile(s.file(action, noteSuffix), append(text[:len(text):len(text)], sum[:]...))
}

func (s *Store) noteSum(action ID, text []byte) ID {
	h := sha256.New()
	h.Write([]byte(magic))
	h.Write(s.identity[:])
	h.Write(action[:])
	h.Write(text)
	return ID(h.Sum(nil))
}

// writeFile writes a file of the store.
func (s *Store) writeFile(name string, data []byte) error {
	dir := filepath.Dir(name)
	if err := s.makeDir(dir); err != nil {
		return fmt.Errorf("create folder of the cache: %w", err)
	}
	return replace(dir, name, data)
}

// replace writes a file under a temporary name and renames it.
func replace(dir, name string, data []byte) error {
	f, err := os.CreateTemp(dir, tempPrefix)
	if err != nil {
		return fmt.Errorf("write to the cache: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write to the cache: %w", err)
	}
	return nil
}

// makeDir makes a folder of the store. The topmost one is marked, so that
// Clear can tell it from a folder that was named by mistake.
func (s *Store) makeDir(dir string) error {
	if _, err := os.Stat(filepath.Join(s.dir, markerName)); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(s.dir, 0o777); err != nil {
			return err
		}
		if err := replace(s.dir, filepath.Join(s.dir, markerName), []byte(marker)); err != nil {
			return err
		}
	}
	return os.MkdirAll(dir, 0o777)
}

const (
	markerName = "README"
	marker     = "This folder is the cache of autover. It may be removed at any time;\nautover makes it again. 'autover help cache' tells more.\n"
)

// useInterval is how exact the time of last use is kept.
const useInterval = time.Hour

// use notes that a file has been used.
func (s *Store) use(name string) {
	now := s.now()
	if info, err := os.Stat(name); err == nil && now.Sub(info.ModTime()) >= useInterval {
		_ = os.Chtimes(name, now, now) // in a read-only folder nothing is trimmed either
	}
}
