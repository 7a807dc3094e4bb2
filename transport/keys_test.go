package transport

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
)

func TestPrivateKey(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	g := startGatekeeper(t, func(g *gatekeeper) { takesKey(t, g, public) })
	open, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte("opensesame"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name            string
		key, passphrase string
		want            string // the error
	}{
		{"open", string(pem.EncodeToMemory(open)), "", ""},
		{"open with a passphrase", string(pem.EncodeToMemory(open)), "opensesame", ""},
		{"locked", string(pem.EncodeToMemory(locked)), "opensesame", ""},
		{"locked without a passphrase", string(pem.EncodeToMemory(locked)), "", "the private key needs a passphrase"},
		{"locked with another passphrase", string(pem.EncodeToMemory(locked)), "swordfish", "the passphrase does not open the private key"},
		{"no key", "swordfish", "", "not a private key; want one in PEM, as ssh-keygen writes it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := NewCredential(Login{Username: "netops", PrivateKey: secret.New(tt.key), Passphrase: secret.New(tt.passphrase)})
			if tt.want != "" {
				if err == nil || err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := g.poll(t, newInsecure(t), c, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func takesKey(t *testing.T, g *gatekeeper, public ed25519.PublicKey) {
	t.Helper()
	want, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	g.config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if keyText(key) != keyText(want) {
			return nil, errNo
		}
		return nil, nil
	}
}

func TestAgent(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	socket, stop := startAgent(t, keyring(t, private))
	g := startGatekeeper(t, func(g *gatekeeper) {
		takesKey(t, g, public)
		g.config.PasswordCallback = takesPassword("swordfish")
	})
	withAgent := func(password string) *Credential {
		return newCredential(t, Login{Agent: socket, Password: secret.New(password)})
	}
	if err := g.poll(t, newInsecure(t), withAgent(""), nil); err != nil {
		t.Error(err)
	}
	stop() // the client has closed its connection, or this hangs
	err = g.poll(t, newInsecure(t), withAgent(""), nil)
	wantReason(t, err, failure.Auth)
	if !strings.Contains(err.Error(), "reach the SSH agent") {
		t.Errorf("error %q does not tell of the agent", err)
	}
	if err := g.poll(t, newInsecure(t), withAgent("swordfish"), nil); err != nil {
		t.Errorf("with a password beside the agent: %v", err)
	}
}

// An agent may wait for a person to agree to the use of a key; a poll cannot.
func TestAgentThatDoesNotAnswer(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.config.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, errNo }
	})
	c, err := NewCredential(Login{Username: "netops", Agent: socket})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var asked sync.WaitGroup
	defer asked.Wait()
	asked.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 1)) // it has been asked
		cancel()
		_, _ = io.Copy(io.Discard, conn) // until it is left alone
	})
	_, err = newInsecure(t).Login(ctx, Target{Address: g.address, Credential: c}, "", func(string, time.Time) {})
	wantReason(t, err, failure.Timeout)
}

// startAgent serves an agent until the test ends or it is stopped, which waits for its clients to go.
func startAgent(t *testing.T, a agent.Agent) (socket string, stop func()) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { _ = agent.ServeAgent(a, conn) })
		}
	})
	stop = func() {
		listener.Close()
		serving.Wait()
	}
	t.Cleanup(stop)
	return socket, stop
}

func keyring(t *testing.T, private ...ed25519.PrivateKey) agent.Agent {
	t.Helper()
	k := agent.NewKeyring()
	for _, p := range private {
		if err := k.Add(agent.AddedKey{PrivateKey: p}); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func newCredential(t *testing.T, l Login) *Credential {
	t.Helper()
	l.Username = "netops"
	c, err := NewCredential(l)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// userKey is a key pair in every form in which an operator has it.
type userKey struct {
	private ed25519.PrivateKey
	signer  ssh.Signer
	pem     secret.Value
	public  secret.Value // as in authorized_keys
}

// locked is the private key in PEM, locked with the passphrase opensesame.
func (k userKey) locked(t *testing.T) secret.Value {
	t.Helper()
	block, err := ssh.MarshalPrivateKeyWithPassphrase(k.private, "", []byte("opensesame"))
	if err != nil {
		t.Fatal(err)
	}
	return secret.New(string(pem.EncodeToMemory(block)))
}

func newUserKey(t *testing.T) userKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	open, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return userKey{
		private: private, signer: signer, pem: secret.New(string(pem.EncodeToMemory(open))),
		public: secret.New(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))),
	}
}

