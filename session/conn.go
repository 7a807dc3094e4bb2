package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/transport"
)

// Conn is a login that can be asked again and again. It belongs to one goroutine at a time.
type Conn struct {
	client  *transport.Client
	target  transport.Target
	script  Script
	openers []opener    // the ways to get a session; the first is the current one
	conn    *connection // nil: none
	session session     // nil: none; on conn
	asked   bool        // commands were asked, and all of them answered
	broken  bool        // the device may be in the middle of something
	closed  bool
	log     journal
}

// session asks commands over a connection.
type session interface {
	// ask returns a command's answer. A *moveOn error says that another session may get it.
	ask(ctx context.Context, command string) (string, error)
	alive() bool
	// close says goodbye, within the context's time, and leaves the connection open.
	close(ctx context.Context)
}

// Open logs in and, in shell mode, goes on to the prompt and through the setup. The context covers the opening only.
// The connection has to be closed. Errors are as those of Run, and come with what there was before them.
func Open(ctx context.Context, c *transport.Client, t transport.Target, script Script) (*Conn, Transcript, error) {
	s, err := newConn(c, t, script)
	if err != nil {
		return nil, Transcript{}, err
	}
	opened := false
	defer func() {
		if !opened {
			s.Close(ctx)
		}
	}()
	if err := s.ready(ctx); err != nil {
		s.log.failed()
		err = s.explain(err)
		s.Close(ctx)
		return nil, s.log.take(), s.log.secrets.Error(err)
	}
	opened = true
	return s, Transcript{}, nil
}

// Ask types the commands, or the script's if none are given. The first transcript holds the opening, too. After an
// error the session is of no more use than to be closed. A session that was asked before is given up if the device does
// not show any life within half of the time that is left.
func (s *Conn) Ask(ctx context.Context, commands ...Command) (Transcript, error) {
	if s.closed || s.broken {
		return Transcript{}, errors.New("the session has ended")
	}
	s.log.begin()
	if commands == nil {
		commands = s.script.Commands
	}
	if s.asked {
		defer s.conn.expectLife(ctx)()
	}
	err := s.ask(ctx, commands)
	if err != nil {
		s.log.failed()
	}
	if sh, ok := s.session.(*shell); ok {
		sh.rest()
	}
	return s.log.take(), s.log.secrets.Error(s.explain(err))
}

// explain puts an error down to a jump host that was lost on the way.
func (s *Conn) explain(err error) error {
	if s.conn == nil {
		return err
	}
	return s.conn.Explain(err, s.target.Ticket)
}

// Use has further logins, which a device that serves one command a connection needs, go through another ticket.
func (s *Conn) Use(ticket *logins.Ticket) {
	s.target.Ticket = ticket
	if s.conn != nil {
		s.conn.ticket = ticket
	}
}

// Alive reports whether the session can be asked again, as far as the device has told. Ask can still find it closed.
func (s *Conn) Alive() bool {
	return !s.broken && s.conn != nil && s.conn.Alive() && (s.session == nil || s.session.alive())
}

// Close says goodbye and closes the connection. It takes a fraction of a second at most, even if the context has ended.
func (s *Conn) Close(ctx context.Context) {
	if s.closed {
		return
	}
	s.closed = true
	if s.conn != nil {
		s.hangUp(ctx)
		s.log.phase("close")
	}
}

func newConn(c *transport.Client, t transport.Target, script Script) (*Conn, error) {
	if script.Enter == "" {
		script.Enter = "\n"
	}
	if script.Limit == 0 {
		script.Limit = 4 << 20
	}
	if t.Credential == nil {
		return nil, errors.New("no credential given")
	}
	s := &Conn{client: c, target: t, script: script, log: newJournal(t.Credential, script.Record)}
	if s.openers = openersOf(&s.script); s.openers == nil {
		return nil, fmt.Errorf("unknown mode %q; want %s or %s", script.Mode, dialogue.Exec, dialogue.Shell)
	}
	return s, nil
}

