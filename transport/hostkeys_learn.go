package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/crypto/ssh"
)

// Learn adds the key of a host at an address (host:port) that has none yet. It returns nil if that very key is known
// already, and an error if the host has another one.
func (h *HostKeys) Learn(address string, key ssh.PublicKey) error {
	return h.learn(hostName(address), key.Type(), keyText(key))
}

// learn decides again under the file's lock, with what other processes have learned: of two that meet the same
// new host at once only one may learn its key.
func (h *HostKeys) learn(host, keyType, key string) error {
	cannot := func(err error) error {
		return isUnknown(fmt.Errorf("the key of %s is new and cannot be learned: %w", host, err))
	}
	if len(h.files) == 0 {
		return cannot(fmt.Errorf("no known_hosts file is named"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	select {
	case h.reading <- struct{}{}:
		defer h.doneReading()
	case <-ctx.Done(): // who has it waits for the file's lock
		return cannot(isHeld(h.files[0]))
	}
	unlock, err := lock(ctx, h.files[0])
	if err != nil {
		return cannot(err)
	}
	defer unlock()
	if err := h.reread(); err != nil {
		return cannot(err)
	}
	if verdict := h.judge(host, keyType, key); !errors.Is(verdict, errNew) {
		return verdict
	}
	line := &knownLine{keyType: keyType, key: key, file: h.files[0]}
	if err := h.append(host, line); err != nil {
		return cannot(err)
	}
	h.log.Info("learned a host key", "host", host, "type", keyType, "fingerprint", fingerprint(line.key), "file", line.file)
	return nil
}

// append adds a line to the first file, and to what is known without reading the file again. The caller holds reading
// and the file's lock.
func (h *HostKeys) append(host string, line *knownLine) error {
	f, err := os.OpenFile(line.file, os.O_APPEND|os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	before, err := f.Stat()
	if err != nil {
		return err
	}
	text := host + " " + line.keyType + " " + line.key + "\n"
	state := &h.states[0]
	if state.partial {
		text = "\n" + text
	}
	if err := appendWhole(f, before.Size(), text); err != nil {
		return err
	}
	line.line = state.lines + 1
	h.mu.Lock()
	h.known.names[host] = append(h.known.names[host], line)
	h.mu.Unlock()
	after, err := f.Stat()
	if err != nil || before.Size() != state.size || after.Size() != state.size+int64(len(text)) {
		return nil // another program wrote without the lock; the file is read again at the next look
	}
	state.count([]byte(text))
	state.lines, state.info, state.partial = line.line, after, false
	return nil
}

// appendWhole appends the text whole or not at all: what a full disk has taken of it is cut off again.
func appendWhole(f *os.File, size int64, text string) error {
	n, err := f.WriteString(text)
	if err == nil {
		return nil
	}
	if n == 0 {
		return err
	}
	if info, stat := f.Stat(); stat != nil || info.Size() != size+int64(n) { // others have written since
		return fmt.Errorf("%w; a part of a line is left at its end", err)
	}
	if cut := f.Truncate(size); cut != nil {
		return fmt.Errorf("%w; a part of a line is left at its end: %w", err, cut)
	}
	return err
}

// lockWait bounds how long a file's lock is waited for, by all of this process that do so at once.
const lockWait = 5 * time.Second

func isHeld(file string) error {
	return fmt.Errorf("another process has held the lock of %s for %v", file, lockWait)
}

// lock locks a file against other processes that learn, and creates it if need be. A file that was replaced while its lock
// was waited for is locked anew.
func lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	if _, err := stat(name); err != nil {
		return nil, err
	}
	locked := name
	if runtime.GOOS == "windows" { // there a lock would keep others from reading
		locked += ".lock"
	}
	for {
		l := flock.New(locked, flock.SetPermissions(0o600))
		if _, err := l.TryLockContext(ctx, time.Millisecond); err != nil {
			l.Close()
			if ctx.Err() != nil {
				return nil, isHeld(name)
			}
			return nil, fmt.Errorf("lock %s: %w", locked, err)
		}
		mine, err := l.Stat()
		if err == nil {
			var now fs.FileInfo
			if now, err = os.Stat(locked); err == nil && os.SameFile(mine, now) {
				return func() { l.Close() }, nil
			}
		}
		l.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("lock %s: %w", locked, err)
		}
	}
}
