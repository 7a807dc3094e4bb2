//go:build e2e

package e2e

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	bigendian "encoding/binary"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// startSSHAgent runs OpenSSH's agent with n new keys, and then the given ones. Its socket is in the environment of the test.
func startSSHAgent(t *testing.T, n int, keys ...string) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "agent")
	a := start(t, "ssh-agent", "-D", "-a", socket)
	a.listening(t, "unix", socket)
	t.Setenv("SSH_AUTH_SOCK", socket)
	var others []string
	for range n {
		others = append(others, newKey(t))
	}
	keys = append(others, keys...)
	for _, key := range keys {
		run(t, "ssh-add", "-q", key)
	}
}

// newKey makes a key without a passphrase and returns the path of its private half.
func newKey(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
	return path
}

// pollsOnce polls the device once and returns what sshd said of it.
func (c hostConfig) pollsOnce(t *testing.T) string {
	t.Helper()
	before := len(c.server.out.String())
	if out := run(t, binary, "poll", "--all", "--config.file="+c.write(t)); !strings.Contains(out, "linux") {
		t.Errorf("poll --all says\n%s", out)
	}
	return c.server.out.String()[before:]
}

// TestProofs logs in to an OpenSSH that ends a login after three attempts, with every proof that a credential can have.
func TestProofs(t *testing.T) {
	authority := newKey(t)
	server := startSSHD(t, "MaxAuthTries 3", "TrustedUserCAKeys "+authority+".pub")
	c := hostConfig{server: server, devices: 1, concurrency: 1, interval: "1m"}

	t.Run("encrypted key", func(t *testing.T) {
		locked := writeFile(t, filepath.Join(t.TempDir(), "key"), "%s", readFile(t, server.key))
		run(t, "ssh-keygen", "-q", "-p", "-P", "", "-N", "opensesame", "-f", locked)
		c.credential = fmt.Sprintf("private_key: {file: %s}, passphrase: opensesame", locked)
		if said := c.pollsOnce(t); !strings.Contains(said, "Accepted publickey for "+host) {
			t.Errorf("sshd says\n%s", said)
		}
	})
	// A key that the server knows only by its certificate.
	own := newKey(t)
	run(t, "ssh-keygen", "-q", "-s", authority, "-I", "netver", "-n", host, "-V", "-5m:+1h", own+".pub")
	byCertificate := "ED25519-CERT SHA256:"
	t.Run("user certificate", func(t *testing.T) {
		c.credential = fmt.Sprintf("private_key: {file: %s}, certificate: {file: %s-cert.pub}", own, own)
		if said := c.pollsOnce(t); !strings.Contains(said, byCertificate) || strings.Contains(said, "Failed") {
			t.Errorf("sshd says\n%s", said)
		}
	})
	t.Run("user certificate of an agent's key, six others before it", func(t *testing.T) {
		startSSHAgent(t, 6, own)
		c.credential = fmt.Sprintf("agent: true, certificate: {file: %s-cert.pub}", own)
		if said := c.pollsOnce(t); !strings.Contains(said, byCertificate) || strings.Contains(said, "Failed") {
			t.Errorf("sshd says\n%s", said)
		}
	})
	t.Run("agent with six keys, the right one last", func(t *testing.T) {
		startSSHAgent(t, 5, server.key)
		c.credential = fmt.Sprintf("agent: true, private_key: {file: %s.pub}", server.key)
		if said := c.pollsOnce(t); !strings.Contains(said, "Accepted publickey for "+host) || strings.Contains(said, "Failed") {
			t.Errorf("sshd says\n%s", said)
		}
	})
	t.Run("agent with six wrong keys and a password", func(t *testing.T) {
		startSSHAgent(t, 6)
		c.credential = "agent: true, " + byPassword(t, server)
		said := c.pollsOnce(t)
		if !strings.Contains(said, "Accepted password for "+host) || strings.Count(said, "Too many authentication failures") != 1 {
			t.Errorf("sshd says\n%s", said)
		}
		if n := server.refused(); n != 0 {
			t.Errorf("%d passwords were refused", n)
		}
	})
	t.Run("certificates of no use", func(t *testing.T) {
		dir := t.TempDir()
		public := readFile(t, own+".pub")
		certificate := func(name string, args ...string) string {
			key := writeFile(t, filepath.Join(dir, name+".pub"), "%s", public)
			run(t, "ssh-keygen", append(append([]string{"-q", "-s", authority, "-I", name, "-n", host}, args...), key)...)
			return filepath.Join(dir, name+"-cert.pub")
		}
		for file, says := range map[string]string{
			certificate("host", "-h"):                           "this is the certificate of a host",
			certificate("expired", "-V", "20200101:20200102"):   "the certificate has expired on 2020-01-0",
			writeFile(t, filepath.Join(dir, "junk"), "%s", own): "not a certificate",
		} {
			c.credential = fmt.Sprintf("private_key: {file: %s}, certificate: {file: %s}", own, file)
			config := c.write(t)
			out, _ := exec.Command(binary, "check", "--config.file="+config).CombinedOutput()
			if want := regexp.MustCompile(regexp.QuoteMeta(config) + `:4: credentials\.host\.certificate: ` + says); !want.Match(out) {
				t.Errorf("check says\n%s\nwant %s", out, want)
			}
		}
	})
}

