//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/netver/netver_exporter/lab"
)

// certificates writes an authority (ca.pem) and, by it, a certificate for servers on 127.0.0.1 and for clients (both.pem, both.key).
func certificates(t *testing.T, dir string) {
	t.Helper()
	made := func(serial int64, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, []byte) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
			IsCA: parent == nil, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
		if parent == nil {
			parent, parentKey = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, parentKey)
		if err != nil {
			t.Fatal(err)
		}
		return c, key, der
	}
	ca, caKey, caDER := made(1, nil, nil)
	_, key, der := made(2, ca, caKey)
	text, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]pem.Block{
		"ca.pem": {Type: "CERTIFICATE", Bytes: caDER}, "both.pem": {Type: "CERTIFICATE", Bytes: der}, "both.key": {Type: "EC PRIVATE KEY", Bytes: text},
	} {
		writeFile(t, filepath.Join(dir, name), "%s", pem.EncodeToMemory(&block))
	}
}

// secured is an etcd that wants certificates, a user and a password, and what its replicas ask each other by.
type secured struct {
	*process
	t         *testing.T
	dir       string
	address   string
	etcd, web string // passwords
	client    *http.Client
	fleet     *lab.Fleet
}

func newSecured(t *testing.T) *secured {
	t.Helper()
	s := &secured{t: t, dir: t.TempDir(), address: freeAddress(t, "127.0.0.1"), etcd: rand.Text(), web: rand.Text()}
	witness.Give(s.etcd)
	witness.Give(s.web)
	certificates(t, s.dir)
	s.startEtcd()
	for _, command := range []string{
		"role add netver", "role grant-permission netver readwrite /netver/ --prefix=true", "user add root:r", "user grant-role root root",
		"user add netver:" + s.etcd, "user grant-role netver netver", "auth enable",
	} {
		s.ctl(strings.Fields(command)...)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(s.web), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, s.file("web.yml"), "tls_server_config: {cert_file: both.pem, key_file: both.key, client_ca_file: ca.pem, client_auth_type: RequireAndVerifyClientCert}\nbasic_auth_users: {peer: %q}\n", hash)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(readFile(t, s.file("ca.pem"))))
	pair, err := tls.LoadX509KeyPair(s.file("both.pem"), s.file("both.key"))
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}}}}
	s.fleet = startDevices(t, 6)
	writeFile(t, s.file("known_hosts"), "%s", s.fleet.KnownHosts())
	return s
}

func (s *secured) file(name string) string { return filepath.Join(s.dir, name) }

func (s *secured) startEtcd() {
	s.t.Helper()
	peer := freeAddress(s.t, "127.0.0.1")
	s.process = start(s.t, "etcd", "--data-dir="+s.file("etcd"), "--listen-client-urls=https://"+s.address, "--advertise-client-urls=https://"+s.address,
		"--listen-peer-urls=http://"+peer, "--initial-advertise-peer-urls=http://"+peer, "--initial-cluster=default=http://"+peer,
		"--cert-file="+s.file("both.pem"), "--key-file="+s.file("both.key"), "--trusted-ca-file="+s.file("ca.pem"), "--client-cert-auth",
		"--logger=zap", "--log-level=error", "--unsafe-no-fsync", "--bcrypt-cost=4")
	s.listening(s.t, "tcp", s.address)
}

