package session

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/transport"
)

// shell is an interactive session: what is typed, what is shown, and the prompt that tells one answer from the next.
type shell struct {
	*connection
	pace
	terminal io.ReadWriteCloser
	in       *reader

	screen  terminal.Screen // since the latest command
	prompt  string          // as learned; "": not yet
	echoes  bool            // the device shows what is typed
	heard   int             // bytes since the latest command
	partial bool            // the current line came in more than one piece
	latest  time.Time       // when the latest piece came; zero: none since something was typed
	gap     time.Duration   // the longest silence between two pieces since the latest command
	timer   *time.Timer
	ended   bool
}

// A PTY so large that devices which go by it neither wrap nor page (RFC 4254, 6.2). Echo is left on, although it has to
// be cut off again: an answer that begins with the echo of its command is not mistaken for what came before it.
var ptyRequest = ssh.Marshal(struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}{"vt100", 511, 1000, 0, 0, "\x35\x00\x00\x00\x01" + "\x80\x00\x00\x96\x00" + "\x81\x00\x00\x96\x00" + "\x00"})

func openShell(ctx context.Context, c *connection) (session, error) { return beginShell(ctx, c, true) }

func openPlainShell(ctx context.Context, c *connection) (session, error) {
	return beginShell(ctx, c, false)
}

// beginShell starts a shell and goes to its prompt, and further through the optional steps if they are wanted.
func beginShell(ctx context.Context, c *connection, steps bool) (session, error) {
	s, err := startShell(ctx, c)
	if err != nil {
		c.log.phase("shell")
		return nil, err
	}
	return s.beginOrClose(ctx, steps)
}

// beginOrClose closes a shell that does not get ready for commands, also after a panic.
func (s *shell) beginOrClose(ctx context.Context, steps bool) (session, error) {
	begun := false
	defer func() {
		if begun {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transport.Farewell)
		defer cancel()
		s.close(ctx)
	}()
	if err := s.begin(ctx, steps); err != nil {
		return nil, err
	}
	begun = true
	return s, nil
}

// startShell opens a channel with a terminal and a shell on it.
func startShell(ctx context.Context, c *connection) (*shell, error) {
	ch, requests, err := c.channel(ctx)
	if err != nil {
		return nil, err
	}
	c.Running.Go(func() { ssh.DiscardRequests(requests) })
	const terminal, shell = "get a terminal", "start the shell"
	start := time.Now()
	accepted, err := ch.SendRequest("pty-req", true, ptyRequest)
	roundTrip := time.Since(start)
	switch {
	case err != nil:
		return nil, broken(ctx, terminal, err)
	case !accepted:
		ch.Close()
		c.log.lack(Lacks{Terminal: true})
		return nil, &failure.Error{
			Reason: failure.Session, Doing: terminal, Err: errors.New("the device refuses"), Transient: !c.script.Lacks.Terminal,
		}
	}
	start = time.Now()
	accepted, err = ch.SendRequest("shell", true, nil)
	roundTrip = min(roundTrip, time.Since(start))
	switch {
	case err != nil:
		return nil, broken(ctx, shell, err)
	case !accepted:
		ch.Close()
		refused := &failure.Error{Reason: failure.Session, Doing: shell, Err: errors.New("the device refuses shells"), Transient: !c.script.Lacks.Shell}
		return nil, &moveOn{failure: refused, next: byExec, lacks: Lacks{Shell: true}}
	}
	s := newShell(c, ch, paceFor(ctx, roundTrip))
	c.Running.Go(func() { s.in.read(ch) })
	return s, nil
}

// newShell makes a shell whose reader has yet to be started.
func newShell(c *connection, terminal io.ReadWriteCloser, p pace) *shell {
	s := &shell{connection: c, pace: p, terminal: terminal, in: newReader(), timer: time.NewTimer(time.Hour)}
	s.timer.Stop()
	return s
}