// certificate signs a certificate for the key, valid for an hour before and after now, with changes.
func (k userKey) certificate(t *testing.T, authority ssh.Signer, change func(*ssh.Certificate)) secret.Value {
	t.Helper()
	now := uint64(time.Now().Unix())
	cert := &ssh.Certificate{
		Key: k.signer.PublicKey(), CertType: ssh.UserCert, ValidPrincipals: []string{"netops"}, ValidAfter: now - 3600, ValidBefore: now + 3600,
	}
	change(cert)
	if err := cert.SignCert(rand.Reader, authority); err != nil {
		t.Fatal(err)
	}
	return secret.New(string(ssh.MarshalAuthorizedKey(cert)))
}

func asIs(*ssh.Certificate) {}

// offers notes the keys that are offered to the server, by the names given; those of taken it accepts.
func (g *gatekeeper) offers(names map[string]string, taken ...string) func() []string {
	var seen []string
	g.config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		name := names[string(key.Marshal())]
		if name == "" {
			if cert, ok := key.(*ssh.Certificate); ok {
				name = "certificate of " + names[string(cert.Key.Marshal())]
			}
		}
		seen = append(seen, name)
		if !slices.Contains(taken, name) {
			return nil, errNo
		}
		return nil, nil
	}
	return func() []string {
		g.mu.Lock()
		defer g.mu.Unlock()
		defer func() { seen = nil }()
		return slices.Clone(seen)
	}
}

// TestOrderOfProofs has servers that refuse key after key.
func TestOrderOfProofs(t *testing.T) {
	authority := newSigner(t)
	own, names := newUserKey(t), map[string]string{}
	names[string(own.signer.PublicKey().Marshal())] = "own"
	var others []ed25519.PrivateKey
	for i := range 6 {
		k := newUserKey(t)
		names[string(k.signer.PublicKey().Marshal())] = fmt.Sprint("agent ", i)
		others = append(others, k.private)
	}
	six, _ := startAgent(t, keyring(t, others...))
	withOwn, _ := startAgent(t, keyring(t, append(slices.Clone(others[:5]), own.private)...))
	certificate := own.certificate(t, authority, asIs)
	password := secret.New("swordfish")
	for _, tt := range []struct {
		name  string
		login Login
		tries int // MaxAuthTries; 0: any number
		taken string
		want  []string // keys offered
		again []string // at the next poll; nil: the same
	}{
		{name: "certificate, key, agent", login: Login{PrivateKey: own.pem, Certificate: certificate, Agent: six, Password: password},
			want: []string{"certificate of own", "own", "agent 0", "agent 1", "agent 2", "agent 3", "agent 4", "agent 5"}},
		{name: "the first that is taken ends it", login: Login{PrivateKey: own.pem, Certificate: certificate, Password: password}, taken: "certificate of own",
			want: []string{"certificate of own"}},
		{name: "an expired certificate is not offered", taken: "own", want: []string{"own"}, login: Login{PrivateKey: own.pem,
			Certificate: own.certificate(t, authority, func(c *ssh.Certificate) { c.ValidBefore = c.ValidAfter + 1 })}},
		{name: "the key is the agent's last, and its public half is given", login: Login{PrivateKey: own.public, Agent: withOwn}, tries: 3, taken: "own",
			want: []string{"own"}},
		{name: "the key is the agent's, and the file of the private one is locked", login: Login{PrivateKey: own.locked(t), Agent: withOwn}, tries: 3, taken: "own",
			want: []string{"own"}},
		{name: "the key is the agent's, and the certificate is given", login: Login{Certificate: certificate, Agent: withOwn}, tries: 3, taken: "certificate of own",
			want: []string{"certificate of own"}},
		{name: "the key is the agent's, too", login: Login{PrivateKey: own.pem, Agent: withOwn}, taken: "agent 0", want: []string{"own", "agent 0"}},
		{name: "six keys, three tries, and the password has its turn", login: Login{Agent: six, Password: password}, tries: 3,
			want: []string{"agent 0", "agent 1", "agent 2", "agent 0", "agent 1"}, again: []string{"agent 0", "agent 1"}},
		{name: "one try, and the password has its turn", login: Login{PrivateKey: own.pem, Password: password}, tries: 1,
			want: []string{"own"}, again: []string{}},
		{name: "a key that the agent does not have", login: Login{PrivateKey: own.public, Agent: six, Password: password}, tries: 3,
			want: []string{"agent 0", "agent 1", "agent 2", "agent 0", "agent 1"}, again: []string{"agent 0", "agent 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var offered func() []string
			g := startGatekeeper(t, func(g *gatekeeper) {
				offered = g.offers(names, tt.taken)
				g.config.PasswordCallback = takesPassword("swordfish")
				if g.config.MaxAuthTries = tt.tries; tt.tries == 0 {
					g.config.MaxAuthTries = -1
				}
			})
			credential, client, door := newCredential(t, tt.login), newInsecure(t), logins.New(slog.New(slog.DiscardHandler))
			door.Configure(logins.Settings{Most: 64, Credentials: []logins.Credential{
				{Name: "netops", Password: !credential.Password.IsZero(), Keys: credential.Keys()},
			}})
			if tt.again == nil {
				tt.again = tt.want
			}
			for i, want := range [][]string{tt.want, tt.again} {
				if err := g.poll(t, client, credential, door); err != nil {
					t.Fatalf("poll %d: %v", i+1, err)
				}
				if diff := cmp.Diff(want, append([]string{}, offered()...)); diff != "" {
					t.Errorf("poll %d: offered (-want +got):\n%s", i+1, diff)
				}
			}
			verdicts := door.States()["netops"].Logins
			if accepted := uint64(2); tt.taken == "" && verdicts[logins.Accepted] != accepted || tt.taken != "" && verdicts[logins.Accepted] != 0 ||
				verdicts[logins.Refused]+verdicts[logins.Unknown] != 0 {
				t.Errorf("verdicts %v", verdicts)
			}
		})
	}
}

