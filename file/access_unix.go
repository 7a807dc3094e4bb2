//go:build !windows

package file

import (
	"io/fs"
	"syscall"
)

// writable says why a path cannot be written to.
func writable(path string) error {
	const forWriting = 2 // W_OK of access(2)
	return syscall.Access(path, forWriting)
}

// openToAll reports the read permission of users who neither own a file nor are in its group.
func openToAll(mode fs.FileMode) bool { return mode.Perm()&0o004 != 0 }
