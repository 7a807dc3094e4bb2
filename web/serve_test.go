package web

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/crypto/bcrypt"
)

// TestWebConfig serves with TLS, client certificates and passwords of --web.config.file, and asks with and without. What is refused
// is refused at every endpoint.
func TestWebConfig(t *testing.T) {
	dir := t.TempDir()
	authority := newCertificate(t, dir, "ca", nil)
	newCertificate(t, dir, "server", authority)
	client := newCertificate(t, dir, "client", authority)
	stranger := newCertificate(t, dir, "stranger", nil)
	hash, err := bcrypt.GenerateFromPassword([]byte("swordfish"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	const server = "tls_server_config: {cert_file: server.pem, key_file: server.key"
	mutual := server + ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem}\n"
	users := fmt.Sprintf("basic_auth_users: {prometheus: %q}\n", hash)

	type request struct {
		certificate    *tls.Certificate
		user, password string
		status         int // 0: the connection is refused
	}
	for name, tt := range map[string]struct {
		config   string
		requests []request
	}{
		"TLS":                 {server + "}\n", []request{{status: 200}, {certificate: stranger, status: 200}}},
		"client certificates": {mutual, []request{{certificate: client, status: 200}, {}, {certificate: stranger}}},
		"basic auth": {users, []request{
			{user: "prometheus", password: "swordfish", status: 200}, {status: 401}, {user: "prometheus", password: "sword", status: 401}, {user: "root", password: "swordfish", status: 401},
		}},
		"TLS and basic auth": {server + "}\n" + users, []request{{user: "prometheus", password: "swordfish", status: 200}, {status: 401}}},
		"all three":          {mutual + users, []request{{client, "prometheus", "swordfish", 200}, {certificate: client, status: 401}, {user: "prometheus", password: "swordfish"}}},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, "web.yml")
			if err := os.WriteFile(file, []byte(tt.config), 0o600); err != nil {
				t.Fatal(err)
			}
			c := newConfig()
			c.Lifecycle = true
			reloads := 0
			c.Reload = func() error { reloads++; return nil }
			base := serve(t, c, file)
			if secure := strings.Contains(tt.config, "tls_server_config"); strings.HasPrefix(base, "https://") != secure {
				t.Errorf("serves %s", base)
			}
			allowed := 0
			for i, r := range tt.requests {
				if r.status == http.StatusOK {
					allowed++
				}
				paths := []string{"/", "/devices/lab-1", "/versions"}
				for _, e := range endpoints {
					paths = append(paths, strings.ReplaceAll(path(e.pattern), "{name}", "lab-1"))
				}
				for _, p := range paths {
					url := base + strings.TrimPrefix(p, "/")
					method := http.MethodGet
					switch p {
					case "/-/reload":
						method = http.MethodPost
					case "/probe":
						url += "?target=lab-1"
					}
					if got := ask(t, method, url, authority, r.certificate, r.user, r.password); got != r.status {
						t.Errorf("request %d: %s %s: status %d, want %d", i, method, url, got, r.status)
					}
				}
			}
			if reloads != allowed {
				t.Errorf("%d reloads, want %d", reloads, allowed)
			}
		})
	}
}

// serve starts the server with a web configuration and returns the URL of its root.
func serve(t *testing.T, c Config, webConfig string) string {
	t.Helper()
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	flags := &toolkit.FlagConfig{WebListenAddresses: &[]string{"127.0.0.1:0"}, WebSystemdSocket: new(bool), WebConfigFile: &webConfig}
	ctx, stop := context.WithCancel(t.Context())
	listening, served := make(chan string, 1), make(chan error, 1)
	go func() { served <- Serve(ctx, h, flags, slog.New(slog.DiscardHandler), listening) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	select {
	case url := <-listening:
		return url
	case err := <-served:
		served <- nil
		t.Fatal(err)
	}
	return ""
}

// ask returns the status of the answer, or 0 if there is no connection.
func ask(t *testing.T, method, url string, authority, certificate *tls.Certificate, user, password string) int {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(authority.Leaf)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}
	if certificate != nil {
		transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		request.SetBasicAuth(user, password)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Errorf("%s: %v", url, err)
	}
	return response.StatusCode
}

