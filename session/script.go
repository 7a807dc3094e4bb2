// Package session leads from a connection to clean answers: shell or exec, prompt, pager, questions. It knows command lines;
// it does not know what an answer means.
package session

import (
	"context"
	"slices"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/transport"
)

// Script is how to talk in one session and what to ask.
type Script struct {
	dialogue.Dialogue
	Commands []Command
	Lacks    Lacks // what the device refused in earlier sessions
	Record   int   // bytes of the session, counted from its end, that are kept as a Log, secrets redacted; 0: none
	Limit    int   // bytes that one command may print; 0: 4 MiB
}

// Command is one thing to type.
type Command struct {
	Run      string
	Host     bool // for the shell of the host whose command line is reached through it; asked of no other, and Optional
	Optional bool // asked after the others, in a share of the time that is left; a failure costs only its answer
}

// isForHost reports a command that is for the host's shell.
func (s *Script) isForHost(command string) bool {
	return slices.ContainsFunc(s.Commands, func(c Command) bool { return c.Host && c.Run == command })
}

// needs reports a command that has to be answered.
func (s *Script) needs(command string) bool {
	return slices.ContainsFunc(s.Commands, func(c Command) bool { return c.Run == command && !c.Optional })
}

// Commands are commands that have to be answered.
func Commands(run ...string) []Command {
	all := make([]Command, len(run))
	for i, r := range run {
		all[i].Run = r
	}
	return all
}

// Lacks is what a device does not serve. The next session with it need not ask for that again.
type Lacks struct {
	Exec     bool // exec requests
	Shell    bool // shells
	Terminal bool // terminals for its shells
	CLI      bool // its command line as the login shell: exec requests reach the host's
}

// With is what is lacked by either.
func (l Lacks) With(other Lacks) Lacks {
	return Lacks{Exec: l.Exec || other.Exec, Shell: l.Shell || other.Shell, Terminal: l.Terminal || other.Terminal, CLI: l.CLI || other.CLI}
}

// Run logs in, asks every command and closes politely. The context's deadline covers all of it. The error is a
// *failure.Error, unless it is a fault in the call itself or the door for logins said no; the transcript holds what came
// before it. Neither holds a secret of the credential.
func Run(ctx context.Context, c *transport.Client, t transport.Target, script Script) (Transcript, error) {
	talk, cancel := leaveTimeToClose(ctx)
	defer cancel()
	s, err := newConn(c, t, script)
	if err != nil {
		return Transcript{}, err
	}
	defer s.Close(ctx) // after a panic, too
	if err = s.ready(talk); err == nil {
		err = s.ask(talk, script.Commands)
	}
	if err != nil {
		s.log.failed()
	}
	err = s.explain(err)
	s.Close(ctx)
	return s.log.take(), s.log.secrets.Error(err)
}

// leaveTimeToClose ends a little before the context does: a session that runs into its deadline is still closed
// politely within it, so that no VTY line stays taken.
func leaveTimeToClose(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, end.Add(-min(transport.Farewell, time.Until(end)/10)))
}

// longestStep bounds an optional step where no deadline does.
const longestStep = 10 * time.Second

// share is a context for an optional step: a part of the time that is left.
func share(ctx context.Context, parts int) (context.Context, context.CancelFunc) {
	step := longestStep
	if end, ok := ctx.Deadline(); ok {
		step = time.Until(end) / time.Duration(parts)
	}
	return context.WithTimeout(ctx, step)
}
