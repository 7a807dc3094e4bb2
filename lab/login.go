package lab

import (
	"bytes"
	"context"
	"errors"
	"time"

	"golang.org/x/crypto/ssh"
)

// Login is what a device accepts.
type Login struct {
	Username    string
	Password    string        // "": only the key opens
	Interactive bool          // takes the password by keyboard-interactive only, as EOS does
	Key         ssh.PublicKey // accepted beside the password; nil: none
	Enable      string        // the enable secret; "": the privileged mode is free
}

// Username and Password open every device that has no Login of its own.
const (
	Username = "lab"
	Password = "lab"
)

// question is one of those that keyboard-interactive asks.
type question struct {
	text string
	want string // "": the password
}

var (
	passwordOnly = []question{{text: "Password: "}}
	withConsent  = []question{{text: "Password: "}, {text: "Do you accept the statement above? (yes/no) ", want: "yes"}}
	withCode     = []question{{text: "Password: "}, {text: "One-time code: ", want: "000000"}}
)

var errDenied = errors.New("permission denied")

// allow completes the configuration: it lets in whom the device accepts.
func (l *link) allow(ctx context.Context, config *ssh.ServerConfig) {
	fault := l.dev.fault.Load()
	questions := fault.asks
	if questions == nil {
		questions = passwordOnly
	}
	judge := func(right bool) (*ssh.Permissions, error) {
		if fault.slowLogin {
			wait(ctx, l.dev.pause(20*time.Second))
		}
		if !right || fault.denies {
			return nil, errDenied
		}
		return nil, nil
	}
	config.KeyboardInteractiveCallback = func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return judge(l.interview(questions, ask) && l.knows(meta.User()))
	}
	config.PublicKeyCallback = func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		want := l.dev.Login.Key
		return judge(want != nil && bytes.Equal(want.Marshal(), key.Marshal()) && l.knows(meta.User()))
	}
	if l.dev.Login.Password == "" {
		config.KeyboardInteractiveCallback = nil
	} else if !l.dev.Login.Interactive && fault.asks == nil {
		config.PasswordCallback = func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return judge(string(password) == l.dev.Login.Password && l.knows(meta.User()))
		}
	}
	config.AuthLogCallback = func(_ ssh.ConnMetadata, _ string, err error) {
		if errors.Is(err, errDenied) {
			l.count(func(c *counters) { c.refusals.Add(1) })
		}
	}
	config.NoClientAuth = l.script().asksPassword() // AireOS and others let everybody in and ask in the session
}

// interview asks the questions and reports whether every answer is right.
func (l *link) interview(questions []question, ask ssh.KeyboardInteractiveChallenge) bool {
	texts, echos := make([]string, len(questions)), make([]bool, len(questions))
	for i, q := range questions {
		texts[i], echos[i] = q.text, q.want != ""
	}
	answers, err := ask("", "", texts, echos)
	if err != nil || len(answers) != len(questions) {
		return false
	}
	right := true
	for i, q := range questions {
		want := q.want
		if want == "" {
			want = l.dev.Login.Password
		}
		right = right && answers[i] == want
	}
	return right
}

// knows accepts the user with the suffix that some platforms want on the name, too.
func (l *link) knows(user string) bool {
	want := l.dev.Login.Username
	return user == want || user == want+l.dev.Platform.Session.Login
}
