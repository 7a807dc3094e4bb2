package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

// ask types a command and returns its answer.
func (s *shell) ask(ctx context.Context, command string) (string, error) {
	doing := "wait for the answer to " + failure.Quote(command)
	if !s.alive() {
		return "", broken(ctx, doing, errEnded)
	}
	s.forget()
	if err := s.send(command+s.dialogue.Enter, command); err != nil {
		return "", broken(ctx, doing, err)
	}
	a := answer{shell: s, command: command}
	if err := a.await(ctx); err != nil {
		return "", broken(ctx, doing, err)
	}
	return a.text(), nil
}

// answer is a command's output while it comes.
type answer struct {
	*shell
	command string
	echoed  bool
	gated   bool // a question may have swallowed the command
	nudged  bool // Enter was sent to have the prompt drawn again
	cleared bool // Ctrl-U was sent to clear the line
}

// state is what the current line looks like.
type state int

const (
	working state = iota // the device prints, or thinks
	ready                // the prompt, beyond doubt
	likely               // the prompt, if nothing follows
	strange              // a prompt, but not the one that was learned
	less                 // the prompt of less, if nothing follows
)

// await reads until the prompt is back. The prompt as learned ends the answer at once if the command's echo came
// before it and its line came whole. Everything else has to stand for a while.
func (a *answer) await(ctx context.Context) error {
	for {
		state := a.state()
		if state == ready {
			return nil
		}
		more, err := a.next(ctx, a.patience(state))
		if errors.Is(err, errEnded) && (state == likely || state == strange) {
			return nil // nothing can follow any more
		}
		if err != nil {
			return fmt.Errorf("%w; the last line is %s", err, a.lastLine())
		}
		if !more {
			if done, err := a.quiet(state); done || err != nil {
				return err
			}
			continue
		}
		if err := a.page(); err != nil {
			return err
		}
	}
}

func (a *answer) state() state {
	line := shownLine(a.screen.Line())
	switch {
	case len(line) == 0:
		return working
	case samePrompt(line, a.prompt):
		if a.seesEcho() && !a.partial {
			return ready
		}
		return likely
	case a.atPrompt():
		return strange
	case string(line) == lessPrompt:
		return less
	}
	return working
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

// patience is how long the device has to be quiet until the state is acted upon. One that prints slowly gets more.
func (a *answer) patience(s state) time.Duration {
	slow := a.slow()
	switch {
	case s == working:
		return a.pace.silence
	case s == likely && a.echoes && !a.echoed && !a.nudged && !a.gated:
		return a.pace.silence // it is rather the prompt of before
	case s == likely && a.echoed:
		return max(a.pace.settle, slow)
	}
	return max(4*a.pace.settle, slow)
}

// quiet acts on a silence. It reports whether the answer is complete.
func (a *answer) quiet(s state) (bool, error) {
	switch {
	case a.gated && !a.echoed && s != working:
		a.gated = false
		a.forget()
		return false, a.send(a.command+a.dialogue.Enter, a.command)
	case s == strange:
		a.learned()
		return true, nil
	case s == likely, a.cleared && a.remains():
		return true, nil
	case s == less:
		return false, a.pass(dialogue.Gate{Answer: " ", Raw: true})
	case !a.cleared && a.remains():
		// FTD and Junos leave what they refuse on the new line.
		a.cleared = true
		return false, a.send("\x15", "Ctrl-U")
	case !a.nudged && a.buried():
		a.nudged = true
		return false, a.send(a.dialogue.Enter, a.dialogue.Enter)
	case a.nudged && a.buried():
		return true, nil // it is buried each time
	}
	return false, nil
}

// remains reports whether the current line is the prompt with text behind it, after an answer.
func (a *answer) remains() bool { return a.seesEcho() && strings.HasPrefix(a.line(), a.prompt) }

// buried reports whether the prompt is back and something else was printed over it: a log message.
func (a *answer) buried() bool {
	text, echoed := cutEcho(string(a.screen.Above()), a.command, a.prompt)
	if a.echoes && !echoed {
		return false
	}
	return strings.HasPrefix(text, a.prompt) || strings.Contains(text, "\n"+a.prompt)
}

// page answers a pager, or a question that wants nothing but a key. What the platform says of both comes first.
func (a *answer) page() error {
	line := a.line()
	if line == "" || samePrompt([]byte(line), a.prompt) {
		return nil
	}
	if answered, err := a.pager(a.dialogue.Pager, line); answered {
		return err
	}
	for _, g := range a.dialogue.Gates {
		if !g.AsksCredential() && g.Fits(line) {
			a.gated = true
			return a.pass(g)
		}
	}
	_, err := a.pager(pagers, line)
	return err
}

// text is the answer without echo, prompt and what belongs to the prompt.
func (a *answer) text() string {
	text, _ := cutEcho(strings.ToValidUTF8(string(a.screen.Above()), "\uFFFD"), a.command, a.prompt)
	return strings.TrimLeft(cutContext(text, a.dialogue.Context), "\n")
}
