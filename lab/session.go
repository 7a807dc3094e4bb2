package lab

import (
	"context"

	"golang.org/x/crypto/ssh"
)

// session is one channel: a shell or an exec request.
type session struct {
	*link
	channel ssh.Channel
}

// channel serves one channel to its end.
func (l *link) channel(ctx context.Context, offer ssh.NewChannel) {
	if offer.ChannelType() != "session" {
		_ = offer.Reject(ssh.UnknownChannelType, "only sessions here")
		return
	}
	if l.dev.fault.Load().noChannel {
		_ = offer.Reject(ssh.ResourceShortage, "no free line")
		return
	}
	end := l.open()
	defer end()
	if l.dev.Lines > 0 && l.dev.sessions.now.Load() > int64(l.dev.Lines) {
		end() // before the client hears of it, for it may try again at once
		_ = offer.Reject(ssh.ResourceShortage, "no free line")
		return
	}
	channel, requests, err := offer.Accept()
	if err != nil {
		return
	}
	s := &session{link: l, channel: channel}
	for req := range requests {
		play := s.program(req)
		if play == nil {
			_ = req.Reply(req.Type == "pty-req" && !l.dev.fault.Load().noPTY, nil)
			continue
		}
		_ = req.Reply(true, nil)
		l.running.Go(func() { ssh.DiscardRequests(requests) })
		status := play(ctx)
		end()
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
		_ = channel.Close()
		if req.Type == "exec" && l.dev.Exec == ExecOnce {
			_ = l.conn.CloseWrite() // a full close could cut off what the client has yet to read
		}
		return
	}
}

// open counts a session; the result, which may be called more than once, ends it.
func (l *link) open() (end func()) {
	l.count(func(c *counters) { c.sessions.open() })
	ended := false
	return func() {
		if !ended {
			l.count(func(c *counters) { c.sessions.close() })
			ended = true
		}
	}
}

// program is what a request starts, nil if it starts nothing. The program returns the exit status.
func (s *session) program(req *ssh.Request) func(context.Context) uint32 {
	switch {
	case req.Type == "shell" && !s.dev.NoShell:
		return s.shell
	case req.Type == "exec" && s.dev.Exec != ExecNever && s.dev.manner().gates == nil:
		return func(ctx context.Context) uint32 { return s.exec(ctx, req.Payload) }
	}
	return nil
}

// exec answers one command without echo and prompt.
func (s *session) exec(ctx context.Context, payload []byte) uint32 {
	var request struct{ Command string }
	if err := ssh.Unmarshal(payload, &request); err != nil {
		return 1
	}
	s.count(func(c *counters) { c.commands.Add(1) })
	answer, known := s.script().answer(request.Command)
	if !known {
		_, _ = s.channel.Write([]byte(ended(s.script().talk.Refusal)))
		return 1
	}
	if !wait(ctx, s.dev.Delay) {
		return 1
	}
	text := s.dev.says(answer)
	if fault := s.dev.fault.Load(); fault.print != nil {
		s.fail(ctx, fault, text)
		return 1
	}
	if _, err := s.channel.Write([]byte(text)); err != nil {
		return 1
	}
	s.done(answer.Command)
	return 0
}

// fail prints half of the text and leaves the rest to the fault, which ends the session.
func (s *session) fail(ctx context.Context, fault *behaviour, text string) {
	half := len(text) / 2
	_, _ = s.channel.Write([]byte(text[:half]))
	fault.print(ctx, s, text[half:])
}

// done notes that a command was answered in full; the last of the required ones makes a poll.
func (s *session) done(command string) {
	if s.dev.progress.done(s.script().required, command) {
		s.count(func(c *counters) { c.polls.Add(1) })
	}
}
