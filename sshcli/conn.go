package sshcli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/netver/netver_exporter/terminal"
)

// farewell is how long a device has to close a session that was told to end.
const farewell = 200 * time.Millisecond

// Conn is a login that can be asked again and again. It belongs to one goroutine at a time.
type Conn struct {
	client   *Client
	target   Target
	dialogue Dialogue
	mode     Mode
	link     *link  // nil: none yet
	shell    *shell // nil in exec mode
	broken   bool   // the device may be in the middle of something
	log      journal
}

// Open logs in and, in shell mode, goes on to the prompt and through the setup. The context covers the opening only.
// The connection has to be closed. Errors are as those of Run.
func (c *Client) Open(ctx context.Context, t Target, d Dialogue) (*Conn, error) {
	s, err := c.open(ctx, t, d)
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
		commands = s.dialogue.Commands
	}
	err := s.ask(ctx, commands)
	if s.shell != nil {
		s.shell.screen = terminal.Screen{} // it may be long until the next command
	}
	return s.log.take(), err
}

// Alive reports whether the session can be asked again, as far as the device has told. Ask can still find it closed.
func (s *Conn) Alive() bool {
	return !s.broken && s.link != nil && s.link.alive() && (s.shell == nil || s.shell.alive())
}

// Close says goodbye and closes the connection. It takes a fraction of a second at most, even if the context has ended.
func (s *Conn) Close(ctx context.Context) { s.end(ctx) }

// open never returns a nil session, because its journal is wanted even after an error.
func (c *Client) open(ctx context.Context, t Target, d Dialogue) (*Conn, error) {
	if d.Enter == "" {
		d.Enter = "\n"
	}
	s := &Conn{client: c, target: t, dialogue: d, mode: d.Mode}
	if t.Credential == nil {
		return s, errors.New("no credential given")
	}
	s.log = newJournal(t.Credential, d.Record)
	switch d.Mode {
	case Exec, Shell:
		return s, s.connect(ctx)
	}
	return s, fmt.Errorf("unknown mode %q; want %s or %s", d.Mode, Exec, Shell)
}

// connect logs in and makes the session ready for commands.
func (s *Conn) connect(ctx context.Context) error {
	user := s.target.Credential.Username
	if s.mode == Shell {
		user += s.dialogue.Login
	}
	l, err := s.client.login(ctx, s.target, user, &s.log)
	if err != nil {
		return err
	}
	s.link = l
	if s.mode != Shell {
		return nil
	}
	err = s.startShell(ctx)
	if errors.Is(err, errNoShell) {
		s.mode = Exec // the device may serve nothing but exec requests
		return nil
	}
	return err
}

func (s *Conn) startShell(ctx context.Context) error {
	defer s.link.guard(ctx)()
	sh, err := openShell(ctx, s.link, s.dialogue, s.target.Credential, s.client.config.OutputLimit, &s.log)
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
	defer s.link.guard(ctx)()
	if s.shell != nil {
		return s.shell.ask(ctx, command)
	}
	return exec(ctx, s.link, command, s.client.config.OutputLimit, &s.log)
}

// again tells whether a command that came to nothing is worth another connection or a shell.
func (s *Conn) again(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if errors.Is(err, errNoExec) && len(s.dialogue.Prompt) > 0 {
		s.mode = Shell
		return true
	}
	return errors.Is(err, errUsedUp)
}

// reopen gets a session in the current mode, on the present connection if it can serve.
func (s *Conn) reopen(ctx context.Context) error {
	if s.mode == Shell && s.dialogue.Login == "" && s.link.alive() {
		if err := s.startShell(ctx); err == nil || s.shell != nil {
			return err
		}
	}
	s.link.end()
	return s.connect(ctx)
}

// end closes what is open.
func (s *Conn) end(ctx context.Context) {
	if s.link == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	defer s.link.guard(ctx)()
	if s.shell != nil {
		s.shell.close(ctx, s.dialogue.Exit)
	}
	s.link.end()
	if s.shell != nil {
		s.shell.in.stop()
	}
	s.link = nil
	s.log.phase("close")
}