// ready logs in and opens a session, as far as there is none.
func (s *Conn) ready(ctx context.Context) error {
	for again := true; s.session == nil; {
		opener := &s.openers[0]
		if err := s.connect(ctx, opener.suffix); err != nil {
			return err
		}
		err := s.open(ctx, opener)
		move, ok := errors.AsType[*moveOn](err)
		switch {
		case err == nil:
		case !ok || ctx.Err() != nil || !s.move(ctx, move, again):
			return err
		case move.next == sameKind:
			again = false
		}
	}
	return nil
}

// connect logs in unless there is a connection that can serve.
func (s *Conn) connect(ctx context.Context, suffix string) error {
	if s.conn != nil && s.conn.Alive() && s.conn.suffix == suffix {
		return nil
	}
	s.hangUp(ctx)
	l, err := s.client.Login(ctx, s.target, suffix, s.log.way)
	if err != nil {
		return err
	}
	s.conn = &connection{Link: l, suffix: suffix, script: &s.script, credential: s.target.Credential, ticket: s.target.Ticket, log: &s.log}
	s.log.connected(l)
	return nil
}

func (s *Conn) open(ctx context.Context, o *opener) (err error) {
	defer s.conn.Guard(ctx)()
	s.session, err = o.open(ctx, s.conn)
	return err
}

// move takes what was used up away, and chooses the kind of session that the device may serve. It reports false if there
// is none; again says whether another connection may be tried.
func (s *Conn) move(ctx context.Context, m *moveOn, again bool) bool {
	s.log.lack(m.lacks)
	if m.next == sameKind {
		s.hangUp(ctx)
		return again
	}
	for i, o := range s.openers {
		if i > 0 && o.kind == m.next {
			s.leave(ctx)
			s.openers = s.openers[i:]
			return true
		}
	}
	return false
}

// ask types the commands that have to be answered, and then the optional ones.
func (s *Conn) ask(ctx context.Context, commands []Command) error {
	s.broken = true
	for _, c := range commands {
		if c.Optional {
			continue
		}
		text, err := s.run(ctx, c.Run)
		if err != nil {
			return err
		}
		s.log.answer(c.Run, text)
	}
	s.asked = true
	s.broken = !s.askOptional(ctx, commands)
	return nil
}

// askOptional asks as long as the session lasts, and reports whether it has.
func (s *Conn) askOptional(ctx context.Context, commands []Command) bool {
	_, execs := s.session.(execs)
	onHost := execs && s.script.Lacks.CLI
	for _, c := range commands {
		if !c.Optional || c.Host && !onHost {
			continue
		}
		step, cancel := share(ctx, 2)
		text, err := s.run(step, c.Run)
		cancel()
		if err == nil {
			s.log.answer(c.Run, text)
			continue
		}
		if !s.lasts(ctx) {
			return false
		}
	}
	return true
}

// lasts reports whether a session that failed to answer a command can be asked another one.
func (s *Conn) lasts(ctx context.Context) bool {
	if s.conn == nil || ctx.Err() != nil { // another connection was needed and did not come about; or it is time to say goodbye
		return false
	}
	if sh, ok := s.session.(*shell); ok {
		return sh.regain(ctx)
	}
	return s.conn.Alive()
}

// run asks one command. Many a device serves one exec request a connection, or none at all: then it takes another
// connection, or another way.
func (s *Conn) run(ctx context.Context, command string) (string, error) {
	for again := true; ; {
		if err := s.ready(ctx); err != nil {
			return "", err
		}
		text, err := s.once(ctx, command)
		move, ok := errors.AsType[*moveOn](err)
		if !ok || ctx.Err() != nil || !s.move(ctx, move, again) {
			return text, err
		}
		again = again && move.next != sameKind
	}
}

func (s *Conn) once(ctx context.Context, command string) (string, error) {
	defer s.conn.Guard(ctx)()
	defer s.log.command(command)
	return s.session.ask(ctx, command)
}

// leave closes the session and keeps the connection.
func (s *Conn) leave(ctx context.Context) {
	if s.session == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transport.Farewell)
	defer cancel()
	defer s.conn.Guard(ctx)()
	s.session.close(ctx)
	s.session = nil
}

// hangUp closes session and connection.
func (s *Conn) hangUp(ctx context.Context) {
	if s.conn == nil {
		return
	}
	defer func() { // even if the goodbye panics
		s.conn.end()
		s.conn, s.session = nil, nil
	}()
	s.leave(ctx)
}
