package session

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/transport"
)

// errNoExec leaves the package as the cause of a Session error.
var errNoExec = errors.New("the device refuses exec requests")

// exec runs one command on a channel of its own. The answer is what came on stdout, or on stderr if that was nothing:
// beside an answer, stderr has only the login banner. Exit statuses mean nothing on network gear.
func exec(ctx context.Context, l *transport.Link, command string, limit int, log *journal) (string, error) {
	doing := "run " + failure.Quote(command)
	served := l.Used
	ch, requests, err := l.Session(ctx)
	if err != nil {
		return "", err
	}
	e := &execution{link: l, channel: ch, ended: make(chan struct{})}
	l.Running.Go(func() { e.watch(requests) })
	defer ch.Close()
	unhook := context.AfterFunc(ctx, func() {
		ch.Close()
		l.Close()
	})
	defer unhook()

	log.sent(command)
	accepted, err := ch.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{command}))
	if err == nil && !accepted {
		return "", &failure.Error{Reason: failure.Session, Doing: doing, Err: errNoExec}
	}
	var out []byte
	if err == nil {
		out, err = e.output(limit)
		log.received(out)
	}
	if err != nil && served && len(out) == 0 && ctx.Err() == nil {
		return "", transport.ErrUsedUp // the device was about to close the connection when the channel was opened
	}
	if err != nil {
		return "", broken(ctx, doing, err)
	}
	text, _ := cutEcho(terminal.Clean(string(out)), command, "")
	return strings.Trim(text, "\n"), nil
}

// execution is a command that prints.
type execution struct {
	link    *transport.Link
	channel ssh.Channel
	status  atomic.Bool   // an exit status came: the command ran to its end
	ended   chan struct{} // closed when the channel is
}

// watch reads the channel's requests until it is closed.
func (e *execution) watch(requests <-chan *ssh.Request) {
	defer close(e.ended)
	for r := range requests {
		if r.Type == "exit-status" || r.Type == "exit-signal" {
			e.status.Store(true)
		}
		if r.WantReply {
			_ = r.Reply(false, nil)
		}
	}
}

func (e *execution) output(limit int) ([]byte, error) {
	out, err := readAll(e.channel, limit)
	if err == nil && len(out) == 0 {
		out, err = readAll(e.channel.Stderr(), limit)
	}
	if err == nil && e.torn(out) {
		err = errEnded
	}
	return out, err
}

// torn reports that the connection ended before the command did. The library shows both as the end of the output. Not
// all devices send an exit status; without one, an output with a last line that has ended is taken for a whole one.
func (e *execution) torn(out []byte) bool {
	const moment = 20 * time.Millisecond
	e.channel.Close()
	select {
	case <-e.ended:
	case <-time.After(transport.Farewell):
	}
	if e.status.Load() || !e.link.GoneWithin(moment) {
		return false
	}
	return len(out) == 0 || out[len(out)-1] != '\n' || errors.Is(e.link.Wait(), syscall.ECONNRESET)
}

// readAll reads to the end, or fails with errLimit.
func readAll(r io.Reader, limit int) ([]byte, error) {
	buf := make([]byte, 0, 4096)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) > limit:
			return buf, errLimit
		case len(buf) == cap(buf):
			buf = append(buf, 0)[:len(buf)]
		}
	}
}
