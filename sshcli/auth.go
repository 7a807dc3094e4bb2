package sshcli

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// The authentication methods that we know (RFC 4252, RFC 4256).
const (
	byKey      = "publickey"
	byPassword = "password"
	byQuestion = "keyboard-interactive"
)

// authenticator proves a credential to one server. It chooses the methods itself, so that the outcome is known and
// need not be guessed from the library's text, and so that a password is not wasted:
//
// a server counts each refusal, and few of them lock an account. Password and keyboard-interactive ask for the same
// secret, but a server may list both and take only one. So both are tried, password first, until it is known what the
// target takes; then only that is. A target that refused both is asked once a login from then on.
type authenticator struct {
	credential *Credential
	habits     *habits
	target     string // user and address: what the habits are of
	wire       *wire

	agent   net.Conn
	asked   bool            // something was put before the server
	refused []string        // methods that the server said no to
	answers map[string]bool // questions that have had the password
	stop    error           // why it makes no sense to go on
}

// refusal is a login that the server did not accept.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

var errBroken = errors.New("the connection ended during authentication")

// next is an ssh.ClientAuthCallback: it picks the method to try next.
func (a *authenticator) next(server *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if a.wire.broken.Load() {
		return nil, errBroken
	}
	a.refused = slices.DeleteFunc(server.TriedMethods, func(m string) bool { return m == "none" })
	if a.stop != nil {
		return nil, a.stop
	}
	for _, method := range a.methods() {
		if slices.Contains(server.AllowedMethods, method) &&
			!slices.Contains(server.TriedMethods, method) && !slices.Contains(server.PartialSuccessMethods, method) {
			a.asked = true
			return a.method(method), nil
		}
	}
	if len(a.refused) == 0 {
		return nil, &refusal{fmt.Sprintf("the server takes only %s, and the credential has nothing for that",
			strings.Join(server.AllowedMethods, ", "))}
	}
	return nil, &refusal{fmt.Sprintf("%s refused for user %q", strings.Join(a.refused, ", "), a.credential.Username)}
}

// methods lists what the credential can do, in the order of trying.
func (a *authenticator) methods() []string {
	var all []string
	if a.credential.signer != nil || a.credential.agent != "" {
		all = append(all, byKey)
	}
	if a.credential.Password.IsZero() {
		return all
	}
	secrets := []string{byPassword, byQuestion}
	switch a.habits.of(a.target) {
	case takesQuestion:
		secrets = []string{byQuestion}
	case refusesBoth:
		if slices.Contains(a.refused, byPassword) {
			secrets = nil
		}
	}
	return append(all, secrets...)
}

func (a *authenticator) method(name string) ssh.AuthMethod {
	switch name {
	case byKey:
		return ssh.PublicKeysCallback(a.signers)
	case byPassword:
		return ssh.Password(a.credential.Password.Reveal())
	}
	return ssh.KeyboardInteractive(a.answer)
}

func (a *authenticator) signers() ([]ssh.Signer, error) {
	var signers []ssh.Signer
	if a.credential.signer != nil {
		signers = append(signers, a.credential.signer)
	}
	if a.credential.agent == "" {
		return signers, nil
	}
	held, conn, err := a.credential.agentSigners()
	if err != nil {
		if a.credential.Password.IsZero() && len(signers) == 0 {
			a.stop = &refusal{err.Error()}
		}
		return signers, nil
	}
	a.agent = conn
	return append(signers, held...), nil
}

var (
	asksNewPassword = regexp.MustCompile(`(?i)\b(?:new|old|current|retype)\b[^\n]{0,40}\bpassword\b[^\n]{0,20}[:>] ?$`)
	asksConsent     = regexp.MustCompile(`(?i)\(?\byes ?/ ?no\b|\[y(?:es)?/n(?:o)?\]`)
	asksName        = regexp.MustCompile(`(?i)\b(?:user ?name|user|login)\b`)
	asksPassword    = regexp.MustCompile(`(?i)pass`)
)

// answer is an ssh.KeyboardInteractiveChallenge. The library does not limit the number of rounds, so this does: no
// question gets the password twice.
func (a *authenticator) answer(_, _ string, questions []string, echos []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i, q := range questions {
		switch {
		case asksNewPassword.MatchString(q):
			a.stop = &refusal{"the password has expired: the server asks " + quote(q)}
		case asksConsent.MatchString(q):
			answers[i] = "yes"
		case !echos[i], asksPassword.MatchString(q):
			if a.answers[q] {
				a.stop = &refusal{"password refused by keyboard-interactive"}
			}
			if a.answers == nil {
				a.answers = make(map[string]bool)
			}
			a.answers[q] = true
			answers[i] = a.credential.Password.Reveal()
		case asksName.MatchString(q):
			answers[i] = a.credential.Username
		default:
			a.stop = &refusal{"the server asks " + quote(q) + ", which has no answer"}
		}
	}
	return answers, a.stop
}

// done keeps what was learned of the target, and lets go of the agent.
func (a *authenticator) done(accepted bool) {
	if a.agent != nil {
		a.agent.Close()
	}
	password, question := slices.Contains(a.refused, byPassword), slices.Contains(a.refused, byQuestion)
	switch {
	case accepted && password:
		a.habits.set(a.target, takesQuestion)
	case !accepted && password && question:
		a.habits.set(a.target, refusesBoth)
	case question:
		a.habits.set(a.target, unknownHabit)
	}
}

// habit is how a target takes a password.
type habit int

const (
	unknownHabit  habit = iota // or the usual: by the password method
	takesQuestion              // only by keyboard-interactive, although it offers both
	refusesBoth
)

// habits remembers the targets that are not as usual. The zero value is empty.
type habits struct{ targets sync.Map }

func (h *habits) of(target string) habit {
	known, _ := h.targets.Load(target)
	found, _ := known.(habit)
	return found
}

func (h *habits) set(target string, to habit) {
	if to == unknownHabit {
		h.targets.Delete(target)
		return
	}
	h.targets.Store(target, to)
}
