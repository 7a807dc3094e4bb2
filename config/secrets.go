package config

import (
	"bytes"
	"regexp"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

// maxSecret is above any key.
const maxSecret = 1 << 20

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secretRef is a secret as written: itself, or where to find it.
type secretRef struct {
	Env  string       `yaml:"env"`
	File string       `yaml:"file"`
	Text secret.Value `yaml:",short"`
}

// Wanted stands in for an error that names the unknown key: in password: {hunter2} that key is the password.
func (r *secretRef) Wanted() string { return "want a text in quotes, {env: NAME} or {file: PATH}" }

func (r *secretRef) given() bool { return r.Env != "" || r.File != "" || !r.Text.IsZero() }

// enableRef is a secretRef, or says that there is none to give.
type enableRef struct {
	Env  string       `yaml:"env"`
	File string       `yaml:"file"`
	None bool         `yaml:"none"`
	Text secret.Value `yaml:",short"`
}

// Wanted is as that of secretRef.
func (r *enableRef) Wanted() string {
	return "want a text in quotes, {env: NAME}, {file: PATH}, or {none: true} if no password is asked for"
}

func (r *enableRef) ref() secretRef { return secretRef{r.Env, r.File, r.Text} }

// secret fetches what a reference stands for. No message holds the secret or anything that may be one.
func (l *loader) secret(ref secretRef, at *strictyaml.Path) secret.Value {
	switch {
	case ref.Env != "" && ref.File != "":
		l.document.Fault(at, "env and file are both given; keep one")
	case ref.Env != "":
		return l.secretFromEnv(ref.Env, at.Child("env"))
	case ref.File != "":
		return l.secretFromFile(ref.File, at.Child("file"))
	}
	return ref.Text
}

func (l *loader) secretFromEnv(name string, at *strictyaml.Path) secret.Value {
	if !envName.MatchString(name) {
		l.document.Fault(at, "want the name of an environment variable: letters, digits and _")
		return secret.Value{}
	}
	text, set := l.env(name)
	if !set {
		l.document.Fault(at, "the environment variable %s is not set", name)
	} else if text == "" {
		l.document.Fault(at, "the environment variable %s is empty", name)
	}
	return secret.New(text)
}

// secretFromFile reads a file without the line end that editors put after the last line.
func (l *loader) secretFromFile(name string, at *strictyaml.Path) secret.Value {
	if name = l.locate(name, at); name == "" {
		return secret.Value{}
	}
	text, err := file.Read(name, maxSecret)
	text = bytes.TrimRight(text, "\r\n")
	switch {
	case err != nil:
		l.document.Fault(at, "cannot read %s: %s", name, err)
	case len(text) == 0:
		l.document.Fault(at, "%s is empty", name)
	}
	return secret.New(string(text))
}