// With six keys, three tries and no password nothing more can be done than to say what would help.
func TestTooManyKeys(t *testing.T) {
	var all []ed25519.PrivateKey
	for range 6 {
		all = append(all, newUserKey(t).private)
	}
	socket, _ := startAgent(t, keyring(t, all...))
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.offers(nil)
		g.config.MaxAuthTries = 3
	})
	err := g.poll(t, newInsecure(t), newCredential(t, Login{Agent: socket}), nil)
	wantReason(t, err, failure.Auth)
	if !strings.Contains(err.Error(), "private_key, or its public half, says which key of the agent comes first") {
		t.Error(err)
	}
}

// A server may want two keys.
func TestTwoKeys(t *testing.T) {
	first, second := newUserKey(t), newUserKey(t)
	socket, _ := startAgent(t, keyring(t, second.private))
	g := startGatekeeper(t, func(g *gatekeeper) {
		takes := func(key ssh.PublicKey, want userKey) error {
			if !sameKey(key, want.signer.PublicKey()) {
				return errNo
			}
			return nil
		}
		g.config.PublicKeyCallback = func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if err := takes(key, first); err != nil {
				return nil, err
			}
			return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{
				PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) { return nil, takes(key, second) },
			}}
		}
	})
	if err := g.poll(t, newInsecure(t), newCredential(t, Login{PrivateKey: first.pem, Agent: socket}), nil); err != nil {
		t.Error(err)
	}
}

// securityKey is an agent with an ed25519 key as in a FIDO token (OpenSSH's PROTOCOL.u2f). It does not sign if it is not touched.
type securityKey struct {
	agent.Agent // with further keys
	private     ed25519.PrivateKey
	touched     bool
}

func (k securityKey) blob() []byte {
	return slices.Concat(wireString(ssh.KeyAlgoSKED25519), wireString(string(k.private.Public().(ed25519.PublicKey))), wireString("ssh:"))
}

func (k securityKey) List() ([]*agent.Key, error) {
	others, err := k.Agent.List()
	return append([]*agent.Key{{Format: ssh.KeyAlgoSKED25519, Blob: k.blob()}}, others...), err
}

func (k securityKey) Sign(key ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	if string(key.Marshal()) != string(k.blob()) {
		return k.Agent.Sign(key, data)
	}
	if !k.touched {
		return nil, errNo
	}
	application, message := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	rest := binary.BigEndian.AppendUint32([]byte{1}, 7) // touched; a counter
	return &ssh.Signature{
		Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.private, slices.Concat(application[:], rest, message[:])), Rest: rest,
	}, nil
}

