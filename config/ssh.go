package config

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/netver/netver_exporter/sshcli"
)

var policies = []sshcli.Policy{sshcli.Strict, sshcli.AcceptNew, sshcli.Insecure}

func (l *loader) hostKeys(s *sshSection) HostKeys {
	at := (*path)(nil).child("ssh")
	if s.Jump != "" {
		l.fault(at.child("jump"), "unknown jump host %q; leave it empty to dial devices directly", s.Jump)
	}
	if !slices.Contains(policies, s.HostKeys) {
		l.fault(at.child("host_keys"), "unknown policy %q; want %s, %s or %s", s.HostKeys, policies[0], policies[1], policies[2])
	}
	keys := HostKeys{Policy: s.HostKeys}
	for i, name := range s.KnownHosts {
		keys.Files = append(keys.Files, l.locate(name))
		l.knownHosts(s, i, keys.Files[i], at.child("known_hosts").item(i))
	}
	switch {
	case s.HostKeys == sshcli.Insecure:
		l.warn(at.child("host_keys"), "insecure: whoever answers at a device's address gets its password; use accept-new or strict")
	case len(keys.Files) == 0:
		l.fault(at.child("known_hosts"), "no file is named, and host_keys: %s needs one", s.HostKeys)
	}
	return keys
}

// knownHosts looks at one file. A missing one is no error: it has no keys, so that strict refuses every device.
func (l *loader) knownHosts(s *sshSection, i int, name string, at *path) {
	if s.HostKeys == sshcli.Insecure {
		return
	}
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		var info fs.FileInfo
		if info, err = f.Stat(); err == nil && info.IsDir() {
			l.fault(at, "%s is a directory, want a file", name)
			return
		}
	}
	switch {
	case err == nil:
	case !errors.Is(err, fs.ErrNotExist):
		l.fault(at, "cannot read %s: %s", name, fileError(err))
	case s.HostKeys == sshcli.Strict:
		l.warn(at, "%s does not exist, so the devices that it should know will be refused; fill it with ssh-keyscan, or use host_keys: accept-new", name)
	}
}
