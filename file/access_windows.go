package file

import (
	"io/fs"
	"os"
)

// writable says why a path cannot be written to, as far as its read-only mark tells.
func writable(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o200 == 0 {
		return fs.ErrPermission
	}
	return err
}

// openToAll is always false: who may read a file is not in its mode.
func openToAll(fs.FileMode) bool { return false }
