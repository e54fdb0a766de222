package analyzer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/autover/autover/hasher"
	"github.com/autover/autover/internal/inputs"
)

// A glob is matched element by element: each is a pattern of path.Match, and **
// stands for any number of folders. Letter case counts on every file system,
// since names are compared with what folders list.

// checkGlob refuses patterns that can't be matched, wherever they stand.
func checkGlob(pattern string) error {
	switch {
	case pattern == "":
		return errors.New("empty glob: name a file")
	case path.IsAbs(pattern) || filepath.IsAbs(pattern) || filepath.VolumeName(pattern) != "":
		return fmt.Errorf("glob %s is absolute: write it relative to the folder that it stands in", pattern)
	}
	for elem := range strings.SplitSeq(pattern, "/") {
		if strings.Contains(elem, "**") && elem != "**" {
			return fmt.Errorf("bad glob %s: ** stands for whole folders, alone between slashes", pattern)
		}
		if _, err := path.Match(elem, ""); err != nil {
			return fmt.Errorf("bad glob %s: correct the brackets and backslashes in %s", pattern, elem)
		}
	}
	return nil
}

// fileFinder finds the files that globs select and hashes their contents, each
// once.
type fileFinder struct {
	in      *inputs.Reader
	found   map[string][]dataFile // by module folder, folder and pattern
	digests map[string]hasher.Digest
	made    map[string]string // files that no glob may select, see madeConstants
}

// dataFile is a file whose content counts. Its name is the path of its module
// and the file's path inside, so that it is the same everywhere.
type dataFile struct {
	name, digest string
}

func newFileFinder(in *inputs.Reader, made map[string]string) *fileFinder {
	return &fileFinder{in: in, made: made, found: make(map[string][]dataFile), digests: make(map[string]hasher.Digest)}
}

// moduleFolder is a module as globs see it.
type moduleFolder struct {
	path, dir string
}

// find returns the files that a glob in a folder of a module selects, sorted.
// None is an error, since a misspelt glob would go unnoticed.
func (f *fileFinder) find(m moduleFolder, dir, pattern string) ([]dataFile, error) {
	key := m.dir + "\x00" + dir + "\x00" + pattern
	if files, ok := f.found[key]; ok {
		return files, nil
	}
	if m.dir == "" {
		return nil, fmt.Errorf("glob %s: module %s is vendored, which leaves such files behind: remove the directive, or replace the module by a directory", pattern, m.path)
	}
	rel, err := filepath.Rel(m.dir, dir)
	if err != nil {
		return nil, err
	}
	// Clean would take a backslash for an ordinary character, as it should.
	full := path.Join(filepath.ToSlash(rel), pattern)
	if full == ".." || strings.HasPrefix(full, "../") {
		return nil, fmt.Errorf("glob %s leaves the module: only files in module %s can count", pattern, m.path)
	}
	if err := selectsMade(f.made, m, full); err != nil {
		return nil, err
	}
	names := make(map[string]string)
	if err := f.expand(m.dir, m.dir, "", strings.Split(full, "/"), names); err != nil {
		return nil, fmt.Errorf("glob %s: %w", pattern, err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("glob %s matches no file in module %s: add the file or correct the glob; a folder is written %s/**", pattern, m.path, strings.TrimSuffix(pattern, "/"))
	}
	files := make([]dataFile, 0, len(names))
	for name, abs := range names {
		d, err := f.digest(abs)
		if err != nil {
			return nil, fmt.Errorf("glob %s: %w: make it readable", pattern, err)
		}
		files = append(files, dataFile{m.path + "/" + name, d.String()})
	}
	slices.SortFunc(files, func(a, b dataFile) int { return strings.Compare(a.name, b.name) })
	f.found[key] = files
	return files, nil
}

// expand adds the files in dir, which is rel in the module, that the elements
// of a pattern select.
func (f *fileFinder) expand(root, dir, rel string, elems []string, names map[string]string) error {
	if rel != "" {
		if mod, err := f.in.Entry(dir, "go.mod"); mod != nil || err != nil {
			return err // another module
		}
	}
	deep := elems[0] == "**"
	entries, err := f.list(dir, elems[0])
	if err != nil {
		return err
	}
	if deep && len(elems) > 1 {
		if err := f.expand(root, dir, rel, elems[1:], names); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if ok, _ := path.Match(elems[0], e.Name()); !ok && !deep || e.Name() == ".git" {
			continue
		}
		name, abs := path.Join(rel, e.Name()), filepath.Join(dir, e.Name())
		isDir, err := f.isFolder(root, abs, e, deep)
		if err != nil {
			return err
		}
		switch {
		case isDir && deep:
			err = f.expand(root, abs, name, elems, names)
		case isDir && len(elems) > 1:
			err = f.expand(root, abs, name, elems[1:], names)
		case !isDir && len(elems) == 1:
			names[name] = abs
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list returns the entries of a folder among which are all that a pattern selects.
// What else comes into a folder is no matter for a name without wildcards.
func (f *fileFinder) list(dir, pattern string) ([]fs.DirEntry, error) {
	if strings.ContainsAny(pattern, `*?[\`) {
		return f.in.ReadDir(dir)
	}
	e, err := f.in.Entry(dir, pattern)
	if e == nil || err != nil {
		return nil, err
	}
	return []fs.DirEntry{e}, nil
}

// isFolder tells folders from files. A symbolic link counts as what it leads
// to, which must lie in the module; ** doesn't follow one to a folder, whose
// files might be met twice or without end.
func (f *fileFinder) isFolder(root, name string, e fs.DirEntry, deep bool) (bool, error) {
	mode := e.Type()
	if mode&fs.ModeSymlink != 0 {
		to, err := f.in.EvalSymlinks(name)
		if err != nil {
			return false, err
		}
		if root, err = f.in.EvalSymlinks(root); err != nil {
			return false, err
		}
		if rel, err := filepath.Rel(root, to); err != nil || !filepath.IsLocal(rel) {
			return false, fmt.Errorf("%s is a link that leaves the module: copy the file into it", name)
		}
		info, err := f.in.Stat(to)
		if err != nil {
			return false, err
		}
		if mode = info.Mode(); mode.IsDir() && deep {
			return false, fmt.Errorf("%s is a link to a folder, which ** doesn't follow: name it in the glob", name)
		}
	}
	if !mode.IsDir() && !mode.IsRegular() {
		return false, fmt.Errorf("%s is neither a file nor a folder: name regular files", name)
	}
	return mode.IsDir(), nil
}

// digest returns the digest of a file's content, which is read once.
func (f *fileFinder) digest(name string) (hasher.Digest, error) {
	if d, ok := f.digests[name]; ok {
		return d, nil
	}
	d, err := fileDigest(f.in, name)
	if err == nil {
		f.digests[name] = d
	}
	return d, err
}

// fileDigest returns the digest of a file's content.
func fileDigest(in *inputs.Reader, name string) (hasher.Digest, error) {
	f, err := in.Open(name)
	if err != nil {
		return hasher.Digest{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return hasher.Digest{}, err
	}
	d, err := hasher.File(f, info.Size())
	if err != nil {
		return hasher.Digest{}, fmt.Errorf("read %s: %w", name, err)
	}
	return d, nil
}
