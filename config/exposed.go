package config

import (
	"regexp"
	"strings"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/secret"
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

// publicLine is how OpenSSH writes a public key, or a certificate, into a file .pub.
var publicLine = regexp.MustCompile(`(?m)^\s*(?:ssh|ecdsa|sk)-\S+ +AAAA`)

// public reports that a text is a public key or a certificate, and holds no private key beside it.
func public(text secret.Value) bool {
	return publicLine.MatchString(text.Reveal()) && !strings.Contains(text.Reveal(), "PRIVATE KEY")
}
