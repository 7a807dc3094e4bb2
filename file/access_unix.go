//go:build !windows

package file

import "syscall"

// writable says why a path cannot be written to.
func writable(path string) error {
	const forWriting = 2 // W_OK of access(2)
	return syscall.Access(path, forWriting)
}
