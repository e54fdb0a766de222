//go:build !linux && !darwin

package inputs

import "io/fs"

// signatureOf returns the signature of a file; it is never exact here.
func signatureOf(info fs.FileInfo) (sig signature, exact bool) {
	return signature{mode: uint64(info.Mode()), size: info.Size(), modified: info.ModTime().UnixNano()}, false
}
