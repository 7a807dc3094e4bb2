package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// login is the way from a shell's first byte to its first prompt. A secret answers only a question that asks for it, is
// typed once, and only when the line has been still.
type login struct {
	*shell
	given   map[int]int // how often each gate was answered
	replied []bool      // which of the credential's answers were given
	secret  bool        // a secret was typed
	pending bool        // and what became of it is not known yet
	above   int         // bytes of the lines above that were shown when a question among them was answered
	checked int         // bytes of the lines above that were searched for a refusal
	probed  int         // bytes shown when Enter was sent to have the prompt drawn, and 1; 0: it was not
}

// loginRows: questions win over a prompt, for some devices show one before they ask. A banner can look like a prompt, so
// one is believed only when nothing follows.
var loginRows = []row[*login]{
	{(*login).isRefused, nil, (*login).refused, true},
	{(*login).asksAgain, (*login).still, (*login).askedAgain, true},
	{(*login).asksNewPassword, (*login).still, (*login).expired, false},
	{(*login).asksCredential, (*login).credentialWait, (*login).giveCredential, false},
	{(*login).asksFurther, (*login).still, (*login).giveAnswer, false},
	{(*login).asksKey, nil, (*login).giveKey, false},
	{(*login).askedAbove, (*login).still, (*login).giveKeyAbove, false},
	{(*login).isPager, nil, (*login).turnPage, false},
	{(*login).atPrompt, (*login).promptWait, (*login).learn, false},
	{(*login).asksOther, (*login).stalled, (*login).unanswered, false},
	{nil, (*login).stalled, (*login).probe, false},
}

// logIn reads up to the first prompt, answers the questions on the way and learns the prompt.
func (s *shell) logIn(ctx context.Context) error {
	l := &login{shell: s, given: make(map[int]int), replied: make([]bool, len(s.credential.Answers))}
	verdict := logins.Unknown // after a panic, too
	defer func() {
		if l.pending {
			s.ticket.Tell(verdict)
		}
		if verdict == logins.Accepted {
			s.open()
		}
	}()
	err := wait(ctx, l, loginRows)
	if err == nil {
		verdict = logins.Accepted
		return nil
	}
	return l.failed(ctx, err)
}

// failed tells a secret that was cut off, a device that waits at something we do not recognise, and one that is silent
// from the start or still talking when the time is up: that is a matter of time.
func (l *login) failed(ctx context.Context, err error) error {
	const doing = "learn the prompt"
	_, classified := errors.AsType[*failure.Error](err)
	switch {
	case classified, errors.Is(err, logins.ErrWait):
		return err
	case l.pending && ctx.Err() == nil && !errors.Is(err, errLimit):
		if dialogue.RefusesLogin(l.line()) {
			_, err = l.refused()
			return err
		}
		return l.unauthorized(fmt.Errorf("the device ended the session after the password; the last line is %s", l.lastLine()))
	case errors.Is(err, errEnded) && ctx.Err() == nil:
		if l.TookPassword && !l.opened {
			text := l.screen.Text()
			if refusesLogin(text[max(0, len(text)-longestRefusal):]) {
				_, err = l.refused()
				return err
			}
			l.tell(logins.Unknown)
		}
		return &failure.Error{
			Reason: failure.Session, Doing: doing, Err: fmt.Errorf("%w; the last line is %s", errEnded, l.lastLine()), Transient: true,
		}
	case l.pending, errors.Is(err, errLimit), l.heard == 0, time.Since(l.latest) < l.stallWait/2:
		return broken(ctx, doing, err)
	}
	return &failure.Error{Reason: failure.Prompt, Doing: doing, Err: fmt.Errorf("no prompt was recognised; the last line is %s", l.lastLine())}
}

func (l *login) unauthorized(err error) error {
	return &failure.Error{Reason: failure.Auth, Doing: "log in at the device's prompt", Err: err}
}

// tell says at once what became of the secret.
func (l *login) tell(v logins.Verdict) {
	l.pending = false
	l.ticket.Tell(v)
}

// isRefused looks for a refusal in the lines that came after the secret.
func (l *login) isRefused(string) bool {
	if !l.pending {
		return false
	}
	above := l.screen.Above()
	if refusesLogin(string(above[l.checked:])) {
		return true
	}
	l.checked = len(above)
	return false
}

func (l *login) refused() (bool, error) {
	l.tell(logins.Refused)
	return true, l.unauthorized(fmt.Errorf("password refused for user %q; the last line is %s", l.credential.Username, l.lastLine()))
}

// promptWait is how long a first prompt must stand. Longer if it may be part of something else: it came in pieces, it is
// hardly more than a bracket, or it stands below another one.
func (l *login) promptWait() time.Duration {
	const weak = 2
	above := l.screen.Above()
	if l.partial || len(l.line()) <= weak || l.lastPrompt(above[max(0, len(above)-longestPrompt):]) != "" {
		return l.still()
	}
	return l.pace.promptWait
}

// probe has the prompt drawn again. While a secret is on its way Enter could answer the next question, unless Enter is what is asked for.
func (l *login) probe() (bool, error) {
	switch {
	case l.pending && l.lastPrompt(l.screen.Above()) == "" && !l.asksForEnter():
		return false, nil
	case l.probed == 0:
		l.probed = l.screen.Len() + 1
		return false, l.send(l.script.Enter, l.script.Enter)
	}
	return l.drawnTwice(), nil
}

// asksForEnter looks at the last lines: a box may be drawn around the question.
func (l *login) asksForEnter() bool {
	const last = 5
	lines := strings.Split(strings.TrimRight(l.screen.Text(), "\n"), "\n")
	return slices.ContainsFunc(lines[max(0, len(lines)-last):], dialogue.AsksForEnter)
}

// drawnTwice learns a prompt over which a log line was printed, if it was drawn before and after Enter was sent.
func (l *login) drawnTwice() bool {
	above := l.screen.Above()
	probed := min(l.probed-1, len(above))
	before, after := l.lastPrompt(above[:probed]), l.lastPrompt(above[probed:])
	if after == "" || !samePrompt([]byte(before), after) {
		return false
	}
	l.prompt = after
	l.log.prompt(after)
	return true
}

// lastPrompt is the last of the lines that looks like a prompt.
func (s *shell) lastPrompt(lines []byte) (prompt string) {
	for line := range bytes.Lines(lines) {
		if line = shownLine(bytes.TrimSuffix(line, []byte("\n"))); likePrompt(s.script.Prompt, string(line)) {
			prompt = string(line)
		}
	}
	return prompt
}
