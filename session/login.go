package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	checked int         // bytes of the lines above that were searched for a refusal
	probed  int         // bytes shown when Enter was sent to have the prompt drawn, and 1; 0: it was not
}

// loginRows: questions win over a prompt, for some devices show one before they ask. A banner can look like a prompt, so
// one is believed only when nothing follows.
var loginRows = []row[*login]{
	{(*login).isRefused, nil, (*login).refused, true},
	{(*login).asksAgain, (*login).still, (*login).askedAgain, true},
	{(*login).asksNewPassword, (*login).still, (*login).expired, false},
	{(*login).asksCredential, (*login).still, (*login).giveCredential, false},
	{(*login).asksFurther, (*login).still, (*login).giveAnswer, false},
	{(*login).asksKey, nil, (*login).giveKey, false},
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
	for line := range bytes.Lines(above[l.checked:]) {
		if len(line) <= longestPrompt && dialogue.RefusesLogin(strings.TrimSpace(string(line))) {
			return true
		}
	}
	l.checked = len(above)
	return false
}

func (l *login) refused() (bool, error) {
	l.tell(logins.Refused)
	return true, l.unauthorized(fmt.Errorf("password refused for user %q; the last line is %s", l.credential.Username, l.lastLine()))
}

// gate is the first of the platform's questions that the line asks; nil: none.
func (l *login) gate(line string) (int, *dialogue.Gate) {
	if line == "" {
		return 0, nil
	}
	for i := range l.script.Gates {
		if l.script.Gates[i].Fits(line) {
			return i, &l.script.Gates[i]
		}
	}
	return 0, nil
}

// asksAgain reports a question to which the credential was given already: a device asks again if it did not like it.
func (l *login) asksAgain(line string) bool {
	i, g := l.gate(line)
	if g != nil && g.AsksCredential() && (l.secret || l.given[i] > 0) {
		return true
	}
	return l.secret && (dialogue.Asks(line) == dialogue.Password && dialogue.IsQuestion(line) && !l.asksFurther(line) || l.reply(line, true) >= 0)
}

func (l *login) askedAgain() (bool, error) {
	if l.secret {
		l.tell(logins.Refused)
	}
	return true, l.unauthorized(fmt.Errorf("the device asks %s again", l.quote(l.line())))
}

func (l *login) asksNewPassword(line string) bool {
	return dialogue.Asks(line) == dialogue.NewPassword && dialogue.IsQuestion(line)
}

func (l *login) expired() (bool, error) {
	l.tell(logins.Refused)
	return true, l.unauthorized(fmt.Errorf("the password has expired: the device asks %s", l.quote(l.line())))
}

// asksCredential reports a question of the platform for a part of the credential. What the platform takes for the
// password's question must ask for a password, too, and not for a code.
func (l *login) asksCredential(line string) bool {
	_, g := l.gate(line)
	if g == nil || !g.AsksCredential() {
		return false
	}
	kind := dialogue.Asks(line)
	if strings.Contains(g.Answer, "{username}") {
		return kind == dialogue.Username || kind == dialogue.Other
	}
	return kind == dialogue.Password
}

func (l *login) giveCredential() (bool, error) {
	i, g := l.gate(l.line())
	l.given[i]++
	answer := strings.ReplaceAll(g.Answer, "{username}", l.credential.Username)
	for name, part := range map[string]string{"{password}": l.credential.Password.Reveal(), "{enable}": l.credential.Enable.Reveal()} {
		if !strings.Contains(answer, name) {
			continue
		}
		if part == "" {
			return true, l.unauthorized(fmt.Errorf("the device asks %s, and the credential has none", l.quote(l.line())))
		}
		if err := l.permit(); err != nil {
			return true, err
		}
		answer = strings.ReplaceAll(answer, name, part)
	}
	return false, l.pass(answer, g.Answer, g.Raw)
}

// inSession is the method by which a question in the session takes the password, as the door knows it.
const inSession = "session"

// permit asks the door before a secret is typed.
func (l *login) permit() error {
	if !l.pending {
		if err := l.ticket.MaySend(inSession); err != nil {
			return err
		}
	}
	l.secret, l.pending, l.checked = true, true, len(l.screen.Above())
	return nil
}

// reply finds the credential's answer to a further question: one that was given already, or one that was not; -1: none.
func (l *login) reply(line string, given bool) int {
	for i, a := range l.credential.Answers {
		if line != "" && l.replied[i] == given && a.Ask.MatchString(line) {
			return i
		}
	}
	return -1
}

func (l *login) asksFurther(line string) bool { return l.reply(line, false) >= 0 }

func (l *login) giveAnswer() (bool, error) {
	i := l.reply(l.line(), false)
	l.replied[i] = true
	if err := l.permit(); err != nil {
		return true, err
	}
	return false, l.pass(l.credential.Answers[i].Text.Reveal(), "{answer}", false)
}

func (l *login) asksKey(line string) bool {
	_, g := l.gate(line)
	return g != nil && !g.AsksCredential()
}

// oftenest is how often one question is answered with the same key.
const oftenest = 3

func (l *login) giveKey() (bool, error) {
	i, g := l.gate(l.line())
	if l.given[i]++; l.given[i] > oftenest {
		return true, &failure.Error{Reason: failure.Prompt, Doing: "answer the device's questions", Err: fmt.Errorf("it asks %s over and over", l.lastLine())}
	}
	return false, l.pass(g.Answer, g.Answer, g.Raw)
}

// asksOther reports a question that we have no answer to. Enter is an answer, too, and a wrong one.
func (l *login) asksOther(line string) bool {
	return dialogue.IsQuestion(line) && dialogue.Asks(line) != dialogue.Consent
}

func (l *login) unanswered() (bool, error) {
	err := fmt.Errorf("the device asks %s, which has no answer", l.quote(l.line()))
	if dialogue.Asks(l.line()) == dialogue.Password {
		return true, &failure.Error{Reason: failure.Prompt, Doing: "learn the prompt", Err: err}
	}
	return true, l.unauthorized(err)
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

// probe has the prompt drawn again. While a secret is on its way Enter could answer the next question.
func (l *login) probe() (bool, error) {
	switch {
	case l.pending && l.lastPrompt(l.screen.Above()) == "":
		return false, nil
	case l.probed == 0:
		l.probed = l.screen.Len() + 1
		return false, l.send(l.script.Enter, l.script.Enter)
	}
	return l.drawnTwice(), nil
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
		if line = shownLine(bytes.TrimSuffix(line, []byte("\n"))); len(line) > 0 && matchesLine(s.script.Prompt, string(line)) {
			prompt = string(line)
		}
	}
	return prompt
}

// pass answers a question and takes it off the screen, so that it is not answered twice. shown is what the log says of it.
func (s *shell) pass(answer, shown string, raw bool) error {
	if !raw {
		answer += s.script.Enter
	}
	s.screen.Cut(0)
	return s.send(answer, shown)
}
