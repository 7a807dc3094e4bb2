package lab

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

// link is one connection to a device.
type link struct {
	fleet   *Fleet
	dev     *Device
	conn    *wire
	pending atomic.Bool    // its login is in flight
	running sync.WaitGroup // what the connection has started
}

// answer serves a connection to its end.
func (f *Fleet) answer(ctx context.Context, d *Device, conn *net.TCPConn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &link{fleet: f, dev: d, conn: &wire{TCPConn: conn}}
	f.connections.open()
	d.connections.open()
	d.attach(l)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
		d.detach(l)
		d.connections.close()
		f.connections.close()
	}()

	if tcp := d.fault.Load().tcp; tcp != nil {
		tcp(ctx, l)
		return
	}
	l.serve(ctx, cancel)
}

// serve speaks SSH. The context is cancelled when the connection ends.
func (l *link) serve(ctx context.Context, cancel context.CancelFunc) {
	config, err := l.config(ctx)
	if err != nil {
		return
	}
	l.begin()
	defer l.decide()
	_, channels, requests, err := ssh.NewServerConn(l.conn, config)
	if err != nil {
		return
	}
	defer l.running.Wait()
	defer cancel()
	l.count(func(c *counters) { c.logins.Add(1) })
	l.running.Go(func() { ssh.DiscardRequests(requests) })
	for offer := range channels {
		l.running.Go(func() { l.channel(ctx, offer) })
	}
}

func (l *link) config(ctx context.Context) (*ssh.ServerConfig, error) {
	key := l.dev.hostKey
	if l.dev.fault.Load().otherKey {
		var err error
		if key, err = newHostKey(); err != nil {
			return nil, err
		}
	}
	config := &ssh.ServerConfig{ServerVersion: l.script().talk.Server}
	if l.dev.Legacy {
		config.KeyExchanges = []string{ssh.InsecureKeyExchangeDH1SHA1}
		config.Ciphers = []string{ssh.InsecureCipherAES128CBC}
	}
	config.AddHostKey(key)
	l.allow(ctx, config)
	return config, nil
}

// script is what the device says now.
func (l *link) script() *script { return l.dev.script.Load() }

// count adds to the device's counters and to the fleet's.
func (l *link) count(add func(*counters)) {
	add(&l.dev.counters)
	add(&l.fleet.counters)
}
