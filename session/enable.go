package session

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// enabling is the way to the privileged mode.
type enabling struct {
	*shell
	permit  *logins.Ticket // to send the secret
	named   bool           // the user's name was typed
	typed   bool           // the secret was
	refused bool           // it was asked for again
}

var enableRows = []row[*enabling]{
	{(*enabling).asksUser, (*enabling).confirm, (*enabling).giveUser, false},
	{(*enabling).asksSecret, (*enabling).confirm, (*enabling).giveSecret, false},
	{(*enabling).asksKey, nil, (*enabling).giveKey, false},
	{(*enabling).isPager, nil, (*enabling).turnPage, false},
	{(*enabling).atPrompt, (*enabling).confirm, (*enabling).learn, false},
	{nil, (*enabling).stalled, func(*enabling) (bool, error) { return false, nil }, false},
}

// enable goes to the privileged mode if the platform has one, the prompt is not that of it, and there is a secret that may
// be sent, or none is needed: by the credential, or as a rule on this platform. A refusal is no failure: the session goes on without.
func (s *shell) enable(ctx context.Context) error {
	e := s.script.Enable
	if e == nil || s.credential.Enable.IsZero() && !s.credential.BareEnable && !e.Always || !s.unprivileged() {
		return nil
	}
	ticket, may := s.ticket.Enable(ctx)
	if !may {
		return nil
	}
	const doing = "enter the privileged mode"
	s.forget()
	if err := s.send(e.Command+s.script.Enter, e.Command); err != nil {
		return broken(ctx, doing, err)
	}
	w := &enabling{shell: s, permit: ticket}
	var reason failure.Reason
	defer func() { ticket.Close(reason) }()
	if err := wait(ctx, w, enableRows); err != nil {
		return broken(ctx, doing, fmt.Errorf("%w; the last line is %s", err, s.lastLine()))
	}
	switch {
	case !w.typed:
	case !w.refused && !refusesLogin(string(w.screen.Above())) && (e.When == nil || !s.unprivileged()):
		ticket.Tell(logins.Accepted)
	default:
		ticket.Tell(logins.Refused)
		reason = failure.Auth
	}
	return nil
}

// unprivileged reports whether the prompt needs the privileged mode.
func (s *shell) unprivileged() bool {
	when := s.script.Enable.When
	return when == nil || matchesLine([]*regexp.Regexp{when}, s.prompt)
}

func (w *enabling) confirm() time.Duration { return max(w.confirmWait, w.slow()) }

// asksUser: AAA servers may ask who wants the privileged mode.
func (w *enabling) asksUser(line string) bool {
	user := w.script.Enable.User
	return user != nil && line != "" && dialogue.Gate{Ask: user}.Fits(line) && dialogue.Asks(line) == dialogue.Username
}

// giveUser types the name once, and only if the secret can follow it: an empty answer gets out of most devices.
func (w *enabling) giveUser() (bool, error) {
	if w.named || w.typed || w.credential.Enable.IsZero() {
		w.refused = true
		return false, w.pass("", "", false)
	}
	w.named = true
	return false, w.pass(w.credential.Username, "{username}", false)
}

func (w *enabling) asksSecret(line string) bool {
	ask, kind := w.script.Enable.Ask, dialogue.Asks(line)
	return ask != nil && line != "" && dialogue.Gate{Ask: ask}.Fits(line) && (kind == dialogue.Password || kind == dialogue.OtherPassword)
}

// giveSecret types the secret once. Asked again, it was wrong, and asked without having one, too: an empty answer gets out of
// most devices.
func (w *enabling) giveSecret() (bool, error) {
	if w.typed || w.credential.Enable.IsZero() {
		w.refused = true
		return false, w.pass("", "", false)
	}
	if w.permit.MaySend(inSession) != nil { // its turn has passed meanwhile
		w.refused = true
		return false, w.pass("", "", false)
	}
	w.typed = true
	return false, w.pass(w.credential.Enable.Reveal(), "{enable}", false)
}

func (w *enabling) asksKey(line string) bool { return w.keyGate(line) != nil }

func (w *enabling) giveKey() (bool, error) {
	g := w.keyGate(w.line())
	return false, w.pass(g.Answer, g.Answer, g.Raw)
}
