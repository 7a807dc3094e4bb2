package lab

import (
	"context"
	"strings"

	"golang.org/x/crypto/ssh"
)

// session is one channel: a shell or an exec request.
type session struct {
	*link
	channel ssh.Channel
}

// channel serves one channel to its end.
func (l *link) channel(ctx context.Context, server *ssh.ServerConn, offer ssh.NewChannel) {
	if offer.ChannelType() != "session" {
		_ = offer.Reject(ssh.UnknownChannelType, "only sessions here")
		return
	}
	open := l.dev.sessions.open()
	l.fleet.sessions.open()
	ended := false
	end := func() {
		if !ended {
			l.dev.sessions.close()
			l.fleet.sessions.close()
			ended = true
		}
	}
	defer end()
	if l.dev.Lines > 0 && open > int64(l.dev.Lines) {
		_ = offer.Reject(ssh.ResourceShortage, "no free line")
		return
	}
	channel, requests, err := offer.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	s := &session{link: l, channel: channel}
	for req := range requests {
		switch {
		case req.Type == "shell":
			_ = req.Reply(true, nil)
			l.running.Go(func() { ssh.DiscardRequests(requests) })
			status := s.shell(ctx)
			end() // before the client hears of it: it may be back at once
			s.exit(status)
			return
		case req.Type == "exec" && l.dev.Exec != ExecNever:
			_ = req.Reply(true, nil)
			l.running.Go(func() { ssh.DiscardRequests(requests) })
			status := s.exec(ctx, req.Payload)
			end()
			s.exit(status)
			if l.dev.Exec == ExecOnce {
				server.Close()
			}
			return
		case req.WantReply:
			_ = req.Reply(req.Type == "pty-req", nil)
		}
	}
}

// exit tells the client how the session ended, and ends it.
func (s *session) exit(status uint32) {
	_, _ = s.channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
	s.channel.Close()
}

// exec answers one command without echo and prompt.
func (s *session) exec(ctx context.Context, payload []byte) uint32 {
	var request struct{ Command string }
	if err := ssh.Unmarshal(payload, &request); err != nil {
		return 1
	}
	s.count(func(c *counters) { c.commands.Add(1) })
	if !wait(ctx, s.dev.Delay) {
		return 1
	}
	answer, known := s.script.answer(request.Command)
	if !known {
		_, _ = s.channel.Write([]byte(ended(s.script.talk.Refusal)))
		return 1
	}
	if _, err := s.channel.Write([]byte(ended(answer.Text))); err != nil {
		return 1
	}
	s.done(answer.Command)
	return 0
}

// done notes that a command was answered in full; the last of the required ones makes a poll.
func (s *session) done(command string) {
	if s.dev.progress.done(s.script.required, command) {
		s.count(func(c *counters) { c.polls.Add(1) })
	}
}

// ended gives a text the line end that its last line may lack.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
