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
	"syscall"
	"time"
)

// patience is how long a file may keep us waiting, whatever is behind its name.
const patience = 10 * time.Second

// Read returns a file's content, without a byte order mark. It is an error if there is more than limit bytes, or if the
// file keeps us waiting for longer than 10 s; a pipe that nobody writes to is empty. Errors do not name the file.
func Read(name string, limit int) ([]byte, error) { return read(name, limit, patience) }

// byteOrderMark is what some editors put before UTF-8 text.
var byteOrderMark = []byte("\xef\xbb\xbf")

func read(name string, limit int, patience time.Duration) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // a call into a mount that hangs can not be ended; it is left behind
		text, err := readAll(name, limit, patience)
		done <- result{text, err}
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case r := <-done:
		return bytes.TrimPrefix(r.text, byteOrderMark), plain(r.err)
	case <-late.C:
		return nil, fmt.Errorf("it gives nothing to read within %s", patience)
	}
}

func readAll(name string, limit int, patience time.Duration) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // to open a pipe that nobody writes to does not wait
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(patience)) // only pipes and their like have one
	text, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err == nil && len(text) > limit {
		err = fmt.Errorf("it is larger than %d bytes", limit)
	}
	if err != nil {
		return nil, err
	}
	return text, nil
}

// plain is the reason in an error of package os, without the file's name.
func plain(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return noSuchFile{}
	case errors.Is(err, syscall.EISDIR):
		return errors.New("is a directory, want a file")
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
