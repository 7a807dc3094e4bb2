package lab

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Fleet is a set of running devices behind one socket.
type Fleet struct {
	devices  []*Device
	byAddr   map[netip.Addr]*Device
	byName   map[string]*Device
	listener net.Listener
	held     []io.Closer // sockets of devices that are not behind the listener
	stop     context.CancelFunc
	running  sync.WaitGroup
	counters
}

// Start makes the devices reachable, each at an address of its own, all at one port that the system picks. They run
// until the context ends; Close waits for that. A device that cannot be built is an error that names it.
func Start(ctx context.Context, devices ...*Device) (*Fleet, error) {
	f := &Fleet{
		devices: devices,
		byAddr:  make(map[netip.Addr]*Device, len(devices)),
		byName:  make(map[string]*Device, len(devices)),
	}
	if err := f.place(); err != nil {
		return nil, err
	}
	key, err := newHostKey()
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		if err := d.build(key); err != nil {
			return nil, err
		}
	}
	if err := f.listen(ctx); err != nil {
		f.hangUp()
		return nil, err
	}
	ctx, f.stop = context.WithCancel(ctx)
	f.running.Go(func() { f.serve(ctx) })
	f.running.Go(func() {
		<-ctx.Done()
		f.hangUp()
	})
	return f, nil
}

// hangUp closes the sockets.
func (f *Fleet) hangUp() {
	for _, h := range f.held {
		h.Close()
	}
}

// Close ends every session and waits until nothing of the fleet is left.
func (f *Fleet) Close() {
	f.stop()
	f.running.Wait()
}

// Devices are the devices of the fleet, in the order of Start.
func (f *Fleet) Devices() []*Device { return f.devices }

// Device is the device with that name, or nil.
func (f *Fleet) Device(name string) *Device { return f.byName[name] }

// KnownHosts is a known_hosts file with the key of every device.
func (f *Fleet) KnownHosts() []byte {
	var file []byte
	for _, d := range f.devices {
		file = append(file, knownhosts.Line([]string{d.Addr()}, d.hostKey.PublicKey())...)
		file = append(file, '\n')
	}
	return file
}

// serve accepts until the listener closes, then waits for the connections.
func (f *Fleet) serve(ctx context.Context) {
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		conn, err := f.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors: let some go before the next try
			wait(ctx, 10*time.Millisecond)
			continue
		}
		d := f.device(conn)
		if d == nil {
			conn.Close()
			continue
		}
		conns.Go(func() { f.answer(ctx, d, conn.(*net.TCPConn)) })
	}
}

// device tells by the address that was dialled which device is meant; nil for strangers, who are not on loopback.
func (f *Fleet) device(conn net.Conn) *Device {
	local, remote := conn.LocalAddr().(*net.TCPAddr), conn.RemoteAddr().(*net.TCPAddr)
	if !remote.IP.IsLoopback() {
		return nil
	}
	return f.byAddr[local.AddrPort().Addr().Unmap()]
}

// build completes the device and checks that its platform will understand it.
func (d *Device) build(key ssh.Signer) error {
	if d.Platform == nil {
		return fmt.Errorf("device %s: no platform", d.Name)
	}
	d.hostKey = key
	if d.OwnKey {
		own, err := newHostKey()
		if err != nil {
			return err
		}
		d.hostKey = own
	}
	if d.Login.Username == "" {
		d.Login.Username = Username
		if d.Login.Password == "" {
			d.Login.Password = Password
		}
	}
	manner := d.Login.Manner
	if manner == "" && slices.ContainsFunc(d.Sample.Talk.Gates, wantsPassword) {
		manner = InSession
	}
	if d.asks = manner.row(); d.asks == nil {
		return fmt.Errorf("device %s: no manner of login is called %q", d.Name, manner)
	}
	d.SetPassword(d.Login.Password)
	if d.Page == 0 {
		d.Page = 24
	}
	if err := d.SetFault(d.Fault); err != nil {
		return err
	}
	return d.Set(d.Sample)
}

func newHostKey() (ssh.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a host key: %w", err)
	}
	return ssh.NewSignerFromKey(key)
}

// wait returns after d, or as soon as the context ends: then it reports false.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
