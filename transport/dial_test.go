package transport

import (
	"context"
	"errors"
	"strings"
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
		_, err := client.Login(t.Context(), target, "", func(string) {})
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

func wantReason(t *testing.T, err error, want failure.Reason) {
	t.Helper()
	e, ok := errors.AsType[*failure.Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
}
