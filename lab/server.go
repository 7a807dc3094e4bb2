package lab

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

var errDenied = errors.New("permission denied")

// link is one connection to a device.
type link struct {
	fleet  *Fleet
	dev    *Device
	script *script
	conn   net.Conn

	running sync.WaitGroup // what the connection has started
}

// answer serves a connection to its end.
func (f *Fleet) answer(ctx context.Context, d *Device, conn *net.TCPConn) {
	f.connections.open()
	d.connections.open()
	defer f.connections.close()
	defer d.connections.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	defer unhook()
	defer conn.Close()

	l := &link{fleet: f, dev: d, script: d.script.Load(), conn: conn}
	l.serve(ctx, cancel)
}

func (l *link) serve(ctx context.Context, cancel context.CancelFunc) {
	server, channels, requests, err := ssh.NewServerConn(l.conn, l.config())
	if err != nil {
		return
	}
	l.count(func(c *counters) { c.logins.Add(1) })
	defer l.running.Wait()
	l.running.Go(func() { ssh.DiscardRequests(requests) })
	for offer := range channels {
		l.running.Go(func() { l.channel(ctx, server, offer) })
	}
	cancel()
}

// count adds to the device's counters and to the fleet's.
func (l *link) count(add func(*counters)) {
	add(&l.dev.counters)
	add(&l.fleet.counters)
}

func (l *link) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{
		ServerVersion: l.script.talk.Server,
		AuthLogCallback: func(_ ssh.ConnMetadata, method string, err error) {
			if err != nil && method != "none" {
				l.count(func(c *counters) { c.refusals.Add(1) })
			}
		},
		PasswordCallback: func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, l.checkPassword(meta.User(), string(password))
		},
		KeyboardInteractiveCallback: func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 {
				return nil, errDenied
			}
			return nil, l.checkPassword(meta.User(), answers[0])
		},
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return nil, l.checkKey(meta.User(), key)
		},
	}
	if l.script.asksPassword() { // AireOS and others take anybody in and ask in the session
		config.NoClientAuth = true
	}
	config.AddHostKey(l.dev.hostKey)
	return config
}

// checkUser accepts the suffix that some platforms want on the name, too.
func (l *link) checkUser(user string) error {
	want := l.dev.Login.Username
	if user != want && user != want+l.dev.Platform.Session.Login {
		return errDenied
	}
	return nil
}

func (l *link) checkPassword(user, password string) error {
	if l.dev.Login.Password == "" || password != l.dev.Login.Password {
		return errDenied
	}
	return l.checkUser(user)
}

func (l *link) checkKey(user string, key ssh.PublicKey) error {
	want := l.dev.Login.Key
	if want == nil || subtle.ConstantTimeCompare(want.Marshal(), key.Marshal()) == 0 {
		return errDenied
	}
	return l.checkUser(user)
}

// asksPassword reports whether the real login happens inside the session.
func (sc *script) asksPassword() bool {
	for _, g := range sc.talk.Gates {
		if strings.Contains(g.Want, "{password}") {
			return true
		}
	}
	return false
}
