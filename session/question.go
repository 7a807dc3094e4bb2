package session

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

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

// credentialWait is longer where the SSH server has taken the password: a device rarely asks for it twice, and the line may
// be a piece of a banner that pauses.
func (l *login) credentialWait() time.Duration {
	if l.TookPassword && dialogue.Asks(l.line()) == dialogue.Password {
		return l.stalled()
	}
	return l.still()
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

// askedAbove reports a question on one of the lines above that the platform may put there: its line ends, or a box follows.
func (l *login) askedAbove(string) bool {
	_, g := l.gateAbove()
	return g != nil
}

func (l *login) gateAbove() (int, *dialogue.Gate) {
	for i := range l.script.Gates {
		g := &l.script.Gates[i]
		if !g.Anywhere || g.AsksCredential() || l.given[i] > oftenest {
			continue
		}
		above := l.screen.Above()
		for line := range bytes.Lines(above[min(l.above, len(above)):]) {
			if shown := shownLine(bytes.TrimSuffix(line, []byte("\n"))); len(shown) > 0 && g.Fits(string(shown)) {
				return i, g
			}
		}
	}
	return 0, nil
}

func (l *login) giveKeyAbove() (bool, error) {
	i, g := l.gateAbove()
	l.given[i]++
	l.above = len(l.screen.Above())
	return false, l.pass(g.Answer, g.Answer, g.Raw)
}

// asksOther reports a question that we have no answer to. Enter is an answer, too, and a wrong one.
func (l *login) asksOther(line string) bool {
	return dialogue.IsQuestion(line) && dialogue.Asks(line) != dialogue.Consent
}

func (l *login) unanswered() (bool, error) {
	err := fmt.Errorf("the device asks %s, which has no answer", l.quote(l.line()))
	switch dialogue.Asks(l.line()) {
	case dialogue.Password, dialogue.OtherPassword: // or a banner that ends like that
		if l.TookPassword && !l.opened && dialogue.AsksUser(l.credential.Username, "", l.line()) == dialogue.Password && len(l.line()) <= longestBareQuestion {
			l.tell(logins.Unknown) // the SSH server may let everybody in
		}
		return true, &failure.Error{Reason: failure.Prompt, Doing: "learn the prompt", Err: err}
	}
	return true, l.unauthorized(err)
}

// longestBareQuestion bounds, in bytes, a question for the password that nothing else stands before.
const longestBareQuestion = 40

// pass answers a question and takes it off the screen, so that it is not answered twice. shown is what the log says of it.
func (s *shell) pass(answer, shown string, raw bool) error {
	if !raw {
		answer += s.script.Enter
	}
	s.screen.Cut(0)
	return s.send(answer, shown)
}
