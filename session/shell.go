package session

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/transport"
)

// shell is an interactive session: what is typed, what is shown, and the prompt that tells one answer from the next.
type shell struct {
	channel    io.ReadWriteCloser
	in         *inlet
	dialogue   dialogue.Dialogue
	credential *transport.Credential
	log        *journal
	limit      int
	pace       pace

	screen  terminal.Screen // since the latest command
	prompt  string          // as learned
	echoes  bool            // the device shows what is typed
	heard   int             // bytes since the latest command
	partial bool            // the current line came in more than one piece
	latest  time.Time       // when the latest piece came; zero: none since the latest command
	gap     time.Duration   // the longest silence between two pieces since the latest command
	asked   map[int]int     // how often each gate was answered
	timer   *time.Timer
	ended   bool
}

// pace is how long to wait for a device that has fallen silent.
type pace struct {
	brief   time.Duration // before the first prompt is believed
	settle  time.Duration // before a prompt that could be something else is believed
	silence time.Duration // before the device is thought to wait for us
}

// newPace goes by the time that the device took over a request, and by the time there is.
func newPace(ctx context.Context, answered time.Duration) pace {
	p := pace{
		brief:   min(10*time.Millisecond+answered, time.Second),
		settle:  min(40*time.Millisecond+2*answered, time.Second),
		silence: longSilence,
	}
	if end, ok := ctx.Deadline(); ok {
		p.silence = min(p.silence, max(time.Until(end)/4, p.settle))
	}
	return p
}

const longSilence = 2 * time.Second

// A PTY so large that devices which go by it neither wrap nor page (RFC 4254, 6.2). Echo is left on, although it has to
// be cut off again: an answer that begins with the echo of its command is not mistaken for what came before it.
var ptyRequest = ssh.Marshal(struct {
	Term                         string
	Columns, Rows, Width, Height uint32
	Modes                        string
}{"vt100", 511, 1000, 0, 0, "\x35\x00\x00\x00\x01" + "\x80\x00\x00\x96\x00" + "\x81\x00\x00\x96\x00" + "\x00"})

var (
	errEnded = errors.New("the device ended the session")
	errLimit = errors.New("the device printed more than the limit")
)

// broken classifies an error that arose once the login was done.
func broken(ctx context.Context, doing string, err error) error {
	if errors.Is(err, errLimit) {
		return &failure.Error{Reason: failure.OutputLimit, Doing: doing, Err: err}
	}
	return failure.Broken(ctx, doing, err)
}

// errNoShell leaves the package as the cause of a Session error.
var errNoShell = errors.New("the device refuses shells")

// openShell opens a channel with a PTY and a shell on it.
func openShell(ctx context.Context, l *transport.Link, d dialogue.Dialogue, c *transport.Credential, limit int, log *journal) (*shell, error) {
	ch, requests, err := l.Session(ctx)
	if err != nil {
		return nil, err
	}
	l.Running.Go(func() { ssh.DiscardRequests(requests) })
	answered := time.Hour
	for _, request := range []struct {
		name, doing string
		payload     []byte
		refused     error
	}{{"pty-req", "get a terminal", ptyRequest, errors.New("the device refuses")}, {"shell", "start the shell", nil, errNoShell}} {
		start := time.Now()
		accepted, err := ch.SendRequest(request.name, true, request.payload)
		answered = min(answered, time.Since(start))
		switch {
		case err != nil:
			return nil, broken(ctx, request.doing, err)
		case !accepted:
			ch.Close()
			return nil, &failure.Error{Reason: failure.Session, Doing: request.doing, Err: request.refused}
		}
	}
	return newShell(ctx, ch, answered, d, c, limit, log), nil
}

func newShell(ctx context.Context, ch io.ReadWriteCloser, answered time.Duration, d dialogue.Dialogue, c *transport.Credential, limit int, log *journal) *shell {
	s := &shell{
		channel: ch, in: newInlet(ch), dialogue: d, credential: c, log: log, limit: limit,
		pace: newPace(ctx, answered), timer: time.NewTimer(time.Hour), asked: make(map[int]int),
	}
	s.timer.Stop()
	return s
}

// begin goes from the first byte to a session that is ready for commands.
func (s *shell) begin(ctx context.Context) error {
	err := s.learn(ctx)
	s.log.phase("session")
	if err != nil {
		return err
	}
	defer s.log.phase("setup")
	if err := s.enable(ctx); err != nil {
		return err
	}
	for _, command := range s.dialogue.Setup {
		if _, err := s.ask(ctx, command); err != nil {
			return err
		}
	}
	return nil
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

// close says goodbye and gives the device the context's time to end the session itself.
func (s *shell) close(ctx context.Context, exit string) {
	if exit != "" && !s.ended && s.send(exit+s.dialogue.Enter, exit) == nil {
		for ctx.Err() == nil && !s.ended {
			if _, err := s.next(ctx, transport.Farewell); err != nil {
				break
			}
		}
	}
	s.channel.Close()
}

// send types text; shown is what the log says of it.
func (s *shell) send(text, shown string) error {
	s.log.sent(shown)
	_, err := s.channel.Write([]byte(text))
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
	begun, above := len(s.screen.Line()) > 0, len(s.screen.Above())
	now := time.Now()
	if !s.latest.IsZero() {
		s.gap = max(s.gap, now.Sub(s.latest))
	}
	s.latest = now
	for {
		s.log.received(piece)
		_, _ = s.screen.Write(piece)
		if s.heard += len(piece); s.heard > s.limit {
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

// slow is how long to wait for the next piece of a device that prints with pauses.
func (s *shell) slow() time.Duration { return min(2*s.gap, longSilence) }

// lastLine is the last line with text, for messages.
func (s *shell) lastLine() string {
	text := strings.TrimRight(s.screen.Text(), "\n")
	return failure.Quote(s.log.redact(text[strings.LastIndexByte(text, '\n')+1:]))
}

// line is the current line without trailing blanks.
func (s *shell) line() string {
	return strings.ToValidUTF8(string(shownLine(s.screen.Line())), "\uFFFD")
}

// atPrompt reports whether the current line looks like any prompt of the platform.
func (s *shell) atPrompt() bool {
	line := s.line()
	return line != "" && matchesLine(s.dialogue.Prompt, line)
}
