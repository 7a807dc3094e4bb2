package session

import (
	"bufio"
	"crypto/ed25519"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// server is an SSH server that behaves as no device of the lab does. It takes every
// password, and answers exec requests.
type server struct {
	address string
	key     ssh.Signer
	logins  atomic.Int64
	most    int64 // logins that it serves; 0: any number

	admit  func(l *serverLink) bool                         // whether another session may be opened now
	answer func(ch ssh.Channel, command string) (hang bool) // hang: the command does not end
	shell  func(ch ssh.Channel)                             // nil: it serves no shells
}

// serverLink is a connection of the server. One goroutine serves it.
type serverLink struct {
	opened, requests int // sessions that were opened, global requests that came since the latest
}

func startServer(t *testing.T, s *server) *transport.Client {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.key, err = ssh.NewSignerFromKey(private); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	var running sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { s.serve(conn) })
		}
	})
	client, err := transport.New(transport.Config{HostKeys: transport.Insecure})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (s *server) target() transport.Target {
	return transport.Target{Name: "server", Address: s.address, Credential: &transport.Credential{Username: "netops", Password: secret.New("swordfish")}}
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	if s.most > 0 && s.logins.Load() >= s.most {
		return
	}
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(s.key)
	c, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	s.logins.Add(1)
	var link serverLink
	for channels != nil || requests != nil {
		select {
		case r, ok := <-requests:
			if !ok {
				requests = nil
				continue
			}
			link.requests++
			if r.WantReply {
				_ = r.Reply(false, nil)
			}
		case offer, ok := <-channels:
			if !ok {
				channels = nil
				continue
			}
			if !s.admit(&link) {
				_ = offer.Reject(ssh.ResourceShortage, "open failed")
				continue
			}
			link.opened++
			link.requests = 0
			if ch, requests, err := offer.Accept(); err == nil {
				s.exec(ch, requests)
			}
		}
	}
	_ = c.Wait()
}

// exec serves a session to its end.
func (s *server) exec(ch ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		shell := s.shell != nil && r.Type == "shell"
		_ = r.Reply(r.Type == "exec" || shell || s.shell != nil && r.Type == "pty-req", nil)
		if shell {
			s.shell(ch)
			_ = ch.Close()
		}
		if r.Type != "exec" {
			continue
		}
		var request struct{ Command string }
		_ = ssh.Unmarshal(r.Payload, &request)
		if !s.answer(ch, request.Command) {
			_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{}))
			_ = ch.Close()
		}
	}
}

// serveShell ends with the channel.
func serveShell(ch ssh.Channel) {
	_, _ = ch.Write([]byte("lab#"))
	for typed := bufio.NewReader(ch); ; {
		line, err := typed.ReadString('\n')
		if err != nil {
			return
		}
		_, _ = ch.Write([]byte(strings.TrimSpace(line) + "\r\nby the shell\r\nlab#"))
	}
}

func echo(ch ssh.Channel, command string) bool {
	_, _ = ch.Write([]byte("answer to " + command + "\n"))
	return false
}

// OpenSSH with MaxSessions 1 refuses the next session until it has cleared the one before away, a little after it has
// confirmed its end. A server may also take only one session a connection.
func TestOneSessionAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		admit  func(*serverLink) bool
		logins int64
	}{
		"the next one a little later": {func(l *serverLink) bool { return l.opened == 0 || l.requests > 0 }, 1},
		"no other one":                {func(l *serverLink) bool { return l.opened == 0 }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{admit: tt.admit, answer: echo}
			client := startServer(t, s)
			got, err := Run(t.Context(), client, s.target(), Script{Dialogue: dialogue.Dialogue{Mode: dialogue.Exec}, Commands: Commands("one", "two", "three")})
			if err != nil {
				t.Fatal(err)
			}
			want := []Answer{{"one", "answer to one"}, {"two", "answer to two"}, {"three", "answer to three"}}
			if diff := cmp.Diff(want, got.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if n := s.logins.Load(); n != tt.logins {
				t.Errorf("%d logins, want %d", n, tt.logins)
			}
		})
	}
}

// An optional command for which another connection is needed, and does not come about, costs nothing that was read.
func TestOptionalCommandWithoutAConnection(t *testing.T) {
	s := &server{admit: func(l *serverLink) bool { return l.opened == 0 }, answer: echo, most: 1}
	client := startServer(t, s)
	script := Script{
		Dialogue: dialogue.Dialogue{Mode: dialogue.Exec},
		Commands: []Command{{Run: "one"}, {Run: "two", Optional: true}, {Run: "three", Optional: true}},
	}
	got, err := Run(t.Context(), client, s.target(), script)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Answer{{"one", "answer to one"}}, got.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

func TestExecAnsweredByAQuestion(t *testing.T) {
	t.Parallel()
	ask := func(ch ssh.Channel, command string) bool {
		if command != "show inventory" {
			return echo(ch, command)
		}
		_, _ = ch.Write([]byte("We trust you.\n[sudo] password for swordfish: "))
		return true
	}
	s := &server{admit: func(*serverLink) bool { return true }, answer: ask}
	client := startServer(t, s)
	script := Script{Dialogue: dialogue.Dialogue{Mode: dialogue.Exec}, Commands: []Command{{Run: "show inventory"}, {Run: "show version"}}}
	_, err := Run(t.Context(), client, s.target(), script)
	wantReason(t, err, failure.Command)
	if want := `asks "[sudo] password for <redacted>:" instead`; !strings.Contains(err.Error(), want) {
		t.Errorf("error %q, want it to say %s", err, want)
	}
	script.Commands[0].Optional = true
	got, err := Run(t.Context(), client, s.target(), script)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Answer{{"show version", "answer to show version"}}, got.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// Whatever a device says of a secret, what people see of a session does not hold it. The answers are for the parser.
func TestLogHoldsNoSecretOfAnAnswer(t *testing.T) {
	s := &server{admit: func(*serverLink) bool { return true }, answer: func(ch ssh.Channel, _ string) bool {
		_, _ = ch.Write([]byte("username netops password swordfish\n"))
		return false
	}}
	client := startServer(t, s)
	got, err := Run(t.Context(), client, s.target(), Script{Dialogue: dialogue.Dialogue{Mode: dialogue.Exec}, Commands: Commands("show running"), Record: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Log) == 0 {
		t.Error("no log")
	}
	for _, e := range got.Log {
		if strings.Contains(e.Text, "swordfish") {
			t.Errorf("log %q", e.Text)
		}
	}
}
