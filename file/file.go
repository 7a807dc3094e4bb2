// Package file reads the files that an operator names. It knows that a name may lead to a pipe, a device or a mount
// that hangs; it does not know what a file is for.
package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// patience is how long a file may keep us waiting, whatever is behind its name.
const patience = 10 * time.Second

// Read returns a file's content, without a byte order mark. It is an error if there is more than limit bytes, or if the
// file keeps us waiting for longer than 10 s; or if it is a pipe out of which nothing comes. Errors do not name the file.
func Read(name string, limit int) ([]byte, error) { return read(name, limit, patience) }

// Check says why a file is none that can be read again and again: it is missing, a directory, a pipe. The errors are like
// those of Read.
func Check(name string) error {
	return bounded(patience, func() error {
		info, err := os.Stat(name)
		switch {
		case err != nil:
			return err
		case info.IsDir():
			return syscall.EISDIR
		case !info.Mode().IsRegular() && name != os.DevNull:
			return errors.New("is a pipe, socket or device, want a file")
		}
		return nil
	})
}

// Appendable says why a file cannot be written to or, if there is none, made; folders of its path may be missing. The errors
// are like those of Read.
func Appendable(name string) error {
	return bounded(patience, func() error {
		err := writable(name)
		for errors.Is(err, fs.ErrNotExist) && filepath.Dir(name) != name {
			name = filepath.Dir(name)
			err = writable(name)
		}
		return err
	})
}

// OpenToAll reports whether a file is one that every user of the machine may read, as far as its own permissions tell. It is
// false for what is no regular file, and where the system has no such permissions.
func OpenToAll(name string) bool {
	open := false
	err := bounded(patience, func() error {
		info, err := os.Stat(name)
		open = err == nil && info.Mode().IsRegular() && openToAll(info.Mode())
		return err
	})
	return err == nil && open
}

// Glob lists the files that a pattern of package filepath means, in order. The errors are like those of Read, or
// filepath.ErrBadPattern.
func Glob(pattern string) ([]string, error) {
	var found []string
	err := bounded(patience, func() (err error) {
		found, err = filepath.Glob(pattern)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// IsPattern reports whether a name stands for several files, as Glob understands it.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// ErrDirectory means that a name leads to a directory.
var ErrDirectory = errors.New("is a directory, want a file")

// byteOrderMark is what some editors put before UTF-8 text.
var byteOrderMark = []byte("\xef\xbb\xbf")

func read(name string, limit int, patience time.Duration) ([]byte, error) {
	var text []byte
	err := bounded(patience, func() (err error) {
		text, err = readAll(name, limit, patience)
		return err
	})
	if err != nil {
		return nil, err
	}
	return bytes.TrimPrefix(text, byteOrderMark), nil
}

// bounded calls a function and does not wait for it longer than patience: a call into a mount that hangs can not be ended,
// so its goroutine is left behind.
func bounded(patience time.Duration, call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-done:
		return plain(err)
	case <-late.C:
		return fmt.Errorf("there is no answer within %s", patience)
	}
}

func readAll(name string, limit int, patience time.Duration) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // to open a pipe that nobody writes to does not wait
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(patience)) // only pipes and their like have one
	tooLarge := fmt.Errorf("it is larger than %d bytes", limit)
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() && info.Size() > int64(limit) {
		return nil, tooLarge
	}
	text, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	switch {
	case err == nil && len(text) > limit:
		err = tooLarge
	case err == nil && len(text) == 0 && info.Mode()&fs.ModeNamedPipe != 0:
		err = errors.New("is a pipe to which nobody writes, want a file")
	}
	return text, err
}

// plain is the reason in an error of package os, without the file's name.
func plain(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return noSuchFile{}
	case errors.Is(err, syscall.EISDIR):
		return ErrDirectory
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// noSuchFile is fs.ErrNotExist in plain words.
type noSuchFile struct{}

func (noSuchFile) Error() string        { return "no such file" }
func (noSuchFile) Is(target error) bool { return target == fs.ErrNotExist }
