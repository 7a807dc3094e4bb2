package config

import (
	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// exposed warns of a file that holds a secret and may be read by every user of the machine, once for each file. holds says
// what it holds, or how.
func (l *loader) exposed(name, holds string, at *strictyaml.Path) {
	if name == "" || l.told[name] || !file.OpenToAll(name) {
		return
	}
	l.told[name] = true
	l.document.Warn(at, "%s, and every user of this machine may read it; chmod o= %s", holds, name)
}

// secretFile is the complete path of a file that holds a secret; it may be left out.
func (l *loader) secretFile(path string, at *strictyaml.Path) string {
	path = l.optional(path, at)
	l.exposed(path, path+" holds a secret", at)
	return path
}
