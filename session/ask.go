package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

// ask types a command and returns its answer. One that is needed and has got none is typed once more: a question that came late
// has taken it for its answer.
func (s *shell) ask(ctx context.Context, command string) (string, error) {
	text, err := s.askOnce(ctx, command)
	if err == nil && text == "" && s.script.needs(command) {
		return s.askOnce(ctx, command)
	}
	return text, err
}

func (s *shell) askOnce(ctx context.Context, command string) (string, error) {
	doing := "wait for the answer to " + failure.Quote(command)
	if !s.alive() {
		return "", broken(ctx, doing, errEnded)
	}
	s.forget()
	if err := s.send(command+s.script.Enter, command); err != nil {
		return "", broken(ctx, doing, err)
	}
	a := &answer{shell: s, command: command, doing: doing}
	if err := wait(ctx, a, answerRows); err != nil {
		if failure.Of(err) == failure.Command {
			return "", err
		}
		return "", broken(ctx, doing, fmt.Errorf("%w; the last line is %s", err, s.lastLine()))
	}
	return a.text(), nil
}

// answer is a command's output while it comes.
type answer struct {
	*shell
	command, doing string

	echoed  bool
	gated   bool // a question may have swallowed the command
	nudged  bool // Enter was sent to have the prompt drawn again
	cleared bool // Ctrl-U was sent to clear the line
}

// answerRows: the prompt as learned ends the answer at once if the command's echo came before it and its line came whole.
// Everything else has to stand for a while.
var answerRows = []row[*answer]{
	{(*answer).isPrompt, nil, (*answer).complete, false},
	{(*answer).isSwallowed, (*answer).still, (*answer).retype, false},
	{(*answer).isLikely, (*answer).likelyWait, (*answer).complete, true},
	{(*answer).isPlatformPager, nil, (*answer).turnPage, false},
	{(*answer).asksKey, nil, (*answer).giveKey, false},
	{(*answer).isPager, nil, (*answer).turnPage, false},
	{(*answer).isLess, (*answer).still, (*answer).turnLess, false},
	{(*answer).atPrompt, (*answer).still, (*answer).learn, true},
	{(*answer).asks, (*answer).askWait, (*answer).leaveQuestion, true},
	{nil, (*answer).stalled, (*answer).prod, false},
}

func (a *answer) complete() (bool, error) { return true, nil }

// isPrompt reports the prompt beyond doubt: as it was learned to the letter.
func (a *answer) isPrompt(line string) bool {
	return line != "" && line == a.prompt && !a.partial && a.seesEcho()
}

// isLikely reports what is the prompt if nothing follows.
func (a *answer) isLikely(line string) bool { return samePrompt([]byte(line), a.prompt) }

// likelyWait is longer where the echo is missing: then it is rather the prompt of before.
func (a *answer) likelyWait() time.Duration {
	switch {
	case a.seesEcho():
		return max(a.confirmWait, a.slow())
	case a.echoes && !a.nudged:
		return a.stallWait
	}
	return a.still()
}

// isSwallowed reports a prompt after a question that took the command for its answer.
func (a *answer) isSwallowed(line string) bool {
	return a.gated && !a.seesEcho() && (a.isLikely(line) || a.atPrompt(line))
}

func (a *answer) retype() (bool, error) {
	a.gated = false
	a.forget()
	return false, a.send(a.command+a.script.Enter, a.command)
}

func (a *answer) asksKey(line string) bool { return a.keyGate(line) != nil }

func (a *answer) giveKey() (bool, error) {
	g := a.keyGate(a.line())
	a.gated = true
	return false, a.pass(g.Answer, g.Answer, g.Raw)
}

// keyGate is the platform's question in the line that wants nothing but a key; nil: none.
func (s *shell) keyGate(line string) *dialogue.Gate {
	if line == "" {
		return nil
	}
	for i := range s.script.Gates {
		if g := &s.script.Gates[i]; !g.AsksCredential() && g.Fits(line) {
			return g
		}
	}
	return nil
}

func (a *answer) isLess(line string) bool { return line == lessPrompt }

func (a *answer) turnLess() (bool, error) { return false, a.pass(" ", " ", true) }

// asks reports a question instead of an answer. It gets none.
func (a *answer) asks(line string) bool { return dialogue.IsQuestion(line) && !a.remains(line) }

// askWait is longer for what may be a part of an answer: "Boot code:".
func (a *answer) askWait() time.Duration {
	if dialogue.Asks(a.line()) == dialogue.Code {
		return a.stallWait
	}
	return a.still()
}

func (a *answer) leaveQuestion() (bool, error) {
	return true, asksInstead(a.doing, a.log.secrets.Text(a.line()))
}

// prod acts on a silence: the line is cleared, or the prompt drawn again.
func (a *answer) prod() (bool, error) {
	remains, covered := a.remains(a.line()), a.covered()
	switch {
	case a.cleared && remains, a.nudged && covered, a.glued() != "": // a log line is printed over the prompt each time
		return true, nil
	case !a.cleared && remains: // FTD and Junos leave what they refuse on the new line
		a.cleared = true
		return false, a.send("\x15", "Ctrl-U")
	case !a.nudged && covered:
		a.nudged = true
		return false, a.send(a.script.Enter, a.script.Enter)
	}
	return false, nil
}

// remains reports whether the line is the prompt with text behind it, after an answer.
func (a *answer) remains(line string) bool {
	return a.seesEcho() && strings.HasPrefix(line, a.prompt)
}

// glued is the end of an answer whose last line has no end, so that the prompt stands behind it; "": there is none.
func (a *answer) glued() string {
	const shortest = 3
	line := a.line()
	if len(a.prompt) < shortest || a.echoes && !a.seesEcho() || samePrompt([]byte(line), a.prompt) || !strings.HasSuffix(line, a.prompt) {
		return ""
	}
	return strings.TrimSuffix(line, a.prompt)
}

// covered reports whether the prompt is back and a log line was printed over it.
func (a *answer) covered() bool {
	text, echoed := cutEcho(string(a.screen.Above()), a.command, a.prompt)
	if a.echoes && !echoed {
		return false
	}
	return strings.HasPrefix(text, a.prompt) || strings.Contains(text, "\n"+a.prompt)
}

func (a *answer) seesEcho() bool {
	if !a.echoed {
		_, a.echoed = cutEcho(string(a.top()), a.command, a.prompt)
		a.echoes = a.echoes || a.echoed
	}
	return a.echoed
}

// top is the part of the answer in which an echo can be.
func (a *answer) top() []byte {
	const most = echoLines * longestPrompt
	above := a.screen.Above()
	return above[:min(len(above), most)]
}

// text is the answer without echo, prompt and what belongs to the prompt.
func (a *answer) text() string {
	text, echoed := cutEcho(strings.ToValidUTF8(string(a.screen.Above())+a.glued(), "\uFFFD"), a.command, a.prompt)
	if !echoed {
		text = cutRemains(text, a.command)
	}
	shown := cutContext(text, a.script.Context)
	if context := strings.Trim(text[len(shown):], "\n"); context != "" {
		a.log.context(context)
	}
	return strings.TrimLeft(shown, "\n")
}
