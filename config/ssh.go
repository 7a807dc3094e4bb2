package config

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

var policies = []string{Strict, AcceptNew, Insecure}

func (l *loader) ssh(s SSH) SSH {
	at := strictyaml.At("ssh")
	s.KnownHosts = l.locateAll(s.KnownHosts, "ssh", "known_hosts")
	l.hostKeys(s.HostKeys, at.Child("host_keys"))
	return s
}

func (l *loader) hostKeys(policy string, at *strictyaml.Path) {
	if !slices.Contains(policies, policy) {
		l.document.Fault(at, "unknown policy %q; want %s, %s or %s", policy, policies[0], policies[1], policies[2])
	}
	if policy == Insecure {
		l.document.Warn(at, "insecure: whoever answers at a device's address gets its password; use accept-new or strict")
	}
}

// HostKeyPolicies are the policies for host keys: that of the settings, then those of groups and of jump hosts.
func (c *Config) HostKeyPolicies() []string {
	all := []string{c.SSH.HostKeys}
	for i := range c.Groups {
		all = append(all, c.Groups[i].HostKeys)
	}
	for _, j := range c.JumpHosts {
		all = append(all, j.HostKeys)
	}
	return all
}

// knownHosts looks at the files that some device's policy goes by. A missing file is no error: it has no keys, so that
// strict refuses every device.
func (l *loader) knownHosts(c *Config) {
	at := strictyaml.At("ssh", "known_hosts")
	used := slices.DeleteFunc(c.HostKeyPolicies(), func(policy string) bool { return policy == Insecure })
	if len(used) == 0 {
		return
	}
	if len(c.SSH.KnownHosts) == 0 {
		l.document.Fault(at, "no file is named, and host_keys: %s needs one", used[0])
	}
	learns := slices.Contains(used, AcceptNew)
	for i, name := range c.SSH.KnownHosts {
		err := file.Check(name)
		switch {
		case name == "": // it has been said why
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			l.document.Fault(at.Item(i), "cannot read %s: %s", name, err)
		case learns && i == 0:
			if err := file.Appendable(name); err != nil {
				l.document.Fault(at.Item(i), "host_keys: accept-new cannot write to %s: %s", name, err)
			}
		case err != nil && !learns:
			l.document.Warn(at.Item(i), "%s does not exist, so the devices that it should know will be refused; fill it with netver_exporter hostkey scan, or use host_keys: accept-new", name)
		}
	}
}