// newCertificate makes NAME.pem and NAME.key for 127.0.0.1 in the folder, signed by the issuer, or by itself if that is nil.
func newCertificate(t *testing.T, dir, name string, issuer *tls.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: issuer == nil, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := template, any(key)
	if issuer != nil {
		parent, signer = issuer.Leaf, issuer.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	encoded := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	for suffix, content := range map[string][]byte{".pem": certificate, ".key": encoded} {
		if err := os.WriteFile(filepath.Join(dir, name+suffix), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certificate, encoded)
	if err != nil {
		t.Fatal(err)
	}
	return &pair
}

// TestKeysOfServer holds the keys that are known here to those of the server.
func TestKeysOfServer(t *testing.T) {
	var keys func(reflect.Type) []string
	keys = func(of reflect.Type) (all []string) {
		for i := range of.NumField() {
			key, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
			if key == "" {
				continue
			}
			all = append(all, key)
			if in := of.Field(i).Type; in.Kind() == reflect.Struct {
				for _, k := range keys(in) {
					all = append(all, key+"."+k)
				}
			}
		}
		slices.Sort(all)
		return all
	}
	if diff := cmp.Diff(keys(reflect.TypeFor[toolkit.Config]()), keys(reflect.TypeFor[written]())); diff != "" {
		t.Errorf("keys (-server +here):\n%s", diff)
	}
}

func TestCheckConfig(t *testing.T) {
	dir := t.TempDir()
	newCertificate(t, dir, "server", nil)
	name, key := filepath.Join(dir, "web.yml"), filepath.Join(dir, "server.key")
	text, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	inline := "\n  key: |\n    " + strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "\n    ") + "\n"
	const beside = "tls_server_config:\n  cert_file: server.pem"
	const mutual = beside + "\n  key_file: server.key\n  client_auth_type: RequireAndVerifyClientCert\n"
	for _, tt := range []struct {
		config            string
		mode, keyMode     os.FileMode
		warning, mistaken string
	}{
		{beside + "\n  key_file: server.key\n", 0o644, 0o600, "", ""},
		{beside + "\n  key_file: server.key\n", 0o600, 0o644, name + ":3: tls_server_config.key_file: " + key + " holds a secret, and every user of this machine may read it; chmod o= " + key, ""},
		{beside + "\n  key_file: " + key + "\n", 0o600, 0o604, name + ":3: tls_server_config.key_file: " + key + " holds a secret, ", ""},
		{beside + inline, 0o644, 0o644, name + ":3: tls_server_config.key: the secret itself stands in this file, ", ""},
		{beside + inline, 0o640, 0o644, "", ""},
		{"", 0o644, 0o644, "", ""},
		{mutual, 0o600, 0o600, "", name + ":4: tls_server_config.client_auth_type: RequireAndVerifyClientCert needs a client_ca_file"},
		{beside + "\n  key_file: server.key\n  client_auth_type: VerifyClientCertIfGiven\n", 0o600, 0o600, "", name + ":4: tls_server_config.client_auth_type: VerifyClientCertIfGiven needs a client_ca_file"},
		{beside + "\n  key_file: server.key\n  client_auth_type: RequireAnyClientCert\n", 0o600, 0o600, "", ""},
		{mutual + "  client_ca_file: server.pem\n", 0o600, 0o600, "", ""},
		{mutual + "  client_ca_file: server.key\n", 0o600, 0o600, "", name + ":5: tls_server_config.client_ca_file: " + key + " holds no certificate"},
		{mutual + "  client_ca: nonsense\n", 0o600, 0o600, "", name + ":5: tls_server_config.client_ca: this holds no certificate"},
		{mutual + "  client_ca_file: missing.pem\n", 0o600, 0o600, "", name + ":5: tls_server_config.client_ca_file: cannot read " + filepath.Join(dir, "missing.pem") + ": "},
		{beside + "\n  key_file: server.key\n  client_ca_file: server.pem\n", 0o600, 0o600, "", name + ":4: tls_server_config.client_ca_file: no client is asked"},
		{"# none\n", 0o644, 0o644, "", ""},
		{"tls: {}\n", 0o644, 0o644, "", name + ":1: tls: unknown key"},
		{"a: [\n", 0o644, 0o644, "", name + ":1: not YAML: "},
		{beside + "\n", 0o600, 0o600, "", name + ":1: tls_server_config: key_file is missing"},
		{"tls_server_config:\n  key_file: server.key\n", 0o600, 0o600, "", name + ":1: tls_server_config: cert_file is missing"},
		{beside + "\n  key_file: other.key\n", 0o600, 0o600, "", name + ":3: tls_server_config.key_file: cannot read "},
		{"tls_server_config:\n  cert_file: other.pem\n  key_file: server.key\n", 0o600, 0o600, "", name + ":2: tls_server_config.cert_file: cannot read "},
		{beside + "\n  key_file: server.pem\n", 0o600, 0o600, "", name + ":3: tls_server_config.key_file: no certificate with its key: "},
		{"tls_server_config:\n  cert_file: server.key\n  key_file: server.key\n", 0o600, 0o600, "", name + ":2: tls_server_config.cert_file: no certificate with its key: "},
		{beside + "\n  key_file: server.key\n  min_version: TLS14\n", 0o600, 0o600, "", name + ":4: tls_server_config.min_version: unknown TLS version: TLS14"},
		{beside + "\n  key_file: server.key\n  cipher_suites: [TLS_AES_128_GCM_SHA256, RC4]\n", 0o600, 0o600, "", name + ":4: tls_server_config.cipher_suites[1]: unknown cipher: RC4"},
		{beside + "\n  key_file: server.key\n  client_auth_type: Require\n", 0o600, 0o600, "", name + `:4: tls_server_config.client_auth_type: "Require" is not one of `},
		{"basic_auth_users:\n  admin: swordfish\n", 0o600, 0o600, "", name + ":2: basic_auth_users.admin: this is no bcrypt hash"},
		{"http_server_config:\n  headers:\n    X-Frame-Options: never\n", 0o600, 0o600, "", name + ":3: http_server_config.headers.X-Frame-Options: invalid value for X-Frame-Options"},
		{"http_server_config:\n  headers: {Server: x}\n", 0o600, 0o600, "", name + `:2: http_server_config.headers.Server: HTTP header "Server" can not be configured`},
		{"http_server_config: {http2: maybe}\n", 0o600, 0o600, "", name + ":1: http_server_config.http2: "},
		{"rate_limit:\n  burst: 1\n  interval: 1d\n", 0o600, 0o600, "", name + ":3: cannot unmarshal "},
	} {
		for path, mode := range map[string]os.FileMode{name: tt.mode, key: tt.keyMode} {
			if path == name {
				if err := os.WriteFile(path, []byte(tt.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		warnings, err := CheckConfig(name)
		if (err == nil) != (tt.mistaken == "") || err != nil && !strings.HasPrefix(err.Error(), tt.mistaken) {
			t.Errorf("%q: %v", tt.config, err)
		}
		if (len(warnings) == 0) != (tt.warning == "") || len(warnings) > 0 && !strings.HasPrefix(warnings[0], tt.warning) {
			t.Errorf("%.80q: warnings %q, want %q", tt.config, warnings, tt.warning)
		}
	}
	if warnings, err := CheckConfig(""); warnings != nil || err != nil {
		t.Errorf("no file: %q, %v", warnings, err)
	}
}
