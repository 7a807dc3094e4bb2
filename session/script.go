// Package session leads from a connection to clean answers: shell or exec, prompt, pager, questions. It knows command lines;
// it does not know what an answer means.
package session

import (
	"context"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/transport"
)

// Script is how to talk in one session and what to ask.
type Script struct {
	dialogue.Dialogue
	Commands []string
	Record   bool // keep a Log of the session, secrets redacted
	Limit    int  // bytes that one command may print; 0: 4 MiB
}

// Run logs in, asks every command and closes politely. The context's deadline covers all of it. The error is an
// *failure.Error, unless it is a fault in the call itself; the transcript holds what came before it.
func Run(ctx context.Context, c *transport.Client, t transport.Target, script Script) (Transcript, error) {
	talk, cancel := leaveTimeToClose(ctx)
	defer cancel()
	s, err := open(talk, c, t, script)
	if err == nil {
		err = s.ask(talk, script.Commands)
	}
	s.end(ctx)
	return s.log.take(), err
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
