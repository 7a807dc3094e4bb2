package transport

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Accept makes the key the only one of the host at an address (host:port), and returns those that it had before. An error
// leaves the file that it names as it was. Lines of several hosts by a pattern are not touched: they are an error.
func (h *HostKeys) Accept(address string, key ssh.PublicKey) (replaced []KnownKey, err error) {
	host := hostName(address)
	line := &knownLine{keyType: key.Type(), key: keyText(key)}
	if revoked := h.revoked(line.key); revoked != nil {
		return nil, fmt.Errorf("%v revokes the key %s", revoked, describe(key))
	}
	if len(h.files) == 0 {
		return nil, fmt.Errorf("no known_hosts file is named")
	}
	if replaced, err = h.edit(host, host+" "+line.keyType+" "+line.key+"\n"); err != nil {
		return nil, err
	}
	h.log.Info("accepted a host key", "host", host, "type", line.keyType, "fingerprint", fingerprint(line.key), "file", h.files[0],
		"replaced", fingerprints(replaced))
	return replaced, nil
}

// Forget removes the keys of the host at an address (host:port), and returns them. Patterns and errors are as with Accept.
func (h *HostKeys) Forget(address string) (removed []KnownKey, err error) {
	host := hostName(address)
	if removed, err = h.edit(host, ""); err != nil || len(removed) == 0 {
		return nil, err
	}
	h.log.Info("removed a host's keys", "host", host, "removed", fingerprints(removed))
	return removed, nil
}

func fingerprints(keys []KnownKey) string {
	var all []string
	for _, k := range keys {
		all = append(all, k.Type+" "+k.Fingerprint)
	}
	return strings.Join(all, ", ")
}

// edit removes the host from all files, and adds a line to the first one.
func (h *HostKeys) edit(host, add string) (removed []KnownKey, err error) {
	h.reading <- struct{}{}
	defer h.doneReading()
	for i, name := range h.files {
		if info, err := stat(name); err != nil || info == nil && (i > 0 || add == "") {
			if err != nil {
				return nil, err
			}
			continue
		}
		gone, err := editFile(name, host, add)
		if err != nil {
			return nil, fmt.Errorf("change %s: %w", name, err)
		}
		removed, add = append(removed, gone...), ""
	}
	return removed, h.reread()
}

// editFile removes the host from one file, which it replaces at once: a reader sees the old lines or the new ones.
func editFile(name, host, add string) (removed []KnownKey, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), lockWait)
	defer cancel()
	unlock, err := lock(ctx, name)
	if err != nil {
		return nil, err
	}
	defer unlock()
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	rest, gone, err := without(string(text), name, host)
	if err != nil || len(gone) == 0 && add == "" {
		return nil, err
	}
	if rest != "" && !strings.HasSuffix(rest, "\n") {
		rest += "\n"
	}
	return gone, replace(name, rest+add)
}

// without returns the text of a known_hosts file without the host, and its keys.
func without(text, file, host string) (rest string, gone []KnownKey, err error) {
	var kept strings.Builder
	number := 0
	for written := range strings.Lines(text) {
		number++
		hosts, line, err := parseLine(strings.TrimPrefix(written, "\uFEFF"))
		if err != nil || line.mark != "" {
			kept.WriteString(written)
			continue
		}
		line.file, line.line = file, number
		names, found := withoutName(hosts, host)
		switch {
		case !found:
			kept.WriteString(written)
			continue
		case strings.ContainsAny(hosts, "*?!"):
			return "", nil, fmt.Errorf("line %d has a pattern that fits %s; change the line by hand", number, host)
		case names != "":
			kept.WriteString(strings.Replace(written, hosts, names, 1))
		}
		gone = append(gone, line.export())
	}
	return kept.String(), gone, nil
}

// withoutName removes a host from the field with the names. If it is the only one, or the field is a pattern, rest is "".
func withoutName(hosts, host string) (rest string, found bool) {
	if hosts[0] == '|' || strings.ContainsAny(hosts, "*?!") {
		patterns, err := parseHosts(hosts)
		return "", err == nil && patterns.match(host)
	}
	var names []string
	for name := range strings.SplitSeq(hosts, ",") {
		if strings.ToLower(name) == host {
			found = true
			continue
		}
		names = append(names, name)
	}
	return strings.Join(names, ","), found
}

// replace writes a file beside the old one and renames it, with the mode and, where that is permitted, the owner of
// the old one. A symbolic link stays one.
func replace(name, text string) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	old, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // does nothing after the rename
	defer f.Close()
	keepOwner(f, old)
	if err := f.Chmod(old.Mode().Perm()); err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