// ctl runs etcdctl.
func (s *secured) ctl(args ...string) string {
	s.t.Helper()
	at := []string{"--endpoints=https://" + s.address, "--cacert=" + s.file("ca.pem"), "--cert=" + s.file("both.pem"), "--key=" + s.file("both.key")}
	cmd := exec.Command("etcdctl", append(at, args...)...)
	cmd.Env = append(os.Environ(), "ETCDCTL_API=3")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// replica starts a replica that gives etcd this password.
func (s *secured) replica(name, password string) exporter {
	s.t.Helper()
	address := freeAddress(s.t, "127.0.0.1")
	var b strings.Builder
	fmt.Fprintf(&b, `poll: {interval: 2s, timeout: 2s, connect_timeout: 1s}
ssh: {known_hosts: [known_hosts]}
credentials:
  lab: {username: %s, password: %s}
cluster:
  name: %s
  advertise: https://%s
  ttl: 3s
  etcd: {endpoints: ["https://%s"], username: netver, password: %q, tls_config: {ca_file: ca.pem, cert_file: both.pem, key_file: both.key}}
  peers: {basic_auth: {username: peer, password: %q}, tls_config: {ca_file: ca.pem, cert_file: both.pem, key_file: both.key}}
groups:
  - name: fleet
    platform: arista_eos
    credentials: lab
    devices:
`, lab.Username, lab.Password, name, address, s.address, password, s.web)
	for _, d := range s.fleet.Devices() {
		fmt.Fprintf(&b, "      - {name: %s, address: %q}\n", d.Name, d.Addr())
	}
	file := writeFile(s.t, s.file(name+".yml"), "%s", b.String())
	return exporter{start(s.t, binary, "--config.file="+file, "--web.config.file="+s.file("web.yml"), "--web.listen-address="+address), address}
}

// page is a page of a replica.
func (s *secured) page(e exporter, path string) (string, http.Header, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "https://"+e.address+path, nil)
	if err != nil {
		return "", nil, err
	}
	request.SetBasicAuth("peer", s.web)
	response, err := s.client.Do(request)
	if err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	witness.See(path, body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return string(body), response.Header, err
}

func (s *secured) awaits(e exporter, path string, texts ...string) {
	s.t.Helper()
	e.waitFor(s.t, strings.Join(texts, ", "), func() error {
		body, _, err := s.page(e, path)
		for _, text := range texts {
			if !strings.Contains(body, text) {
				err = errors.Join(err, fmt.Errorf("not yet: %s", text))
			}
		}
		return err
	})
}

// TestSecuredCluster has replicas meet in an etcd that wants TLS with certificates, a user and a password, and ask each other over TLS with certificates and a password.
// It takes ten seconds.
func TestSecuredCluster(t *testing.T) {
	t.Parallel()
	s := newSecured(t)
	s.ctl("--user=root:r", "put", "/netver/members/ghost", `{"name":"ghost","instance":"g","advertise":"http://127.0.0.1:1"}`)
	s.ctl("--user=root:r", "put", "/netver/members/a", `{"name":"a","instance":"left behind"}`)
	s.ctl("--user=root:r", "put", "/netver/members/garbage", "<html>")
	a, b, c := s.replica("a", s.etcd), s.replica("b", s.etcd), s.replica("c", "wrong")
	for _, e := range []exporter{a, b} {
		s.awaits(e, "/metrics", "netver_cluster_members 2\n", "netver_cluster_up 1\n", "netver_devices_inventory 6\n")
	}

	c.waitFor(t, "a word about the wrong password", func() error {
		if !strings.Contains(c.out.String(), "authentication failed, invalid user ID or password") {
			return errors.New("there is none")
		}
		return nil
	})
	s.awaits(c, "/metrics", "netver_cluster_up 0\n", "netver_devices_owned 0\n")
	_ = c.stop(t)

	a.waitFor(t, "the whole fleet on one replica's page", func() error {
		body, header, err := s.page(a, "/api/v1/devices?state=up")
		if n := strings.Count(body, `"device":`); err != nil || n != 6 || header.Get("X-Silent-Replicas") != "" {
			return fmt.Errorf("%d devices, silent %q, %w", n, header.Get("X-Silent-Replicas"), err)
		}
		return nil
	})

	a.waitFor(t, "facts in etcd, each key under a lease", func() error {
		var answer struct {
			Kvs []struct {
				Key   string
				Lease json.Number
			}
		}
		if err := json.Unmarshal([]byte(s.ctl("--user=root:r", "get", "--prefix", "/netver/facts/", "--write-out=json")), &answer); err != nil {
			t.Fatal(err)
		}
		for _, kv := range answer.Kvs {
			if kv.Lease == "" {
				t.Errorf("%s has no lease", kv.Key)
			}
		}
		if len(answer.Kvs) < 2 {
			return fmt.Errorf("%d keys", len(answer.Kvs))
		}
		return nil
	})

	_ = s.stop(t)
	s.startEtcd() // it knows no token that it gave out
	_ = b.stop(t)
	s.awaits(a, "/metrics", "netver_cluster_members 1\n", "netver_cluster_up 1\n", "netver_devices_owned 6\n")
}
