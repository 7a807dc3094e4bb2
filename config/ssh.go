package config

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/transport"
)

var policies = []transport.Policy{transport.Strict, transport.AcceptNew, transport.Insecure}

// ssh checks the settings of the client. Those of the poll must have been completed.
func (l *loader) ssh(written *file) transport.Config {
	s := &written.SSH
	at := (*path)(nil).child("ssh")
	if s.Jump != "" {
		l.fault(at.child("jump"), "unknown jump host %q; leave it empty to dial devices directly", s.Jump)
	}
	if !slices.Contains(policies, s.HostKeys) {
		l.fault(at.child("host_keys"), "unknown policy %q; want %s, %s or %s", s.HostKeys, policies[0], policies[1], policies[2])
	}
	c := transport.Config{ConnectTimeout: time.Duration(written.Poll.ConnectTimeout), HostKeys: s.HostKeys}
	for _, name := range s.KnownHosts {
		c.KnownHosts = append(c.KnownHosts, l.locate(name))
	}
	switch {
	case s.HostKeys == transport.Insecure:
		l.warn(at.child("host_keys"), "insecure: whoever answers at a device's address gets its password; use accept-new or strict")
	case len(c.KnownHosts) == 0:
		l.fault(at.child("known_hosts"), "no file is named, and host_keys: %s needs one", s.HostKeys)
	default:
		for i, name := range c.KnownHosts {
			l.knownHosts(name, s.HostKeys, at.child("known_hosts").item(i))
		}
	}
	return c
}

// knownHosts looks at one file. A missing one is no error: it has no keys, so that strict refuses every device.
func (l *loader) knownHosts(name string, policy transport.Policy, at *path) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if policy == transport.Strict {
			l.warn(at, "%s does not exist, so the devices that it should know will be refused; fill it with ssh-keyscan, or use host_keys: accept-new", name)
		}
	case err != nil:
		l.fault(at, "cannot read %s: %s", name, fileError(err))
	case info.IsDir():
		l.fault(at, "%s is a directory, want a file", name)
	}
}

// client reads the known_hosts files. It is nil if they cannot be read, and while the settings that name them are wrong.
func (l *loader) client(c transport.Config) *transport.Client {
	client, err := transport.New(c)
	if err == nil || slices.ContainsFunc(l.problems, func(p Problem) bool { return strings.HasPrefix(p.Key, "ssh") }) {
		return client
	}
	message := strings.TrimPrefix(err.Error(), "read known_hosts: ")
	for _, name := range c.KnownHosts {
		if strings.HasPrefix(message, name+":") {
			l.problems = append(l.problems, fileProblem(name, message))
			return nil
		}
	}
	l.fault((*path)(nil).child("ssh").child("known_hosts"), "%s", message)
	return nil
}