// begin goes from the first byte to a session that is ready for commands. Privileged mode and setup are optional steps: if
// the device hangs in one of them, it is asked by a shell without.
func (s *shell) begin(ctx context.Context, steps bool) error {
	err := s.logIn(ctx)
	s.log.phase("shell")
	if err != nil || !steps {
		return err
	}
	defer s.log.phase("setup")
	err = s.step(ctx, s.enable)
	for _, command := range s.script.Setup {
		if err != nil {
			return err
		}
		err = s.step(ctx, func(ctx context.Context) error {
			answer, err := s.ask(ctx, command)
			if instead := s.script.Instead[command]; err == nil && instead != "" && s.script.Refuses(answer) {
				_, err = s.ask(ctx, instead)
			}
			return err
		})
	}
	return err
}

// step runs an optional step in a share of the time.
func (s *shell) step(ctx context.Context, run func(context.Context) error) error {
	part, cancel := share(ctx, 4)
	defer cancel()
	err := run(part)
	if err == nil || ctx.Err() == nil && s.regain(ctx) {
		return nil
	}
	return &moveOn{failure: err, next: plainShell}
}

// regain gets the prompt back from whatever the device is busy with, and reports whether it has.
func (s *shell) regain(ctx context.Context) bool {
	if s.ended {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*s.stallWait)
	defer cancel()
	defer s.Guard(ctx)()
	s.forget()
	return s.send("\x03", "Ctrl-C") == nil && wait(ctx, s, regainRows) == nil
}

var regainRows = []row[*shell]{
	{(*shell).atPrompt, (*shell).still, (*shell).learn, true},
	{nil, (*shell).stalled, func(*shell) (bool, error) { return false, nil }, false},
}

// alive reports whether the device still keeps the session, as far as it has told. What it said meanwhile goes.
func (s *shell) alive() bool {
	for {
		select {
		case _, ok := <-s.in.pieces:
			if !ok {
				s.ended = true
				return false
			}
		default:
			return !s.ended
		}
	}
}

// rest gives memory back: it may be long until the next command.
func (s *shell) rest() { s.screen = terminal.Screen{} }

// send types text; shown is what the log says of it.
func (s *shell) send(text, shown string) error {
	s.log.sent(shown)
	s.latest = time.Time{} // the silence until now was ours
	_, err := s.terminal.Write([]byte(text))
	return err
}

// next waits for the device and shows what it sends. It reports false if nothing came for as long as patience lasts.
func (s *shell) next(ctx context.Context, patience time.Duration) (bool, error) {
	s.timer.Reset(patience)
	defer s.timer.Stop()
	select {
	case piece, ok := <-s.in.pieces:
		if !ok {
			s.ended = true
			return false, errEnded
		}
		return true, s.show(piece)
	case <-s.timer.C:
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// show puts a piece on the screen, and those that have come meanwhile.
func (s *shell) show(piece []byte) error {
	s.showsLife()
	begun, above := len(s.screen.Line()) > 0, len(s.screen.Above())
	now := time.Now()
	if !s.latest.IsZero() {
		s.gap = max(s.gap, now.Sub(s.latest))
	}
	s.latest = now
	for {
		s.log.received(piece)
		_, _ = s.screen.Write(piece)
		if s.heard += len(piece); max(s.heard, s.screen.Len()) > s.script.Limit {
			return errLimit
		}
		select {
		case next, ok := <-s.in.pieces:
			if ok {
				piece = next
				continue
			}
			s.ended = true
		default:
		}
		s.partial = begun && len(s.screen.Above()) == above
		return nil
	}
}

// forget begins an answer.
func (s *shell) forget() {
	s.screen.Reset()
	s.heard, s.partial = 0, false
	s.latest, s.gap = time.Time{}, 0
}

// learn keeps the current line as the prompt. It is an act.
func (s *shell) learn() (bool, error) {
	s.prompt = s.line()
	s.log.prompt(s.prompt)
	return true, nil
}

// lastLine is the last line with text, for messages.
func (s *shell) lastLine() string {
	text := strings.TrimRight(s.screen.Text(), "\n")
	return s.quote(text[strings.LastIndexByte(text, '\n')+1:])
}

func (s *shell) quote(line string) string { return failure.Quote(s.log.secrets.Text(line)) }

// line is the current line without trailing blanks.
func (s *shell) line() string {
	return strings.ToValidUTF8(string(shownLine(s.screen.Line())), "\uFFFD")
}

// atPrompt reports whether a line looks like any prompt of the platform.
func (s *shell) atPrompt(line string) bool { return likePrompt(s.script.Prompt, line) }
