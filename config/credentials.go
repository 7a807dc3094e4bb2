package config

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// maxSecret is above any key; it keeps a wrong file, or /dev/zero, from being read whole.
const maxSecret = 1 << 20

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (l *loader) credentials(written map[string]credential) map[string]*transport.Credential {
	made := make(map[string]*transport.Credential, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		made[name] = l.credential(written[name], (*path)(nil).child("credentials").child(name))
	}
	return made
}

// credential completes one credential; nil if it has a problem.
func (l *loader) credential(w credential, at *path) *transport.Credential {
	before := len(l.problems)
	if w.Username == "" {
		l.fault(at, "username is missing")
	}
	if !w.Password.given() && !w.PrivateKey.given() && !w.Agent {
		l.fault(at, "nothing to log in with; give a password, a private_key or agent: true")
	}
	if w.Passphrase.given() && !w.PrivateKey.given() {
		l.fault(at.child("passphrase"), "there is no private_key that it could open")
	}
	login := transport.Login{
		Username:   w.Username,
		Password:   l.secret(w.Password, at.child("password")),
		PrivateKey: l.secret(w.PrivateKey, at.child("private_key")),
		Passphrase: l.secret(w.Passphrase, at.child("passphrase")),
		Enable:     l.secret(w.Enable, at.child("enable")),
	}
	if w.Agent {
		if login.Agent, _ = l.env("SSH_AUTH_SOCK"); login.Agent == "" {
			l.fault(at.child("agent"), "there is no agent: the environment variable SSH_AUTH_SOCK is not set")
		}
	}
	if len(l.problems) > before {
		return nil
	}
	c, err := transport.NewCredential(login)
	if err != nil {
		text := err.Error()
		if looksLikePath(w.PrivateKey.Text.Reveal()) {
			text = "this is a path, not a key; write private_key: {file: PATH}"
		}
		l.fault(at.child("private_key"), "%s", text)
		return nil
	}
	return c
}

func looksLikePath(text string) bool {
	return strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~/") || strings.HasPrefix(text, "./")
}

// secret fetches what a reference stands for. No message holds the secret or anything that may be one.
func (l *loader) secret(ref secretRef, at *path) secret.Value {
	switch {
	case ref.Env != "" && ref.File != "":
		l.fault(at, "env and file are both given; keep one")
	case ref.Env != "":
		return l.secretFromEnv(ref.Env, at.child("env"))
	case ref.File != "":
		return l.secretFromFile(ref.File, at.child("file"))
	}
	return ref.Text
}

func (l *loader) secretFromEnv(name string, at *path) secret.Value {
	if !envName.MatchString(name) {
		l.fault(at, "want the name of an environment variable: letters, digits and _")
		return secret.Value{}
	}
	text, set := l.env(name)
	if !set {
		l.fault(at, "the environment variable %s is not set", name)
	} else if text == "" {
		l.fault(at, "the environment variable %s is empty", name)
	}
	return secret.New(text)
}

func (l *loader) secretFromFile(name string, at *path) secret.Value {
	name = l.locate(name)
	text, err := readSecret(name)
	switch {
	case err != nil:
		l.fault(at, "cannot read %s: %s", name, fileError(err))
	case len(text) == 0:
		l.fault(at, "%s is empty", name)
	}
	return secret.New(string(text))
}

// readSecret reads a file without the line end that editors put after the last line.
func readSecret(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a named pipe that nobody writes to is empty, not a wait without end
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err == nil && len(text) > maxSecret {
		err = errors.New("it is larger than a secret can be")
	}
	return bytes.TrimRight(text, "\r\n"), err
}
