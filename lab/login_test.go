package lab

import (
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/parser"
)

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func TestLogin(t *testing.T) {
	key := newSigner(t)
	password := ssh.Password(Password)
	interactive := ssh.KeyboardInteractive(answerQuestions)
	for _, tt := range []struct {
		name     string
		login    Login
		user     string
		method   ssh.AuthMethod
		ok       bool
		refusals int64
	}{
		{"password", Login{}, Username, password, true, 0},
		{"wrong password", Login{}, Username, ssh.Password("guess"), false, 1},
		{"wrong user", Login{}, "guest", password, false, 1},
		{"user with the platform's suffix", Login{}, Username + "+t", password, true, 0},
		{"interactive", Login{}, Username, interactive, true, 0},
		{"password where only interactive is taken", Login{Username: Username, Password: Password, Manner: ByKeyboard}, Username, password, false, 0},
		{"interactive where only that is taken", Login{Username: Username, Password: Password, Manner: ByKeyboard}, Username, interactive, true, 0},
		{"key", Login{Username: Username, Key: key.PublicKey()}, Username, ssh.PublicKeys(key), true, 0},
		{"other key", Login{Username: Username, Key: newSigner(t).PublicKey()}, Username, ssh.PublicKeys(key), false, 1},
		{"empty password where only a key is taken", Login{Username: Username, Key: key.PublicKey()}, Username, ssh.Password(""), false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := device("lab-1")
			d.Login = tt.login
			d.Platform.Session.Login = "+t"
			start(t, d)
			config := clientConfig(d)
			config.User, config.Auth = tt.user, []ssh.AuthMethod{tt.method}
			client, err := ssh.Dial("tcp", d.Addr(), config)
			if err == nil {
				client.Close()
			}
			if (err == nil) != tt.ok {
				t.Errorf("want success %t, got %v", tt.ok, err)
			}
			if s := d.Stats(); s.Refusals+s.KeyRefusals != tt.refusals || s.KeyRefusals > 0 != (tt.name == "other key") {
				t.Errorf("want %d refusals, got %+v", tt.refusals, s)
			}
		})
	}
}

func TestLoginInsideTheSession(t *testing.T) {
	d := device("lab-wlc-1")
	d.Sample.Talk.Gates = []parser.SampleGate{{Ask: "User: ", Want: "{username}"}, {Ask: "Password: ", Want: "{password}"}}
	start(t, d)
	config := clientConfig(d)
	config.User, config.Auth = "anybody", nil
	client, err := ssh.Dial("tcp", d.Addr(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	screen := typed(t, client, "lab\nwrong\nlab\nlab\nshow version\nexit\n")
	want := "User: lab\r\nPassword: \r\n% Login invalid\r\nUser: lab\r\nPassword: \r\nlab-wlc-1#show version\r\n"
	if !strings.HasPrefix(screen, want) {
		t.Errorf("want %q first, got %q", want, screen)
	}
	if s := d.Stats(); s.Refusals != 1 || s.Polls != 1 {
		t.Errorf("stats: %+v", s)
	}
	if err := d.SetFault(WrongPassword); err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	session.Stdin = strings.NewReader(strings.Repeat("lab\nlab\n", 3))
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	if err := session.Wait(); err == nil {
		t.Error("the right password opened a device that refuses every password")
	}
}

func TestKnownHosts(t *testing.T) {
	shared, own, other := device("lab-1"), device("lab-2"), device("lab-3")
	own.OwnKey = true
	other.Fault = OtherHostKey
	fleet := start(t, shared, own, other)
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, fleet.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	check, err := knownhosts.New(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range fleet.Devices() {
		config := clientConfig(d)
		config.HostKeyCallback = check
		client, err := ssh.Dial("tcp", d.Addr(), config)
		if err == nil {
			client.Close()
		}
		if (err == nil) != (d != other) {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
	if string(shared.hostKey.PublicKey().Marshal()) == string(own.hostKey.PublicKey().Marshal()) {
		t.Error("the key of a device's own is the fleet's")
	}
}

func TestLegacy(t *testing.T) {
	d := device("lab-1")
	d.Legacy = true
	start(t, d)
	config := clientConfig(d)
	if _, err := ssh.Dial("tcp", d.Addr(), config); err == nil {
		t.Error("want no common algorithm")
	}
	config.KeyExchanges = ssh.InsecureAlgorithms().KeyExchanges
	config.Ciphers = ssh.InsecureAlgorithms().Ciphers
	client, err := ssh.Dial("tcp", d.Addr(), config)
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}
