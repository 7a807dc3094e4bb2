package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/transport"
)

// Conn is a login that can be asked again and again. It belongs to one goroutine at a time.
type Conn struct {
	client *transport.Client
	target transport.Target
	script Script
	mode   dialogue.Mode
	link   *transport.Link // nil: none yet
	shell  *shell          // nil in exec mode
	broken bool            // the device may be in the middle of something
	log    journal
}

// Open logs in and, in shell mode, goes on to the prompt and through the setup. The context covers the opening only.
// The connection has to be closed. Errors are as those of Run.
func Open(ctx context.Context, c *transport.Client, t transport.Target, script Script) (*Conn, error) {
	s, err := open(ctx, c, t, script)
	if err != nil {
		s.end(ctx)
		return nil, err
	}
	return s, nil
}

// Ask types the commands, or the dialogue's if none are given. The first transcript holds the opening, too. After an
// error the session is of no more use than to be closed.
func (s *Conn) Ask(ctx context.Context, commands ...string) (Transcript, error) {
	if s.link == nil {
		return Transcript{}, errors.New("the connection has been closed")
	}
	s.log.begin()
	if commands == nil {
		commands = s.script.Commands
	}
	err := s.ask(ctx, commands)
	if s.shell != nil {
		s.shell.screen = terminal.Screen{} // it may be long until the next command
	}
	return s.log.take(), err
}

// Alive reports whether the session can be asked again, as far as the device has told. Ask can still find it closed.
func (s *Conn) Alive() bool {
	return !s.broken && s.link != nil && s.link.Alive() && (s.shell == nil || s.shell.alive())
}

// Close says goodbye and closes the connection. It takes a fraction of a second at most, even if the context has ended.
func (s *Conn) Close(ctx context.Context) { s.end(ctx) }

// open never returns a nil session, because its journal is wanted even after an error.
func open(ctx context.Context, c *transport.Client, t transport.Target, script Script) (*Conn, error) {
	if script.Enter == "" {
		script.Enter = "\n"
	}
	if script.Limit == 0 {
		script.Limit = 4 << 20
	}
	s := &Conn{client: c, target: t, script: script, mode: script.Mode}
	if t.Credential == nil {
		return s, errors.New("no credential given")
	}
	s.log = newJournal(t.Credential, script.Record)
	switch script.Mode {
	case dialogue.Exec, dialogue.Shell:
		return s, s.connect(ctx)
	}
	return s, fmt.Errorf("unknown mode %q; want %s or %s", script.Mode, dialogue.Exec, dialogue.Shell)
}

// connect logs in and makes the session ready for commands.
func (s *Conn) connect(ctx context.Context) error {
	suffix := ""
	if s.mode == dialogue.Shell {
		suffix = s.script.Login
	}
	l, err := s.client.Login(ctx, s.target, suffix, s.log.phase)
	if err != nil {
		return err
	}
	s.link = l
	s.log.server(string(l.ServerVersion()))
	if s.mode != dialogue.Shell {
		return nil
	}
	err = s.startShell(ctx)
	if errors.Is(err, errNoShell) {
		s.mode = dialogue.Exec // the device may serve nothing but exec requests
		return nil
	}
	return err
}

func (s *Conn) startShell(ctx context.Context) error {
	defer s.link.Guard(ctx)()
	sh, err := openShell(ctx, s.link, s.script.Dialogue, s.target.Credential, s.script.Limit, &s.log)
	if err != nil {
		return err
	}
	s.shell = sh
	return sh.begin(ctx)
}

func (s *Conn) ask(ctx context.Context, commands []string) error {
	defer s.log.phase("command")
	s.broken = true
	for _, command := range commands {
		text, err := s.run(ctx, command)
		if err != nil {
			return err
		}
		s.log.answer(command, text)
	}
	s.broken = false
	return nil
}

// run asks one command. Many a device serves one exec request a connection, or none at all: then it takes another
// connection, or another way.
func (s *Conn) run(ctx context.Context, command string) (string, error) {
	text, err := s.once(ctx, command)
	if err == nil || !s.again(ctx, err) {
		return text, err
	}
	if err := s.reopen(ctx); err != nil {
		return "", err
	}
	return s.once(ctx, command)
}

func (s *Conn) once(ctx context.Context, command string) (string, error) {
	defer s.link.Guard(ctx)()
	if s.shell != nil {
		return s.shell.ask(ctx, command)
	}
	return exec(ctx, s.link, command, s.script.Limit, &s.log)
}

// again tells whether a command that came to nothing is worth another connection or a shell.
func (s *Conn) again(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if errors.Is(err, errNoExec) && len(s.script.Prompt) > 0 {
		s.mode = dialogue.Shell
		return true
	}
	return errors.Is(err, transport.ErrUsedUp)
}

// reopen gets a session in the current mode, on the present connection if it can serve.
func (s *Conn) reopen(ctx context.Context) error {
	if s.mode == dialogue.Shell && s.script.Login == "" && s.link.Alive() {
		if err := s.startShell(ctx); err == nil || s.shell != nil {
			return err
		}
	}
	s.link.End()
	return s.connect(ctx)
}

// end closes what is open.
func (s *Conn) end(ctx context.Context) {
	if s.link == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transport.Farewell)
	defer cancel()
	defer s.link.Guard(ctx)()
	if s.shell != nil {
		s.shell.close(ctx, s.script.Exit)
	}
	s.link.End()
	if s.shell != nil {
		s.shell.in.stop()
	}
	s.link = nil
	s.log.phase("close")
}
