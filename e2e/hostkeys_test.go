//go:build e2e

package e2e

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/transport"
)

// TestHostKeysLikeOpenSSH compares our verdict on host keys with that of ssh, for known_hosts files made at random. The
// comparison keeps away from four differences that are meant: we obey a line that revokes a key for every host, and ssh for its
// own; we ask for a certificate only where an authority is known; and a host that is known by a key of another type has
// changed for us, and is new for ssh; and a certificate without an authority makes ssh look at the lines without a port even
// where those with the port have another key.
func TestHostKeysLikeOpenSSH(t *testing.T) {
	keys, authorities := []ssh.Signer{edKey(t), edKey(t), edKey(t)}, []ssh.Signer{edKey(t), edKey(t)}
	server := newKeyServer(t)
	ports := []string{"22", server.port}
	hosts := []string{"127.9.7.35", "localhost"}
	r := mathrand.New(mathrand.NewPCG(3, 4))
	seen := make(map[failure.Reason]int)
	file := filepath.Join(t.TempDir(), "known_hosts")
	for n := range 120 {
		host, port := hosts[0], ports[r.IntN(2)]
		if r.IntN(3) == 0 {
			host, port = hosts[1], server.port
		}
		text := randomKnownHosts(r, hosts, ports, keys, authorities)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		key := keys[r.IntN(len(keys))]
		what := server.show(t, r, host, key, authorities)
		want := verdictOfSSH(t, file, host, port)
		got := verdictOfOurs(t, file, net.JoinHostPort(host, port))
		quirk := want == failure.Auth && got == failure.HostKeyChanged && port != "22" && what != theKey
		if got != want && !quirk {
			t.Errorf("file %d, %s port %s shows %s %s: %q, ssh says %q, of\n%s", n, host, port, what, ssh.FingerprintSHA256(key.PublicKey()), got, want, text)
		}
		seen[want]++
	}
	for _, reason := range []failure.Reason{failure.Auth, failure.HostKeyUnknown, failure.HostKeyChanged, failure.HostKeyRevoked} {
		if seen[reason] < 5 {
			t.Errorf("only %d verdicts of ssh are %q", seen[reason], reason)
		}
	}
}

func randomKnownHosts(r *mathrand.Rand, hosts, ports []string, keys, authorities []ssh.Signer) string {
	var text strings.Builder
	for range 1 + r.IntN(4) {
		name := hosts[r.IntN(len(hosts))]
		if port := ports[r.IntN(len(ports))]; port != "22" {
			name = "[" + name + "]:" + port
		}
		switch r.IntN(6) {
		case 0:
			name = knownhosts.HashHostname(name)
		case 1:
			name = "127.9.7.*,!127.9.7.36," + name
		case 2:
			name = strings.ToUpper(name) + ",elsewhere.example"
		case 3:
			name = []string{"*", "local*", "!localhost,*", "[127.9.7.*]:*"}[r.IntN(4)]
		}
		mark, key := "", keys[r.IntN(len(keys))]
		switch r.IntN(6) {
		case 0, 1:
			mark, key = "@cert-authority ", authorities[r.IntN(len(authorities))]
		case 2:
			mark, name, key = "@revoked ", "*", keys[0]
			if r.IntN(2) == 0 {
				key = authorities[0]
				text.WriteString("@cert-authority " + knownLine("*", key))
			}
		case 3:
			text.WriteString([]string{"nonsense\n", "\n", "# comment\n", "@unknown " + name + " ssh-ed25519 AAAA\n"}[r.IntN(4)])
		}
		text.WriteString(mark + knownLine(name, key))
	}
	return text.String()
}

func knownLine(hosts string, key ssh.Signer) string {
	return hosts + " " + strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey()))) + "\n"
}

const theKey = "the key"

// keyServer shows a host key, and lets nobody in.
type keyServer struct {
	port string

	mu     sync.Mutex
	config *ssh.ServerConfig
}

func newKeyServer(t *testing.T) *keyServer {
	t.Helper()
	s := new(keyServer)
	var serving sync.WaitGroup
	serve := func(address string) net.Listener {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		serving.Go(func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				serving.Go(func() {
					defer conn.Close()
					s.mu.Lock()
					config := s.config
					s.mu.Unlock()
					_, _, _, _ = ssh.NewServerConn(conn, config)
				})
			}
		})
		return listener
	}
	t.Cleanup(serving.Wait) // runs last
	_, s.port, _ = net.SplitHostPort(serve("127.9.7.35:0").Addr().String())
	serve("127.9.7.35:22")
	serve("127.0.0.1:" + s.port)
	return s
}

// show changes what the server shows from now on: the key, and perhaps a certificate for it, good or bad.
func (s *keyServer) show(t *testing.T, r *mathrand.Rand, host string, key ssh.Signer, authorities []ssh.Signer) string {
	t.Helper()
	config := &ssh.ServerConfig{PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("no") }}
	config.AddHostKey(key)
	what := theKey
	if r.IntN(2) == 0 {
		principal := []string{host, host, host, "elsewhere", host[:4] + "*"}[r.IntN(5)]
		until := []time.Duration{time.Hour, time.Hour, -time.Hour}[r.IntN(3)]
		by := r.IntN(len(authorities))
		what = fmt.Sprintf("a certificate for %s by authority %d until %v from now of", principal, by, until)
		cert := &ssh.Certificate{
			Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{principal},
			ValidAfter: uint64(time.Now().Add(-2 * time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(until).Unix()),
		}
		if err := cert.SignCert(rand.Reader, authorities[by]); err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewCertSigner(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		config.AddHostKey(signer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config = config
	return what
}

func verdictOfSSH(t *testing.T, file, host, port string) failure.Reason {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, _ := exec.CommandContext(ctx, "ssh", "-F", "none", "-p", port, "-o", "UserKnownHostsFile="+file, "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", "StrictHostKeyChecking=yes", "-o", "CheckHostIP=no", "-o", "UpdateHostKeys=no", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
		"nobody@"+host, "true").CombinedOutput()
	for text, reason := range map[string]failure.Reason{
		"Permission denied": failure.Auth, "host key is known for": failure.HostKeyUnknown,
		"REMOTE HOST IDENTIFICATION HAS CHANGED": failure.HostKeyChanged, "REVOKED HOST KEY": failure.HostKeyRevoked,
	} {
		if strings.Contains(string(out), text) {
			return reason
		}
	}
	t.Fatalf("ssh says something that is not understood:\n%s", out)
	return ""
}

func verdictOfOurs(t *testing.T, file, address string) failure.Reason {
	t.Helper()
	client, err := transport.New(transport.Config{KnownHosts: []string{file}, ConnectTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	link, err := client.Login(ctx, transport.Target{Address: address, Credential: &transport.Credential{Username: "nobody"}}, "", func(string, time.Time) {})
	if err == nil {
		link.End()
		t.Fatal("the server lets everybody in")
	}
	reasons := []failure.Reason{failure.Auth, failure.HostKeyUnknown, failure.HostKeyChanged, failure.HostKeyRevoked}
	if !slices.Contains(reasons, failure.Of(err)) {
		t.Fatal(err)
	}
	return failure.Of(err)
}

func edKey(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