func TestSecurityKey(t *testing.T) {
	inToken, other := newUserKey(t), newUserKey(t)
	for _, touched := range []bool{true, false} {
		k := securityKey{keyring(t, other.private), inToken.private, touched}
		socket, _ := startAgent(t, k)
		var offered func() []string
		g := startGatekeeper(t, func(g *gatekeeper) {
			offered = g.offers(map[string]string{string(k.blob()): "token", string(other.signer.PublicKey().Marshal()): "other"}, "token", "other")
		})
		if err := g.poll(t, newInsecure(t), newCredential(t, Login{Agent: socket}), nil); err != nil {
			t.Errorf("touched %v: %v", touched, err)
		}
		want := []string{"token"}
		if !touched {
			want = append(want, "other")
		}
		if diff := cmp.Diff(want, offered()); diff != "" {
			t.Errorf("touched %v: offered (-want +got):\n%s", touched, diff)
		}
	}
}

func TestCertificate(t *testing.T) {
	authority := newSigner(t)
	own, other := newUserKey(t), newUserKey(t)
	socket, _ := startAgent(t, keyring(t, own.private))
	for _, tt := range []struct {
		name  string
		login Login
		want  string // in the error; "": none
	}{
		{"of the key", Login{PrivateKey: own.pem, Certificate: own.certificate(t, authority, asIs)}, ""},
		{"of a locked key", Login{PrivateKey: own.locked(t), Passphrase: secret.New("opensesame"), Certificate: own.certificate(t, authority, asIs)}, ""},
		{"of the agent's", Login{Agent: socket, Certificate: own.certificate(t, authority, asIs)}, ""},
		{"of another key", Login{PrivateKey: own.pem, Certificate: other.certificate(t, authority, asIs)},
			"it is for another key (ssh-ed25519 " + ssh.FingerprintSHA256(other.signer.PublicKey())},
		{"of a host", Login{PrivateKey: own.pem, Certificate: own.certificate(t, authority, func(c *ssh.Certificate) { c.CertType = ssh.HostCert })},
			"this is the certificate of a host"},
		{"a public key", Login{PrivateKey: own.pem, Certificate: own.public}, "this is a public key without a certificate"},
		{"something else", Login{PrivateKey: own.pem, Certificate: secret.New("/etc/netver/cert.pub")}, "not a certificate"},
		{"in place of the key", Login{PrivateKey: own.certificate(t, authority, asIs), Agent: socket}, "this is a certificate, not a private key"},
		{"a public key without an agent", Login{PrivateKey: own.public}, "this is a public key; give the private one, or agent: true"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewCredential(tt.login)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// A certificate that has run out is told, so that it is read again: a new one may be there.
func TestCertificateRunsOut(t *testing.T) {
	own, authority := newUserKey(t), newSigner(t)
	for name, tt := range map[string]struct {
		change func(*ssh.Certificate)
		want   string
		told   int
	}{
		"valid":     {asIs, "", 0},
		"for ever":  {func(c *ssh.Certificate) { c.ValidBefore = ssh.CertTimeInfinity }, "", 0},
		"ends soon": {func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = 0, c.ValidBefore-120 }, "", 1},
		"expired":   {func(c *ssh.Certificate) { c.ValidAfter, c.ValidBefore = 0, 86400 }, "the certificate has expired on 1970-01-02T00:00:00Z", 1},
		"not valid": {func(c *ssh.Certificate) { c.ValidAfter = 4102444800; c.ValidBefore = ssh.CertTimeInfinity }, "the certificate is not valid before 2100-01-01T00:00:00Z", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCredential(t, Login{PrivateKey: own.pem, Certificate: own.certificate(t, authority, tt.change), Password: secret.New("swordfish")})
			if err := c.Outdated(time.Now()); (err == nil) != (tt.want == "") || err != nil && err.Error() != tt.want {
				t.Errorf("outdated: %v, want %q", err, tt.want)
			}
			g := startGatekeeper(t, func(g *gatekeeper) {
				g.offers(nil)
				g.config.PasswordCallback = takesPassword("swordfish")
			})
			told := 0
			door := logins.New(slog.New(slog.DiscardHandler))
			door.Configure(logins.Settings{Most: 64, Refused: func(string) { told++ }, Credentials: []logins.Credential{{Name: "netops", Password: true, Keys: "a key"}}})
			if err := g.poll(t, newInsecure(t), c, door); err != nil {
				t.Error(err)
			}
			if told != tt.told {
				t.Errorf("told %d times, want %d", told, tt.told)
			}
			withoutPassword := newCredential(t, Login{PrivateKey: own.pem, Certificate: own.certificate(t, authority, tt.change)})
			if err := g.poll(t, newInsecure(t), withoutPassword, nil); failure.Of(err) != failure.Auth || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("without a password: %v, want %q", err, tt.want)
			}
		})
	}
}
