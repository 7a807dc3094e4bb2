package lab

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
)

// wire is a TCP connection that can go dead without a word.
type wire struct {
	*net.TCPConn
	dead atomic.Bool
}

// Read is a read that a dead connection never returns from, until the other side or the lab closes it.
func (w *wire) Read(p []byte) (int, error) {
	for {
		n, err := w.TCPConn.Read(p)
		if err != nil || !w.dead.Load() {
			return n, err
		}
	}
}

func (w *wire) Write(p []byte) (int, error) {
	if w.dead.Load() {
		return len(p), nil
	}
	return w.TCPConn.Write(p)
}

// reset closes the connection with RST.
func (w *wire) reset() {
	_ = w.SetLinger(0)
	_ = w.Close()
}

// nowhere is a port on which nothing listens: tcpmux, which nobody has run for decades.
func nowhere(_ context.Context, _ *Fleet, addr netip.Addr) (netip.AddrPort, error) {
	return netip.AddrPortFrom(addr, 1), nil
}

// abyss is a port whose queue of connections is full for good: the system drops every further SYN.
func abyss(ctx context.Context, f *Fleet, addr netip.Addr) (netip.AddrPort, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp4", netip.AddrPortFrom(addr, 0).String())
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("open a black hole: %w", err)
	}
	f.held = append(f.held, listener)
	if err := shrinkQueue(listener.(*net.TCPListener)); err != nil {
		return netip.AddrPort{}, fmt.Errorf("open a black hole: %w", err)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("fill a black hole: %w", err)
	}
	f.held = append(f.held, conn)
	return listener.Addr().(*net.TCPAddr).AddrPort(), nil
}

func resetOnFirstByte(_ context.Context, l *link) {
	_, _ = l.conn.Read(make([]byte, 1))
	l.conn.reset()
}

// silence says a few words and then nothing, until the client has had enough.
func silence(words string) func(context.Context, *link) {
	return func(_ context.Context, l *link) {
		_, _ = io.WriteString(l.conn, words)
		_, _ = io.Copy(io.Discard, l.conn)
	}
}

func speakHTTP(_ context.Context, l *link) {
	_, _ = io.WriteString(l.conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	_ = l.conn.CloseWrite()
	_, _ = io.Copy(io.Discard, l.conn)
}

// offerNothing begins a key exchange (RFC 4253, 7.1) in which every algorithm is one that nobody implements.
func offerNothing(_ context.Context, l *link) {
	const msgKexInit, cookie, lists = 20, 16, 10
	payload := append([]byte{msgKexInit}, make([]byte, cookie)...)
	for range lists {
		const name = "ancient@lab.invalid"
		payload = binary.BigEndian.AppendUint32(payload, uint32(len(name)))
		payload = append(payload, name...)
	}
	payload = append(payload, 0, 0, 0, 0, 0) // no guess follows; reserved
	padding := 4                             // at least, and up to a multiple of 8
	for (len(payload)+5+padding)%8 != 0 {
		padding++
	}
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(packet, byte(padding))
	packet = append(packet, payload...)
	packet = append(packet, make([]byte, padding)...)
	_, _ = io.WriteString(l.conn, l.script().talk.Server+"\r\n"+string(packet))
	_, _ = io.Copy(io.Discard, l.conn)
}
