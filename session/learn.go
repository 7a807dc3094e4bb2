package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

// learn reads up to the first prompt and keeps it. Questions on the way are answered, and win over a prompt: some
// devices show one before they ask. A banner can look like a prompt, so it is believed only when nothing follows.
func (s *shell) learn(ctx context.Context) error {
	const doing = "learn the prompt"
	probed := 0 // bytes shown when Enter was sent to have the prompt drawn
	for {
		patience := s.pace.silence
		if s.atPrompt() {
			patience = s.pace.brief
			if s.doubtful() {
				patience = max(4*s.pace.settle, s.slow())
			}
		}
		more, err := s.next(ctx, patience)
		switch {
		case err != nil:
			return s.noPrompt(ctx, doing, err)
		case more:
			if err := s.gates(); err != nil {
				return broken(ctx, doing, err)
			}
		case s.atPrompt():
			s.learned()
			return nil
		case probed == 0:
			probed = s.screen.Len() + 1
			if err := s.send(s.dialogue.Enter, s.dialogue.Enter); err != nil {
				return broken(ctx, doing, err)
			}
		case s.buriedTwice(probed - 1):
			s.log.prompt(s.prompt)
			return nil
		}
	}
}

// buriedTwice learns a prompt over which a log message was printed, if it was drawn before and after Enter was sent.
func (s *shell) buriedTwice(probed int) bool {
	above := s.screen.Above()
	probed = min(probed, len(above))
	before, after := s.lastPrompt(above[:probed]), s.lastPrompt(above[probed:])
	if after == "" || !samePrompt([]byte(before), after) {
		return false
	}
	s.prompt = after
	return true
}

// lastPrompt is the last of the lines that looks like a prompt.
func (s *shell) lastPrompt(lines []byte) (prompt string) {
	for line := range bytes.Lines(lines) {
		if line = shownLine(bytes.TrimSuffix(line, []byte("\n"))); len(line) > 0 && matchesLine(s.dialogue.Prompt, string(line)) {
			prompt = string(line)
		}
	}
	return prompt
}

// doubtful reports a first prompt that may be part of something else: it came in pieces, it is hardly more than a
// bracket, or it stands below another one.
func (s *shell) doubtful() bool {
	const weak = 2
	if s.partial || len(s.line()) <= weak {
		return true
	}
	above := s.screen.Above()
	return s.lastPrompt(above[max(0, len(above)-longestPrompt):]) != ""
}

func (s *shell) learned() {
	s.prompt = s.line()
	s.log.prompt(s.prompt)
}

// noPrompt tells a device that waits at something we do not recognise from one that is silent from the start, or
// still talking when the time is up: that is a matter of time.
func (s *shell) noPrompt(ctx context.Context, doing string, err error) error {
	switch {
	case errors.Is(err, errEnded) && ctx.Err() == nil:
		return &failure.Error{Reason: failure.Session, Doing: doing, Err: fmt.Errorf("%w; the last line is %s", errEnded, s.lastLine())}
	case errors.Is(err, errLimit), s.heard == 0, time.Since(s.latest) < s.pace.silence/2:
		return broken(ctx, doing, err)
	}
	return &failure.Error{Reason: failure.Prompt, Doing: doing, Err: fmt.Errorf("no prompt was recognised; the last line is %s", s.lastLine())}
}

// A device asks a question again if it did not like the answer. A credential is not offered twice.
const (
	oftenest           = 3
	oftenestCredential = 1
)

// gates answers the question that the current line asks, if it does, and the pager of a long banner.
func (s *shell) gates() error {
	line := s.line()
	if line == "" {
		return nil
	}
	for i, g := range s.dialogue.Gates {
		if !g.Fits(line) {
			continue
		}
		limit := oftenest
		if g.AsksCredential() {
			limit = oftenestCredential
		}
		if s.asked[i]++; s.asked[i] > limit {
			if g.AsksCredential() {
				return &failure.Error{Reason: failure.Auth, Doing: "log in at the device's prompt", Err: fmt.Errorf("it asks %s again", s.lastLine())}
			}
			return &failure.Error{Reason: failure.Prompt, Doing: "answer the device's questions", Err: fmt.Errorf("it asks %s over and over", s.lastLine())}
		}
		return s.pass(g)
	}
	if dialogue.Asks(line) == dialogue.NewPassword {
		return &failure.Error{Reason: failure.Auth, Doing: "log in at the device's prompt",
			Err: fmt.Errorf("the password has expired: the device asks %s", s.lastLine())}
	}
	for _, known := range [][]dialogue.Gate{s.dialogue.Pager, pagers} {
		if answered, err := s.pager(known, line); answered {
			return err
		}
	}
	return nil
}

// pager answers the first of the pagers that fits the line.
func (s *shell) pager(known []dialogue.Gate, line string) (answered bool, err error) {
	for _, p := range known {
		if p.Fits(line) {
			return true, s.pass(p)
		}
	}
	return false, nil
}

// pass answers a question and takes it off the screen, so that it is not answered twice.
func (s *shell) pass(g dialogue.Gate) error {
	answer := g.Answer
	if g.AsksCredential() {
		answer = strings.NewReplacer(
			"{username}", s.credential.Username,
			"{password}", s.credential.Password.Reveal(),
			"{enable}", s.credential.Enable.Reveal(),
		).Replace(answer)
	}
	if !g.Raw {
		answer += s.dialogue.Enter
	}
	s.screen.Cut(0)
	return s.send(answer, g.Answer)
}

// enable goes to the privileged mode if the platform has one, the prompt is not that of it, and there is a secret. A
// refusal is no failure: the session goes on without.
func (s *shell) enable(ctx context.Context) error {
	const doing = "enter the privileged mode"
	e := s.dialogue.Enable
	if e == nil || s.credential.Enable.IsZero() || e.When != nil && !matchesLine([]*regexp.Regexp{e.When}, s.prompt) {
		return nil
	}
	s.forget()
	if err := s.send(e.Command+s.dialogue.Enter, e.Command); err != nil {
		return broken(ctx, doing, err)
	}
	secret := dialogue.Gate{Ask: e.Ask, Answer: "{enable}"}
	for {
		patience := s.pace.silence
		if s.atPrompt() {
			patience = s.pace.settle
		}
		more, err := s.next(ctx, patience)
		switch {
		case err != nil:
			return broken(ctx, doing, err)
		case more && secret.Ask != nil && secret.Fits(s.line()):
			if err := s.pass(secret); err != nil {
				return broken(ctx, doing, err)
			}
			secret.Answer = "" // asked again, it was wrong: an empty answer gets out of most devices
		case more:
			if err := s.gates(); err != nil {
				return broken(ctx, doing, err)
			}
		case s.atPrompt():
			s.learned()
			return nil
		}
	}
}
