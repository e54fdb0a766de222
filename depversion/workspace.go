package depversion

import (
	"fmt"

	"golang.org/x/mod/modfile"
)

// Workspace returns the folders of a go.work file's use directives as they are
// written: absolute, or relative to the folder of the file. The name serves
// error messages only.
func Workspace(name string, data []byte) ([]string, error) {
	f, err := modfile.ParseWork(name, data, nil)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w: correct the file, or set GOWORK=off to ignore it", name, err)
	}
	if len(f.Use) == 0 {
		return nil, fmt.Errorf("read %s: it uses no module: run 'go work use DIR'", name)
	}
	dirs := make([]string, len(f.Use))
	for i, u := range f.Use {
		dirs[i] = u.Path
	}
	return dirs, nil
}
