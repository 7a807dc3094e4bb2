package poll

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// SaveState writes facts, counters, boot times, phases and what is known of logins to a file, whole or not at all. It
// replaces nothing but a regular file of its own.
func SaveState(path string, e *Engine) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("save state: %w", err)
		}
	}()
	path, err = ours(path)
	if err != nil {
		return err
	}
	// Always the same name, so that what a killed process left behind is written over.
	draft, err := ours(path + ".new")
	if err != nil {
		return err
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(draft)
		}
	}()
	w := bufio.NewWriterSize(f, 64<<10)
	if err := e.writeState(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// savePause is between two saves for the sake of logins, at least, or as long as the one before took, if that is less: that of a large fleet
// takes its time.
const savePause = time.Second

// KeepState saves again and again until the context ends, and soon when a secret is refused: a process that is killed and started
// over and over must not try it as often. Each time it does so only if due says so. Save once more when the engine has stopped. A
// failure is logged once, until a save succeeds again.
func KeepState(ctx context.Context, path string, every time.Duration, e *Engine, due func() bool) {
	failing := false
	for e.awaitSave(ctx, every) {
		if !due() {
			continue
		}
		began := time.Now()
		err := SaveState(path, e)
		if err != nil && !failing {
			e.log.Warn("state is not saved", "file", path, "err", err)
		}
		failing = err != nil
		if !pause(ctx, min(savePause, time.Since(began))) {
			return
		}
	}
}

// awaitSave waits until the state is to be saved, and reports whether the context lasted.
func (e *Engine) awaitSave(ctx context.Context, every time.Duration) bool {
	timer := time.NewTimer(every)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-e.door.Worse:
	}
	return true
}

// LoadState gives the engine, which must not run yet, what SaveState wrote. Devices that were polled recently are not
// polled at once but at their phase. A file that is not there is no error, but its folder has to be writable. A state
// that cannot be understood is set aside under another name: that is the warning, and no reason not to start. A path at
// which no state can be kept is an error: a folder, a device, somebody else's file.
func LoadState(path string, e *Engine) (warning, err error) {
	path, err = ours(path)
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	if err := writable(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	defer f.Close()
	s, err := readState(f)
	if err != nil {
		aside := path + ".bad-" + time.Now().UTC().Format("20060102T150405Z")
		if moved := os.Rename(path, aside); moved != nil {
			return nil, fmt.Errorf("state file: %w; it could not be set aside: %w", err, moved)
		}
		return fmt.Errorf("load state: %w; the file is set aside as %s", err, aside), nil
	}
	e.restore(s)
	return nil, nil
}

// ours follows links and returns the file's own path. It is an error if something is there that is not a regular file, or
// that does not begin as a state file does.
func ours(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s is a link to nothing; remove it", path)
		}
		return path, nil
	}
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file; name one, or one that does not exist yet", path)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	head := make([]byte, len(mark))
	n, err := io.ReadFull(f, head)
	switch {
	case errors.Is(err, io.EOF): // empty
		return path, nil
	case n < len(head) || !bytes.Equal(head, mark):
		return "", fmt.Errorf("%s is not a state file; it is left alone, name another one", path)
	}
	return path, nil
}

// writable reports why no file can be made in a folder.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".netver-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// syncDir makes a rename last.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
