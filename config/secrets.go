package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

const (
	// maxSecret is above any key.
	maxSecret = 1 << 20
	// commandTime is how long a command may take that prints a secret.
	commandTime = 10 * time.Second
)

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secretRef is a secret as written: itself, or where to find it.
type secretRef struct {
	Env     string       `yaml:"env,filled"`
	File    string       `yaml:"file,filled"`
	Command []string     `yaml:"command,filled"`
	Text    secret.Value `yaml:",short"`
}

// Wanted stands in for an error that names the unknown key: in password: {hunter2} that key is the password.
func (r *secretRef) Wanted() string {
	return "want a text in quotes, {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"
}

func (r *secretRef) given() bool { return r.elsewhere() || !r.Text.IsZero() }

// elsewhere reports that the secret does not stand in the file itself.
func (r *secretRef) elsewhere() bool { return r.Env != "" || r.File != "" || len(r.Command) > 0 }

// enableRef is a secretRef, or says that there is none to give.
type enableRef struct {
	secretRef `yaml:",inline"`
	None      bool `yaml:"none"`
}

// Wanted is as that of secretRef.
func (r *enableRef) Wanted() string {
	return "want a text in quotes, {env: NAME}, {file: PATH}, {command: [PROGRAM, ARGUMENT]}, or {none: true} if no password is asked for"
}

// found is a secret that stood elsewhere, and where.
type found struct {
	ref   secretRef
	value secret.Value
}

// secret fetches what a reference of a credential stands for. No message holds the secret or anything that may be one.
func (l *loader) secret(credential string, ref secretRef, at *strictyaml.Path) secret.Value {
	given := 0
	for _, is := range []bool{ref.Env != "", ref.File != "", len(ref.Command) > 0} {
		if is {
			given++
		}
	}
	switch {
	case given == 0:
		if !ref.Text.IsZero() && !public(ref.Text) {
			l.exposed(l.document.FileOf(at), "the secret itself stands in this file", at)
		}
		return ref.Text
	case given > 1:
		l.document.Fault(at, "more than one of env, file and command is given; keep one")
		return secret.Value{}
	case ref.File != "":
		if ref.File = l.locate(ref.File, at.Child("file")); ref.File == "" {
			return secret.Value{}
		}
	}
	value, key, err := ref.fetch(l.env)
	if err != nil {
		l.document.Fault(at.Child(key), "%v", err)
	}
	if ref.File != "" && !public(value) {
		l.exposed(ref.File, ref.File+" holds a secret", at.Child("file"))
	}
	l.found[credential] = append(l.found[credential], found{ref, value})
	return value
}

// fetch reads a secret that stands elsewhere; key is that of the reference that an error is about.
func (r *secretRef) fetch(env func(string) (string, bool)) (value secret.Value, key string, err error) {
	var text []byte
	switch {
	case r.Env != "":
		key = "env"
		if !envName.MatchString(r.Env) {
			return value, key, errors.New("want the name of an environment variable: letters, digits and _")
		}
		found, set := env(r.Env)
		if !set {
			return value, key, fmt.Errorf("the environment variable %s is not set", r.Env)
		}
		if found == "" {
			return value, key, fmt.Errorf("the environment variable %s is empty", r.Env)
		}
		return secret.New(found), key, nil
	case r.File != "":
		key = "file"
		if text, err = file.Read(r.File, maxSecret); err != nil {
			return value, key, fmt.Errorf("cannot read %s: %w", r.File, err)
		}
	default:
		key = "command"
		if text, err = run(r.Command); err != nil {
			return value, key, fmt.Errorf("%s: %w", r.Command[0], err)
		}
	}
	text = bytes.TrimRight(text, "\r\n") // that editors and programs put after the last line
	if len(text) == 0 {
		return value, key, fmt.Errorf("%s is empty", strings.Join(append([]string{r.File}, r.Command...), " "))
	}
	return secret.New(string(text)), key, nil
}

// run returns what a program prints. No shell is between, and what it says of errors is not passed on, as it may hold the
// secret.
func run(command []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = time.Second // for children that keep the pipe open
	out := &limited{left: maxSecret}
	c.Stdout = out
	err := c.Run()
	_, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it took longer than %s", commandTime)
	case out.left < 0:
		return nil, errors.New("it printed more than a secret can be")
	case exited:
		return nil, fmt.Errorf("it failed: %w", err)
	case err != nil:
		return nil, errors.New("it cannot be run: is it there, and may it be run?")
	}
	return out.kept.Bytes(), nil
}

// limited keeps what is written to it, up to a limit. It fails beyond that.
type limited struct {
	kept bytes.Buffer // not embedded: its ReadFrom would go past the limit
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errors.New("too much")
	}
	return l.kept.Write(p)
}

// SecretsChanged reports whether a secret of the credential that stands in a file, in the environment or is printed by a
// command is another one now. A secret that cannot be read counts as unchanged.
func (c *Config) SecretsChanged(credential string) bool {
	for _, f := range c.found[credential] {
		if value, _, err := f.ref.fetch(c.env); err == nil && !value.Equal(f.value) {
			return true
		}
	}
	return false
}
