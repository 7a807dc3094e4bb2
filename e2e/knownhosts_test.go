//go:build e2e

package e2e

import (
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/transport"
)

// TestKnownHostsLikeSSHKeygen looks hosts up in files made at random, as ssh-keygen -F does, and compares the lines that are found.
// Those that revoke a key are left out: we find them by the key.
func TestKnownHostsLikeSSHKeygen(t *testing.T) {
	var keys, authorities []ssh.Signer
	for range 3 {
		keys, authorities = append(keys, edKey(t)), append(authorities, edKey(t))
	}
	hosts, ports := []string{"127.9.7.35", "localhost", "sw-1.example", "2001:db8::1"}, []string{"22", "2222"}
	r := rand.New(rand.NewPCG(5, 6))
	file := filepath.Join(t.TempDir(), "known_hosts")
	found := 0
	for n := range 400 {
		text := randomKnownHosts(r, hosts, ports, keys, authorities)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		known, err := transport.OpenHostKeys([]string{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			host, port := hosts[r.IntN(len(hosts))], ports[r.IntN(len(ports))]
			want := linesOfKeygen(t, file, host, port)
			var got []int
			for _, k := range known.Show(net.JoinHostPort(host, port)) {
				if k.Mark != "@revoked" {
					got = append(got, k.Line)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("file %d, %s port %s: lines %v, ssh-keygen finds %v, of\n%s", n, host, port, got, want, text)
			}
			found += len(want)
		}
	}
	if found < 500 {
		t.Errorf("only %d lines were found", found)
	}
}

var foundByKeygen = regexp.MustCompile(`(?m)^# Host .* found: line (\d+)( CA| )?\s*$`)

// linesOfKeygen are the numbers of the lines that ssh-keygen finds for a host.
func linesOfKeygen(t *testing.T, file, host, port string) (lines []int) {
	t.Helper()
	if port != "22" {
		host = "[" + host + "]:" + port
	}
	out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-F", host, "-f", file).Output()
	if _, none := errors.AsType[*exec.ExitError](err); err != nil && !none {
		t.Fatal(err)
	}
	for _, m := range foundByKeygen.FindAllStringSubmatch(string(out), -1) {
		number, _ := strconv.Atoi(m[1])
		lines = append(lines, number)
	}
	return lines
}
