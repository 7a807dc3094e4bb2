package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

// Answer is what a credential says to a hidden question other than the one for its password.
type Answer struct {
	Ask  *regexp.Regexp // matches the question
	Text secret.Value
}

func (l *loader) credentials(written map[string]credential) map[string]Credential {
	made := make(map[string]Credential, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		w := written[name]
		made[name] = l.credential(name, &w, strictyaml.At("credentials", name))
	}
	return made
}

func (l *loader) credential(name string, w *credential, at *strictyaml.Path) Credential {
	if err := inventory.CheckName(name); err != nil {
		l.document.Fault(at, "%v", err)
	}
	if w.Username == "" {
		l.document.Fault(l.document.Nearest(at.Child("username")), "username is missing")
	}
	unread := slices.ContainsFunc([]string{"password", "private_key", "agent"}, func(key string) bool {
		return l.document.Explained(at.Child(key)) || l.document.Faulty(at.Child(key))
	})
	if !unread && !w.Password.given() && !w.PrivateKey.given() && !w.Agent {
		l.document.Fault(at, "nothing to log in with; give a password, a private_key or agent: true")
	}
	if w.Passphrase.given() && !w.PrivateKey.given() {
		l.document.Fault(at.Child("passphrase"), "there is no private_key that it could open")
	}
	if w.Certificate.given() && !w.PrivateKey.given() && !w.Agent {
		l.document.Fault(at.Child("certificate"), "there is no key that it is for; give private_key, or agent: true if an SSH agent has it")
	}
	if w.Enable.None && w.Enable.given() {
		l.document.Fault(at.Child("enable"), "none stands beside a secret; keep one")
	}
	l.noPath(w.PrivateKey, "key", at, "private_key")
	l.noPath(w.Certificate, "certificate", at, "certificate")
	l.loginRate(at.Child("login_rate"), w.LoginRate)
	c := Credential{
		Username:    w.Username,
		Password:    l.secret(name, w.Password, at.Child("password")),
		PrivateKey:  l.secret(name, w.PrivateKey, at.Child("private_key")),
		Certificate: l.secret(name, w.Certificate, at.Child("certificate")),
		Passphrase:  l.secret(name, w.Passphrase, at.Child("passphrase")),
		Enable:      l.secret(name, w.Enable.secretRef, at.Child("enable")),
		BareEnable:  w.Enable.None,
		LoginRate:   w.LoginRate,
	}
	for i := range w.Answers {
		place := at.Child("answers").Item(i).Child("answer")
		c.Answers = append(c.Answers, Answer{w.Answers[i].Ask, l.secret(name, w.Answers[i].Answer, place)})
		if !w.Answers[i].Answer.given() {
			l.document.Fault(place, "the answer is empty")
		}
	}
	if w.Agent {
		if c.Agent, _ = l.env("SSH_AUTH_SOCK"); c.Agent == "" {
			l.document.Fault(at.Child("agent"), "there is no agent: the environment variable SSH_AUTH_SOCK is not set")
		}
	}
	return c
}

// noPath refuses what is meant as the name of a file and not as the text of a key or a certificate, which has more than one word.
func (l *loader) noPath(ref secretRef, what string, around *strictyaml.Path, key string) {
	text, at := ref.Text.Reveal(), around.Child(key)
	switch {
	case strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~/") || strings.HasPrefix(text, "./"):
		l.document.Fault(at, "this is a path, not a %s; write %s: {file: PATH}", what, key)
	case text != "" && len(strings.Fields(text)) == 1:
		l.document.Fault(at, "this is one word, not a %s; if it is the name of a file, write %s: {file: PATH}", what, key)
	}
}
