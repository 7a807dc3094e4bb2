package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

func TestResolve(t *testing.T) {
	client, err := New(Config{HostKeys: Insecure, ConnectTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	login := func(address string) error {
		target := Target{Address: address, Credential: &Credential{Username: "netops", Password: secret.New("x")}}
		_, err := client.Login(t.Context(), target, "", func(string, time.Time) {})
		return err
	}
	for name, lookup := range map[string]func(context.Context, string) ([]string, error){
		"hangs":      func(ctx context.Context, _ string) ([]string, error) { <-ctx.Done(); return nil, ctx.Err() },
		"no address": func(context.Context, string) ([]string, error) { return nil, nil },
		"no name":    func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") },
	} {
		t.Run(name, func(t *testing.T) {
			client.lookup = lookup
			wantReason(t, login("lab-sw-1.invalid:22"), failure.Resolve)
		})
	}
	wantReason(t, login("lab-sw-1"), failure.Resolve)
}

func TestEveryAddressIsTried(t *testing.T) {
	g := startGatekeeper(t, func(g *gatekeeper) { g.config.PasswordCallback = takesPassword("swordfish") })
	client := newInsecure(t)
	host, port, _ := strings.Cut(g.address, ":")
	client.lookup = func(context.Context, string) ([]string, error) { return []string{"::1", host}, nil } // the server is on IPv4
	g.address = "lab.example:" + port
	if err := g.poll(t, client, &Credential{Username: "netops", Password: secret.New("swordfish")}, nil); err != nil {
		t.Error(err)
	}
}

// TestOurOwnLimitIsNotTheDevices has the system refuse us a socket.
func TestOurOwnLimitIsNotTheDevices(t *testing.T) {
	for _, limit := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		client := newInsecure(t)
		client.dial = func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", limit)}
		}
		target := Target{Address: "127.0.0.1:22", Credential: &Credential{Username: "netops", Password: secret.New("x")}}
		_, err := client.Login(t.Context(), target, "", func(string, time.Time) {})
		wantReason(t, err, failure.Internal)
		if e, _ := errors.AsType[*failure.Error](err); !e.Transient || !failure.OwnLimit(err) {
			t.Errorf("%v: not told as a limit of ours that may pass", err)
		}
	}
}

// TestServerThatShedsLoad closes before it has said anything, or says why (sshd_config(5), MaxStartups).
func TestServerThatShedsLoad(t *testing.T) {
	for said, transient := range map[string]bool{"": true, "Exceeded MaxStartups\r\n": true, "HTTP/1.1 400 Bad Request\r\n\r\n": false} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.ReadFull(conn, make([]byte, 8)) // what is not read makes a RST of the FIN
			_, _ = io.WriteString(conn, said)
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}()
		target := Target{Address: listener.Addr().String(), Credential: &Credential{Username: "netops", Password: secret.New("x")}}
		_, err = newInsecure(t).Login(t.Context(), target, "", func(string, time.Time) {})
		listener.Close()
		wantReason(t, err, failure.Handshake)
		if e, _ := errors.AsType[*failure.Error](err); e.Transient != transient {
			t.Errorf("%q: transient is %v", said, e.Transient)
		}
	}
}

func wantReason(t *testing.T, err error, want failure.Reason) {
	t.Helper()
	e, ok := errors.AsType[*failure.Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
}
