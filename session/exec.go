package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/transport"
)

// execs is a session of exec requests: each command has a channel of its own.
type execs struct{ *connection }

func openExec(_ context.Context, c *connection) (session, error) { return execs{c}, nil }

func (e execs) alive() bool { return true } // as long as the connection is

func (e execs) close(context.Context) {}

// ask runs a command. Where the login shell is that of the host, the device's command line is reached through it.
func (e execs) ask(ctx context.Context, command string) (string, error) {
	if e.script.Via == "" || e.script.isForHost(command) {
		return e.run(ctx, command)
	}
	if !e.script.Lacks.CLI {
		text, err := e.run(ctx, command)
		if err != nil || !dialogue.IsFromHost(text) {
			return text, err
		}
		e.script.Lacks.CLI = true
	}
	e.log.lack(Lacks{CLI: true})
	text, err := e.run(ctx, e.script.Through(command))
	if err == nil && dialogue.IsFromHost(text) {
		refused := &failure.Error{Reason: failure.Command, Doing: "run " + failure.Quote(command), Err: fmt.Errorf("the login shell says %s", failure.Quote(text))}
		return "", &moveOn{failure: refused, next: byShell, lacks: Lacks{Exec: true}}
	}
	return text, err
}

// run runs one command. The answer is what came on stdout, or on stderr if that was nothing: beside an answer, stderr has
// only the login banner. Exit statuses mean nothing on network gear.
func (e execs) run(ctx context.Context, command string) (string, error) {
	doing := "run " + failure.Quote(command)
	served := e.used
	ch, requests, err := e.channel(ctx)
	if err != nil {
		return "", err
	}
	x := &execution{connection: e.connection, channel: ch, ended: make(chan struct{})}
	e.Running.Go(func() { x.watch(requests) })
	defer ch.Close()
	unhook := context.AfterFunc(ctx, func() {
		ch.Close()
		e.Close()
	})
	defer unhook()

	e.log.sent(command)
	accepted, err := ch.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{command}))
	if err == nil && !accepted {
		refused := &failure.Error{
			Reason: failure.Session, Doing: doing, Err: errors.New("the device refuses exec requests"), Transient: !e.script.Lacks.Exec,
		}
		return "", &moveOn{failure: refused, next: byShell, lacks: Lacks{Exec: true}}
	}
	var out []byte
	if err == nil {
		out, err = x.output()
		e.log.received(out)
	}
	if !x.atQuestion.Load() {
		e.judge(out)
	}
	switch {
	case err != nil && x.atShell.Load():
		waits := fmt.Errorf("the device waits at %s", failure.Quote(e.log.secrets.Text(lastLine(out))))
		return "", needsShell(doing, waits, Lacks{Exec: true})
	case err != nil && x.atQuestion.Load():
		return "", asksInstead(doing, e.log.secrets.Text(lastLine(out)))
	case err != nil && served && len(out) == 0 && ctx.Err() == nil:
		return "", usedUp(doing) // the device was about to close the connection when the channel was opened
	case err != nil:
		return "", broken(ctx, doing, err)
	}
	text, _ := cutEcho(terminal.Clean(string(out)), command, "")
	text = strings.Trim(text, "\n")
	if text == "" && !served && e.script.Mode == dialogue.Exec && len(e.script.Prompt) > 0 && e.script.needs(command) {
		return "", needsShell(doing, errors.New("the answer is empty"), Lacks{})
	}
	return text, nil
}

// judge tells the door what the answer to a command, or what came of it, says of the login: there are devices that take every
// password, and say no to whoever has the wrong one at the first command.
func (e execs) judge(out []byte) {
	switch {
	case e.opened || len(bytes.TrimSpace(out)) == 0:
	case e.TookPassword && len(out) <= longestRefusal && refusesLogin(terminal.Clean(string(out))):
		e.ticket.Tell(logins.Refused)
	default:
		e.open()
	}
}

// longestRefusal bounds, in bytes, what is searched for a refusal.
const longestRefusal = 2 << 10