// token is an agent with a key as in a FIDO token (OpenSSH's PROTOCOL.u2f), which is always touched.
type token struct {
	agent.Agent
	private ed25519.PrivateKey
}

func (k token) blob() []byte {
	return ssh.Marshal(struct {
		Type, Key, Application string
	}{ssh.KeyAlgoSKED25519, string(k.private.Public().(ed25519.PublicKey)), "ssh:"})
}

func (k token) List() ([]*agent.Key, error) {
	return []*agent.Key{{Format: ssh.KeyAlgoSKED25519, Blob: k.blob()}}, nil
}

func (k token) Sign(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	application, message := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	rest := bigendian.BigEndian.AppendUint32([]byte{1}, 7) // touched; a counter
	return &ssh.Signature{
		Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.private, slices.Concat(application[:], rest, message[:])), Rest: rest,
	}, nil
}

// TestSecurityKey has OpenSSH verify what a security key of an agent has signed.
func TestSecurityKey(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := token{agent.NewKeyring(), private}
	public, err := ssh.ParsePublicKey(k.blob())
	if err != nil {
		t.Fatal(err)
	}
	server := startSSHD(t, "Match User "+host, "AuthorizedKeysCommand /bin/echo "+strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public))))
	socket := filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = agent.ServeAgent(k, conn)
		}
	}()
	t.Setenv("SSH_AUTH_SOCK", socket)
	c := hostConfig{server: server, credential: "agent: true", devices: 1, concurrency: 1, interval: "1m"}
	if said := c.pollsOnce(t); !strings.Contains(said, "ED25519-SK SHA256:") {
		t.Errorf("sshd says\n%s", said)
	}
}

// TestRotation changes the password of the accounts and the file that holds it. No hand reloads anything.
func TestRotation(t *testing.T) {
	server := startSSHD(t)
	password := writeFile(t, filepath.Join(t.TempDir(), "password"), "%s\n", server.password)
	c := hostConfig{server: server, credential: fmt.Sprintf("password: {file: %s}", password), devices: 3, concurrency: 4, interval: "2s"}
	e := startExporter(t, "--config.file="+c.write(t))
	e.awaits(t, c.up()...)

	setPassword(t, "not "+server.password)
	writeFile(t, password, "%s\n", "not "+server.password)
	server.waitFor(t, "a refusal of the old password", func() error {
		if server.refused() == 0 {
			return errors.New("none yet")
		}
		return nil
	})
	e.waitFor(t, "the new configuration", func() error {
		if n := strings.Count(e.out.String(), "configuration loaded"); n < 2 {
			return errors.New("not loaded")
		}
		return nil
	})
	e.awaits(t, append(c.up(), `netver_credential_paused{credential="host"} 0`)...)
	if n := server.refused(); n > c.devices {
		t.Errorf("%d passwords were refused, of %d devices", n, c.devices)
	}
}
