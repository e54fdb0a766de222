package store

import (
	"context"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// lockWait bounds how long a process waits for another one that may be stopped
// or hang. It is much longer than an analysis takes.
const lockWait = time.Minute

// Lock waits until no other process works on an action, so that what it finds
// needn't be found twice, and returns the function that lets others in. The lock
// is advice: it is given up after lockWait, when ctx is cancelled, and where the
// folder allows for none, and ends with the process, however that ends.
func (s *Store) Lock(ctx context.Context, action ID) (unlock func()) {
	if s == nil {
		return func() {}
	}
	name := s.file(action, lockSuffix)
	if err := s.makeDir(filepath.Dir(name)); err != nil {
		return func() {}
	}
	locked, abandoned := make(chan func()), make(chan struct{})
	go func() {
		unlock, err := lockedfile.MutexAt(name).Lock()
		if err != nil {
			unlock = func() {}
		}
		select {
		case locked <- unlock:
		case <-abandoned:
			unlock()
		}
	}()
	timer := time.NewTimer(lockWait)
	defer timer.Stop()
	select {
	case unlock := <-locked:
		return unlock
	case <-ctx.Done():
	case <-timer.C:
	}
	close(abandoned)
	return func() {}
}
