package transport

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// HostKeys are the keys in known_hosts files. Files that change are read again, at most once a second and only when a key
// is looked for. Make it with OpenHostKeys. It is safe for concurrent use, also by several processes on the same files.
type HostKeys struct {
	files []string
	log   *slog.Logger
	start time.Time
	next  atomic.Int64 // when to look at the files again, in nanoseconds from the start

	reading chan struct{} // holds an element while the files are read or written, which is waited for before mu
	states  []knownFile
	failed  string // the latest error of reading, which is logged once

	mu       sync.RWMutex
	known    *knownHosts
	warnings []string
}

// KnownKey is a line of a known_hosts file.
type KnownKey struct {
	File        string
	Line        int
	Mark        string // "@cert-authority" or "@revoked"; "": the key is the host's own
	Type        string // "ssh-ed25519"
	Fingerprint string // as ssh-keygen -l writes it: "SHA256:…"
}

// String is the key with its place: "known_hosts:3 (ssh-ed25519 SHA256:…)".
func (k KnownKey) String() string {
	return fmt.Sprintf("%s:%d (%s %s)", k.File, k.Line, k.Type, k.Fingerprint)
}

// OpenHostKeys reads the files. A file that does not exist has no keys; the first one is created when a key is learned.
// Lines that cannot be used are skipped; Warnings tells which. What is learned, replaced or found wrong later is logged; a
// nil log is none.
func OpenHostKeys(files []string, log *slog.Logger) (*HostKeys, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	h := &HostKeys{files: slices.Clone(files), log: log, start: time.Now(), reading: make(chan struct{}, 1), known: newKnownHosts()}
	for _, name := range files {
		h.states = append(h.states, knownFile{name: name})
	}
	h.next.Store(int64(lookInterval))
	warnings, err := h.readAll()
	h.warnings = warnings
	return h, err
}

// Warnings are the lines that were skipped when the files were last read, each with file and line.
func (h *HostKeys) Warnings() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Clone(h.warnings)
}

// Show returns what the files say of the host at an address (host:port): its keys, its authorities and those of its keys
// that are revoked.
func (h *HostKeys) Show(address string) []KnownKey {
	h.refresh()
	host := hostName(address)
	lines := h.lines(host)
	h.mu.RLock()
	defer h.mu.RUnlock()
	lines = slices.Clone(lines)
	for _, line := range lines {
		if revoked := h.known.revoked[line.key]; revoked != nil {
			lines = append(lines, revoked)
		}
	}
	for _, a := range h.known.authorities {
		if a.hosts.match(host) {
			lines = append(lines, a.line)
		}
	}
	var shown []KnownKey
	for _, line := range lines {
		shown = append(shown, line.export())
	}
	return shown
}

// Known reports whether the files say by which key, or by whose certificate, the host at an address (host:port) is known.
func (h *HostKeys) Known(address string) bool {
	return h.HasKey(address) || h.certifies(hostName(address), "")
}

// HasKey reports whether the files have a key of the host's own, and not an authority alone.
func (h *HostKeys) HasKey(address string) bool {
	h.refresh()
	return len(h.lines(hostName(address))) > 0
}

func (l *knownLine) export() KnownKey {
	return KnownKey{File: l.file, Line: l.line, Mark: l.mark, Type: l.keyType, Fingerprint: fingerprint(l.key)}
}

// lookInterval is how often it is checked whether the files have changed.
const lookInterval = time.Second

// refresh reads what has changed, if it is time to look. A file that cannot be read any more leaves the keys as they were.
func (h *HostKeys) refresh() {
	now, next := int64(time.Since(h.start)), h.next.Load()
	if now < next || !h.next.CompareAndSwap(next, now+int64(lookInterval)) {
		return
	}
	select {
	case h.reading <- struct{}{}:
		defer h.doneReading()
		_ = h.reread() // it is logged
	default: // another goroutine is reading or writing
	}
}

