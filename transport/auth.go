package transport

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
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
// target takes; then only that is. A target that refused both is asked once a login from then on, by each in turn.
type authenticator struct {
	credential *Credential
	habits     *habits
	target     string // user and address: what the habits are of
	wire       *wire

	release func()          // lets go of the agent; nil: it was not needed
	methods []string        // what to try, in this order; nil: not yet chosen
	asked   bool            // something was put before the server
	refused []string        // methods that the server said no to
	answers map[string]bool // questions that have had the password
	stop    error           // why it makes no sense to go on
}

// refusal is a login that the server did not accept.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

var errBroken = errors.New("the connection ended during authentication")

// next is an ssh.ClientAuthCallback, but for the context: it picks the method to try next.
func (a *authenticator) next(ctx context.Context, server *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	switch {
	case ctx.Err() != nil: // what was not finished was not refused
		return nil, ctx.Err()
	case a.wire.broken.Load():
		return nil, errBroken
	}
	a.refused = slices.DeleteFunc(server.TriedMethods, func(m string) bool { return m == "none" })
	if a.stop != nil {
		return nil, a.stop
	}
	if a.methods == nil {
		a.methods = a.choose(server.AllowedMethods)
	}
	for _, method := range a.methods {
		if slices.Contains(server.AllowedMethods, method) &&
			!slices.Contains(server.TriedMethods, method) && !slices.Contains(server.PartialSuccessMethods, method) {
			a.asked = true
			return a.method(ctx, method), nil
		}
	}
	if len(a.refused) == 0 {
		return nil, &refusal{fmt.Sprintf("the server takes only %s, and the credential has nothing for that",
			strings.Join(server.AllowedMethods, ", "))}
	}
	return nil, &refusal{fmt.Sprintf("%s refused for user %q", strings.Join(a.refused, ", "), a.credential.Username)}
}

// choose lists what the credential can do and the target takes, in the order of trying.
func (a *authenticator) choose(offered []string) []string {
	var all []string
	if a.credential.signer != nil || a.credential.agent != "" {
		all = append(all, byKey)
	}
	if a.credential.Password.IsZero() {
		return all
	}
	if only := a.habits.of(a.target); slices.Contains(offered, only) {
		return append(all, only)
	}
	return append(all, byPassword, byQuestion)
}

func (a *authenticator) method(ctx context.Context, name string) ssh.AuthMethod {
	switch name {
	case byKey:
		return ssh.PublicKeysCallback(func() ([]ssh.Signer, error) { return a.signers(ctx) })
	case byPassword:
		return ssh.Password(a.credential.Password.Reveal())
	}
	return ssh.KeyboardInteractive(a.answer)
}

func (a *authenticator) signers(ctx context.Context) ([]ssh.Signer, error) {
	var signers []ssh.Signer
	if a.credential.signer != nil {
		signers = append(signers, a.credential.signer)
	}
	if a.credential.agent == "" {
		return signers, nil
	}
	held, release, err := a.credential.agentSigners(ctx)
	if err != nil {
		if a.credential.Password.IsZero() && len(signers) == 0 {
			a.stop = &refusal{err.Error()}
		}
		return signers, nil
	}
	a.release = release
	return append(signers, held...), nil
}

var (
	AsksNewPassword = regexp.MustCompile(`(?i)\b(?:new|old|current|retype)\b[^\n]{0,40}\bpassword\b[^\n]{0,20}[:>] ?$`)
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
		case AsksNewPassword.MatchString(q):
			a.stop = &refusal{"the password has expired: the server asks " + failure.Quote(q)}
		case asksConsent.MatchString(q):
			answers[i] = "yes"
		case !echos[i], asksPassword.MatchString(q):
			if a.answers[q] {
				a.stop = &refusal{"password refused by keyboard-interactive"}
				a.refused = append(a.refused, byQuestion)
			}
			if a.answers == nil {
				a.answers = make(map[string]bool)
			}
			a.answers[q] = true
			answers[i] = a.credential.Password.Reveal()
		case asksName.MatchString(q):
			answers[i] = a.credential.Username
		default:
			a.stop = &refusal{"the server asks " + failure.Quote(q) + ", which has no answer"}
		}
	}
	return answers, a.stop
}

// done keeps what was learned of the target, and lets go of the agent.
func (a *authenticator) done(accepted bool) {
	if a.release != nil {
		a.release()
	}
	known := a.habits.of(a.target)
	password, question := slices.Contains(a.refused, byPassword), slices.Contains(a.refused, byQuestion)
	switch {
	case accepted && password, !accepted && password && known == byPassword:
		a.habits.set(a.target, byQuestion)
	case accepted && known == byPassword:
		a.habits.set(a.target, "")
	case !accepted && question && (password || known == byQuestion):
		a.habits.set(a.target, byPassword)
	}
}

// habits remembers, of the targets that are not as usual, by which method alone to offer the password next time. The
// zero value is empty.
type habits struct{ targets sync.Map }

// of returns "" for a target that is as usual.
func (h *habits) of(target string) string {
	known, _ := h.targets.Load(target)
	method, _ := known.(string)
	return method
}

func (h *habits) set(target, method string) {
	if method == "" {
		h.targets.Delete(target)
		return
	}
	h.targets.Store(target, method)
}
