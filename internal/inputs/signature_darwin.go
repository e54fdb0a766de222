package inputs

import (
	"io/fs"
	"syscall"
)

// signatureOf returns the signature of a file; exact says that it has a time that
// programs can't set.
func signatureOf(info fs.FileInfo) (sig signature, exact bool) {
	sig = signature{mode: uint64(info.Mode()), size: info.Size(), modified: info.ModTime().UnixNano()}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return sig, false
	}
	sig.device, sig.inode, sig.changed = uint64(uint32(st.Dev)), st.Ino, st.Ctimespec.Nano()
	return sig, true
}
