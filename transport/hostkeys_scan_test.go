package transport

import (
	"bytes"
	"net"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

func TestScan(t *testing.T) {
	key := newSigner(t)
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.config = ssh.ServerConfig{AuthLogCallback: g.config.AuthLogCallback, PasswordCallback: takesPassword("secret")}
		g.config.AddHostKey(key)
	})
	file := writeFile(t, line(hostName(g.address), newSigner(t))) // it is shown whatever is known
	client, err := New(Config{KnownHosts: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := client.Scan(t.Context(), Target{Address: g.address})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(shown.Marshal(), key.PublicKey().Marshal()) {
		t.Errorf("the key is %s, want %s", describe(shown), describe(key.PublicKey()))
	}
	if tried := g.seen(); len(tried) > 0 {
		t.Errorf("a scan logs in: %v", tried)
	}
	if _, err := client.HostKeys().Accept(g.address, shown); err != nil {
		t.Fatal(err)
	}
	credential, err := NewCredential(Login{Username: "x"})
	if err != nil {
		t.Fatal(err)
	}
	wantReason(t, g.poll(t, client, credential, nil), failure.Auth) // its key is right now
}

func TestScanOfSomethingElse(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // it accepts nobody, and says nothing
	client, err := New(Config{ConnectTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Scan(t.Context(), Target{Address: listener.Addr().String()})
	wantReason(t, err, failure.ConnectTimeout)
}

// A client takes over the host keys of the one before it, if they are of the same files.
func TestHostKeysOutliveAReload(t *testing.T) {
	key := newSigner(t)
	file, other := writeFile(t, ""), writeFile(t, "")
	before, err := New(Config{KnownHosts: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	if err := appendText(file, line("192.0.2.1", key)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		config Config
		kept   bool
	}{
		{Config{KnownHosts: []string{file}, HostKeys: AcceptNew}, true},
		{Config{KnownHosts: []string{file, other}}, false},
	} {
		tt.config.Before = before
		after, err := New(tt.config)
		if err != nil {
			t.Fatal(err)
		}
		if kept := after.HostKeys() == before.HostKeys(); kept != tt.kept {
			t.Errorf("%v: kept %v, want %v", tt.config.KnownHosts, kept, tt.kept)
		}
		if err := after.checkHostKey(Target{Address: "192.0.2.1:22"}, key.PublicKey()); err != nil {
			t.Errorf("a reload does not read what changed: %v", err)
		}
	}
}
