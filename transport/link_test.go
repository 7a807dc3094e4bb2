package transport

import (
	"context"
	"io"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/secret"
)

// A server may ask for new keys at any time (RFC 4253, 9), also long after the time for the login has passed.
func TestLinkOutlivesNewKeys(t *testing.T) {
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.config.RekeyThreshold = 1
		g.config.PasswordCallback = takesPassword("swordfish")
	})
	opening, opened := context.WithTimeout(t.Context(), 10*time.Second)
	target := Target{Address: g.address, Credential: &Credential{Username: "netops", Password: secret.New("swordfish")}}
	l, err := newInsecure(t).Login(opening, target, "", func(string, time.Time) {})
	opened()
	if err != nil {
		t.Fatal(err)
	}
	defer l.End()
	for range 10 {
		ch, requests, err := l.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(requests)
		if _, err := ch.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{"show version"})); err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(ch); err != nil || string(text) != "ok\n" {
			t.Fatalf("%q, %v", text, err)
		}
	}
}

// A connection that ends as a channel is opened never answers. Nobody may wait for it: a poll that does holds its worker for ever.
func TestChannelOfAConnectionThatEnds(t *testing.T) {
	channels, requests := make(chan ssh.NewChannel), make(chan *ssh.Request)
	conn := &silentConn{opening: make(chan struct{}), ended: make(chan struct{})}
	l := newLink(conn, channels, requests)
	go func() {
		<-conn.opening
		close(channels)
		close(requests)
		close(conn.ended)
	}()
	if _, _, err := l.OpenChannel("session", nil); err == nil {
		t.Error("a channel of a connection that has ended")
	}
	l.End()
}

// silentConn is a connection that does not answer to the opening of a channel, not even when it ends.
type silentConn struct {
	ssh.Conn
	opening, ended chan struct{}
}

func (c *silentConn) OpenChannel(string, []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	close(c.opening)
	select {}
}

func (c *silentConn) Wait() error { <-c.ended; return io.EOF }

func (c *silentConn) Close() error { return nil }
