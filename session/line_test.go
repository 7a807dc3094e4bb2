package session

import (
	"context"
	"errors"
	"io"
	"regexp"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// terminalLine is the device's end of a shell, for devices that behave as no platform's sample does.
type terminalLine struct {
	t     *testing.T
	typed *io.PipeReader
	shown *io.PipeWriter
	over  chan struct{} // closed when the client hangs up
}

func (l *terminalLine) print(text string) {
	if _, err := io.WriteString(l.shown, text); err != nil {
		panic(errHungUp)
	}
}

// drip prints byte by byte.
func (l *terminalLine) drip(text string, every time.Duration) {
	for i := range len(text) {
		l.print(text[i : i+1])
		l.wait(every)
	}
}

// expect reads as many bytes as are wanted.
func (l *terminalLine) expect(want string) {
	l.t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(l.typed, got)
	if err != nil {
		panic(errHungUp)
	}
	if string(got[:n]) != want {
		l.t.Errorf("typed %q, want %q", got[:n], want)
		panic(errHungUp)
	}
}

// expectNothing fails the test if the client types anything before it hangs up.
func (l *terminalLine) expectNothing() {
	l.t.Helper()
	got := make([]byte, 100)
	if n, _ := l.typed.Read(got); n > 0 {
		l.t.Errorf("typed %q, want nothing", got[:n])
	}
	panic(errHungUp)
}

// serve echoes a command and answers it.
func (l *terminalLine) serve(command, answer string) {
	l.t.Helper()
	l.expect(command + "\n")
	l.print(command + "\r\n" + answer)
}

func (l *terminalLine) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.over:
		panic(errHungUp)
	}
}

var errHungUp = errors.New("the client hung up")

// plug connects a device to a channel and runs it until it returns, which ends the session.
func plug(t *testing.T, device func(*terminalLine)) *pluggedChannel {
	typed, typing := io.Pipe()
	showing, shown := io.Pipe()
	over := make(chan struct{})
	go func() {
		defer func() {
			if r := recover(); r != nil && r != errHungUp {
				panic(r)
			}
			shown.Close()
			typed.Close()
		}()
		device(&terminalLine{t: t, typed: typed, shown: shown, over: over})
	}()
	return &pluggedChannel{Reader: showing, Writer: typing, closed: over, close: sync.OnceFunc(func() { close(over); typing.Close(); showing.Close() })}
}

type pluggedChannel struct {
	io.Reader
	io.Writer
	closed chan struct{}
	close  func()
}

func (c *pluggedChannel) Close() error { c.close(); return nil }

var hostPrompt = regexp.MustCompile(`^(?:\* )?[\w.\-@]+(?:\.\d+ )?[>#] ?$`)

func netops() *transport.Credential {
	return &transport.Credential{Username: "netops", Password: secret.New("swordfish"), Enable: secret.New("opensesame")}
}

// talk runs a dialogue with a device in fake time.
func talk(t *testing.T, d Script, device func(*terminalLine)) (transcript Transcript, err error) {
	t.Helper()
	return talkAs(t, netops(), nil, d, device)
}

func talkAs(t *testing.T, credential *transport.Credential, ticket *logins.Ticket, d Script, device func(*terminalLine)) (transcript Transcript, err error) {
	t.Helper()
	return talkOver(t, new(transport.Link), credential, ticket, d, device)
}

// talkOver is talkAs after a login that the link tells of.
func talkOver(t *testing.T, link *transport.Link, credential *transport.Credential, ticket *logins.Ticket, d Script, device func(*terminalLine)) (transcript Transcript, err error) {
	t.Helper()
	if d.Prompt == nil {
		d.Prompt = []*regexp.Regexp{hostPrompt}
	}
	if d.Enter == "" {
		d.Enter = "\n"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if d.Limit == 0 {
		d.Limit = 1 << 20
	}
	c := &Conn{script: d, log: newJournal(credential, d.Record)}
	channel := plug(t, device)
	link.Conn = below{channel: channel}
	c.conn = &connection{
		Link: link, script: &c.script, credential: credential, ticket: ticket, log: &c.log,
	}
	s := newShell(c.conn, channel, paceFor(ctx, 0))
	var reader sync.WaitGroup
	reader.Go(func() { s.in.read(s.terminal) })
	c.session = s
	if err = s.begin(ctx, true); err == nil {
		err = c.ask(ctx, d.Commands)
	}
	s.close(ctx)
	reader.Wait()
	return c.log.take(), c.log.secrets.Error(err)
}

// below is the connection below a plugged channel.
type below struct {
	ssh.Conn
	channel *pluggedChannel
	answers bool // requests to the server
}

func (b below) SendRequest(string, bool, []byte) (bool, []byte, error) {
	if !b.answers {
		<-b.channel.closed
		return false, nil, io.EOF
	}
	return false, nil, nil
}

func (b below) Close() error { return b.channel.Close() }
