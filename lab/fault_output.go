package lab

import (
	"context"
	"strings"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// drip prints one byte at a time.
func drip(ctx context.Context, s *session, rest string) {
	for i := range len(rest) {
		if !wait(ctx, s.dev.pause(time.Second)) {
			return
		}
		if _, err := s.channel.Write([]byte{rest[i]}); err != nil {
			return
		}
	}
}

// printForEver prints until the client closes the channel.
func printForEver(_ context.Context, s *session, _ string) {
	block := []byte(strings.Repeat("and so on, and so on\r\n", 1000))
	for {
		if _, err := s.channel.Write(block); err != nil {
			return
		}
	}
}

// freeze leaves the connection open and never uses it again.
func freeze(ctx context.Context, s *session, _ string) {
	s.conn.dead.Store(true)
	<-ctx.Done()
}

// promptLines are lines that look like the device's prompt, as banners and configurations have them.
func promptLines(sc *script) string {
	bare := strings.TrimRight(sc.talk.Prompt, " ")
	return "###\n" + sc.talk.Prompt + "\n" + bare + " show version\n" + bare + "\n"
}

// tellOtherName puts another device's name where the device's own belongs.
func tellOtherName(d *Device, text string) string {
	sc := d.script.Load()
	name := sc.newName
	if name == "" {
		name = hostname(d.Platform, parser.Sample{Talk: sc.talk, Answers: sc.answers})
	}
	if name == "" {
		return text
	}
	return strings.ReplaceAll(text, name, "lab-other-99")
}