// reload reads what has changed now.
func (h *HostKeys) reload() error {
	h.reading <- struct{}{}
	defer h.doneReading()
	return h.reread()
}

// doneReading lets the next one read or write.
func (h *HostKeys) doneReading() { <-h.reading }

// reread reads what has changed now. The caller holds reading.
func (h *HostKeys) reread() error {
	warnings, err := h.readChanges()
	for _, w := range warnings {
		h.log.Warn("a line of known_hosts cannot be used", "err", w)
	}
	switch {
	case err == nil:
		h.failed = ""
	case err.Error() != h.failed:
		h.failed = err.Error()
		h.log.Warn("known_hosts cannot be read; the keys of before stay in force", "err", err)
	}
	return err
}

// readChanges returns the warnings that are new.
func (h *HostKeys) readChanges() (warnings []string, err error) {
	for i := range h.states {
		f := &h.states[i]
		info, err := stat(f.name)
		if err == nil && f.same(info) {
			continue
		}
		lines, more, fresh, err := f.read()
		if err != nil || fresh {
			return h.readAll()
		}
		h.mu.Lock()
		warnings = append(warnings, addLines(h.known, lines)...)
		warnings = append(warnings, more...)
		h.warnings = append(h.warnings, warnings...)
		h.mu.Unlock()
	}
	return warnings, nil
}

// readAll reads all files from their beginning. On an error nothing changes.
func (h *HostKeys) readAll() (warnings []string, err error) {
	known := newKnownHosts()
	states := make([]knownFile, len(h.files))
	for i, name := range h.files {
		states[i].name = name
		lines, more, _, err := states[i].read()
		if err != nil {
			return nil, err
		}
		warnings = append(warnings, more...)
		warnings = append(warnings, addLines(known, lines)...)
	}
	known.hashed.inherit(&h.known.hashed)
	h.states = states
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known, h.warnings = known, warnings
	return warnings, nil
}

func addLines(known *knownHosts, lines []fileLine) (warnings []string) {
	for _, l := range lines {
		if err := known.add(l.hosts, l.line); err != nil {
			warnings = append(warnings, fmt.Sprintf("%s:%d: %v; the line is skipped", l.line.file, l.line.line, err))
		}
	}
	return warnings
}

// has tells whether the host is known with the key.
func (h *HostKeys) has(host, key string) bool {
	h.mu.RLock()
	lines, hashed := h.known.plain(host), &h.known.hashed
	h.mu.RUnlock()
	return slices.ContainsFunc(lines, func(l *knownLine) bool { return l.key == key }) || hashed.has(host, key)
}

// lines returns all lines of the host. It takes long where names are hashed.
func (h *HostKeys) lines(host string) []*knownLine {
	h.mu.RLock()
	lines, hashed := h.known.plain(host), &h.known.hashed
	h.mu.RUnlock()
	return append(lines[:len(lines):len(lines)], hashed.lines(host)...)
}

// wish is what to ask a host for, in this order: certificates if an authority is known for it, and the types of
// its known keys first. Of a host on a port of its own without a line, those without the port do, as OpenSSH takes them.
func (h *HostKeys) wish(address string, legacy bool) wish {
	h.refresh()
	host := hostName(address)
	certified := h.certifies(host, "")
	known := h.keyTypes(host)
	if bare := portless(host); known == "" && bare != "" {
		known = h.keyTypes(bare)
	}
	return wish{known, certified, legacy}
}

func (h *HostKeys) keyTypes(host string) string {
	h.mu.RLock()
	lines, hashed := h.known.plain(host), &h.known.hashed
	h.mu.RUnlock()
	if len(lines) > 0 {
		return typesOf(lines)
	}
	return hashed.keyTypes(host)
}

// describe is a key for messages: "ssh-ed25519 SHA256:…".
func describe(key ssh.PublicKey) string { return key.Type() + " " + ssh.FingerprintSHA256(key) }