// refusesLogin reports whether one of the lines says that the login was not accepted.
func refusesLogin(text string) bool {
	for line := range strings.Lines(text) {
		if len(line) <= longestPrompt && dialogue.RefusesLogin(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}

// needsShell has the device asked by a shell, since exec requests do not serve.
func needsShell(doing string, why error, lacks Lacks) error {
	return &moveOn{failure: &failure.Error{Reason: failure.Command, Doing: doing, Err: why}, next: byShell, lacks: lacks}
}

// asksInstead is the failure of a command that the device answers with a question.
func asksInstead(doing, question string) error {
	return &failure.Error{Reason: failure.Command, Doing: doing, Err: fmt.Errorf("the device asks %s instead of an answer", failure.Quote(question))}
}

// execution is a command that prints.
type execution struct {
	*connection
	channel    ssh.Channel
	status     atomic.Bool   // an exit status came: the command ran to its end
	atQuestion atomic.Bool   // the connection was closed because the command waits at a question
	atShell    atomic.Bool   // or at a pager or a prompt, which a shell gets over
	ended      chan struct{} // closed when the channel is
}

// watch reads the channel's requests until it is closed.
func (x *execution) watch(requests <-chan *ssh.Request) {
	defer close(x.ended)
	for r := range requests {
		if r.Type == "exit-status" || r.Type == "exit-signal" {
			x.status.Store(true)
		}
		if r.WantReply {
			_ = r.Reply(false, nil)
		}
	}
}

func (x *execution) output() ([]byte, error) {
	out, err := x.readAll(x.channel)
	if err == nil && len(out) == 0 && !x.atQuestion.Load() {
		out, err = x.readAll(x.channel.Stderr())
	}
	if err == nil && (x.atQuestion.Load() || x.torn(out)) {
		err = errEnded
	}
	return out, err
}

// torn reports that the connection ended before the command did. The library shows both as the end of the output. Not
// all devices send an exit status; without one, an output with a last line that has ended is taken for a whole one.
func (x *execution) torn(out []byte) bool {
	const moment = 20 * time.Millisecond
	x.channel.Close()
	select {
	case <-x.ended:
	case <-time.After(transport.Farewell):
	}
	if x.status.Load() || !x.GoneWithin(moment) {
		return false
	}
	return len(out) == 0 || out[len(out)-1] != '\n' || errors.Is(x.Wait(), syscall.ECONNRESET)
}

// readAll reads to the end, or fails with errLimit.
func (x *execution) readAll(r io.Reader) ([]byte, error) {
	buf := make([]byte, 0, 4096)
	for {
		unhook := x.leaveAtQuestion(buf)
		n, err := r.Read(buf[len(buf):cap(buf)])
		unhook()
		buf = buf[:len(buf)+n]
		switch {
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) > x.script.Limit:
			return buf, errLimit
		case len(buf) == cap(buf):
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// leaveAtQuestion closes the connection if the output ends with a question, a pager or a prompt, and nothing follows. Nothing else ends the
// reading: not every server confirms the closing of a channel whose command still runs.
func (x *execution) leaveAtQuestion(out []byte) (unhook func() bool) {
	const settle = time.Second
	line := ""
	if len(out) > 0 && out[len(out)-1] != '\n' {
		line = lastLine(out)
	}
	question := line != "" && bytes.ContainsRune([]byte(": ?>])"), rune(out[len(out)-1])) && dialogue.IsQuestion(line)
	pausing := line != "" && !question && (pagerIn(x.script.Pager, line) != nil || pagerIn(pagers, line) != nil || likePrompt(x.script.Prompt, line))
	if !question && !pausing {
		return func() bool { return false }
	}
	return time.AfterFunc(settle, func() {
		x.atShell.Store(pausing)
		x.atQuestion.Store(true)
		x.Link.Close()
	}).Stop
}

// lastLine is the line at the end of an output, as a terminal would show it; "" if it is too long to be meant.
func lastLine(out []byte) string {
	line := out[bytes.LastIndexByte(out, '\n')+1:]
	if len(line) > longestPrompt {
		return ""
	}
	return terminal.Clean(string(line))
}
