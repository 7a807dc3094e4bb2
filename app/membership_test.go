package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/lab"
)

// inCluster is an exporter in a cluster whose coordinator is never reached: the test says what its share is. It polls nothing.
func inCluster(t *testing.T, config, state string) *exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	save(t, file, config)
	noFile := ""
	o := Options{ConfigFile: file, StateFile: state, Web: &toolkit.FlagConfig{WebListenAddresses: &[]string{":9733"}, WebConfigFile: &noFile}}
	x, err := start(t.Context(), o, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestClusterStaysOverAReload, whatever the file says by then: that is told.
func TestClusterStaysOverAReload(t *testing.T) {
	x := inCluster(t, clusterConfig, "")
	log := &lab.Output{}
	x.log = slog.New(slog.NewTextHandler(log, nil))
	const says = "the settings of cluster have changed, and count from the next start on"
	for _, c := range []struct {
		old, with string
		want      int
	}{
		{"", "", 0}, {"", "", 0}, {"password: q", "password: z", 0},
		{"name: a,", "name: a, ttl: 20s,", 1}, {"name: a,", "name: a, peers: {basic_auth: {username: u, password: z}},", 1},
		{"192.0.2.1:2379", "192.0.2.2:2379", 1}, {"cluster:", "#cluster:", 1}, {"name: a,", "name: b,", 1}, {"", "", 0},
	} {
		save(t, x.file, strings.Replace(clusterConfig, c.old, c.with, 1))
		before := strings.Count(log.String(), says)
		if err := x.reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), says) - before; n != c.want {
			t.Errorf("%s: told %d times, want %d", c.with, n, c.want)
		}
	}
}

// adopt has an exporter take the part of the fleet that is its own among members of these names.
func (m *membership) adopt(names ...string) {
	s := cluster.Share{Self: m.replica.Self.Name}
	var members []cluster.Member
	for _, name := range names {
		members = append(members, cluster.Member{Name: name})
	}
	s.Views = [][]cluster.Member{members}
	now := time.Now()
	m.Adopt(s, nil, nil, cluster.Gap{Earliest: now, Latest: now})
}

// TestShareWhileAReloadHangs: devices are taken and given up though a reload waits for a secret.
func TestShareWhileAReloadHangs(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "secret")
	save(t, pipe, "p")
	x := inCluster(t, strings.Replace(clusterConfig, "password: p}", "password: {command: [cat, "+pipe+"]}}", 1), "")
	if err := errors.Join(os.Remove(pipe), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	var failed error
	reloaded := make(chan struct{})
	go func() {
		defer close(reloaded)
		failed = x.reload(t.Context())
	}()
	var writer *os.File
	await(t, func() (reading bool) {
		var err error
		writer, err = os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		return err == nil
	})

	owned := func() int { return len(x.Snapshot().Devices) }
	x.membership.adopt("a")
	if n := owned(); n != 2 {
		t.Errorf("%d devices taken, want 2", n)
	}
	x.membership.Narrow(cluster.Share{Self: "a", Views: [][]cluster.Member{{{Name: "b"}}}})(t.Context())
	if n := owned(); n != 0 {
		t.Errorf("%d devices left after all were given up", n)
	}
	select {
	case <-reloaded:
		t.Fatalf("the share waited for the reload to end: %v", failed)
	default:
	}
	_, err := io.WriteString(writer, "p")
	if err := errors.Join(err, writer.Close()); err != nil {
		t.Error(err)
	}
	if <-reloaded; failed != nil {
		t.Error(failed)
	}
	if n := owned(); n != 0 {
		t.Errorf("the reload has taken %d devices, which are another replica's now", n)
	}
}

const stateOfTwo = `{"header":{"format":"netver_exporter state","version":1}}
{"device":{"name":"127.0.0.1:1","address":"127.0.0.1:1","platform":"vyos","polls":7,"reboots":2,"last_poll":"%[1]s","last_success":"%[1]s","facts":{"version":"1.4"},"boot":{}}}
{"device":{"name":"127.0.0.1:2","address":"127.0.0.1:2","platform":"vyos","polls":8,"last_poll":"%[1]s","last_success":"%[1]s","facts":{"version":"1.4"},"boot":{}}}
{"end":2}
`

// alone is a coordinator that one replica has for itself.
type alone struct{}

func (alone) Renew(_ context.Context, self cluster.Entry) ([]cluster.Entry, error) {
	return []cluster.Entry{self}, nil
}

func (alone) Watch(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}

func (alone) Leave(context.Context) error { return nil }

// TestStateInACluster: what the state file has of devices is there when they are taken, and stays in the file while the replica has no share, and when it leaves.
func TestStateInACluster(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	save(t, state, fmt.Sprintf(stateOfTwo, time.Now().Add(-time.Second).UTC().Format(time.RFC3339)))
	config := strings.NewReplacer("192.0.2.10", "127.0.0.1:1", "192.0.2.11", "127.0.0.1:2", "192.0.2.1", "127.0.0.1").Replace(clusterConfig)
	polls := func(x *exporter) (n uint64) {
		for _, d := range x.Snapshot().Devices {
			n += d.Polls
		}
		return n
	}
	run := func(x *exporter) (end func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- x.poll(ctx) }()
		return func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
	x := inCluster(t, config, state) // it never reaches its coordinator
	run(x)()
	for range 2 {
		x = inCluster(t, config, state)
		x.membership = x.member(cluster.Entry{Name: "a", Instance: "a"}, 300*time.Millisecond, alone{}, http.DefaultClient)
		if err := x.loadState(); err != nil {
			t.Fatal(err)
		}
		end := run(x)
		await(t, func() bool { return x.membership.holdsShare() })
		if n := polls(x); n < 15 {
			t.Errorf("%d polls are known of, want those of the file, 15, at least", n)
		}
		if err := os.Remove(state); err != nil {
			t.Error(err)
		}
		end()
		if x.membership.holdsShare() || polls(x) != 0 {
			t.Error("it has left with devices")
		}
	}
}

// TestOtherSecretsAreAMismatch, as another configuration is.
func TestOtherSecretsAreAMismatch(t *testing.T) {
	m := inCluster(t, clusterConfig, "").membership
	for _, c := range []struct {
		note string
		want bool
	}{{`{"credential":"one","secret":"????"}`, true}, {`{"credential":"gone","secret":"????"}`, false}, {`garbage`, false}, {`{"credential":"two","secret":"????"}`, true}} {
		m.hear([]cluster.Entry{{Name: "b", Instance: "b1", Notes: map[string]json.RawMessage{"x": json.RawMessage(c.note)}}})
		if got := m.figures().Mismatch; got != c.want {
			t.Errorf("%s: mismatch %v", c.note, got)
		}
	}
}

// TestElsewhere: of a device that is not shown it is said who has it.
func TestElsewhere(t *testing.T) {
	x := inCluster(t, clusterConfig, "")
	for device, want := range map[string]string{"192.0.2.10": "no replica polls it now", "192.0.2.99": ""} {
		if got := x.elsewhere(device); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", device, got, want)
		}
	}
	x.membership.adopt("a")
	if got := x.elsewhere("192.0.2.10"); got != "this replica is about to take it over" {
		t.Error(got)
	}
	alone := strings.Join(strings.SplitAfterN(clusterConfig, "\n", 3)[2:], "")
	file := filepath.Join(t.TempDir(), "config.yml")
	save(t, file, alone)
	x, err := start(t.Context(), Options{ConfigFile: file, Shard: cluster.Shard{Index: 1, Total: 2}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if got := x.elsewhere("192.0.2.10"); len(x.Snapshot().Devices) != 0 || got != "the process with --shard.index=0 polls it" {
		t.Errorf("%d devices in the shard; %q", len(x.Snapshot().Devices), got)
	}
}

// counted is a coordinator that counts renewals.
type counted struct {
	alone
	renewals atomic.Int64
}

func (c *counted) Renew(ctx context.Context, self cluster.Entry) ([]cluster.Entry, error) {
	c.renewals.Add(1)
	return c.alone.Renew(ctx, self)
}

// TestJoinsWithItsInventory: a replica takes part when it knows its devices, so that what the others know of them is not lost. It does not wait for ever.
func TestJoinsWithItsInventory(t *testing.T) {
	const ttl = 15 * time.Second
	for name, answers := range map[string]bool{"a source that answers": true, "one that hangs": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := inCluster(t, strings.Replace(clusterConfig, "labels: {", "file_sd: [none.yml], labels: {", 1), "")
				c := &counted{}
				x.membership = x.member(cluster.Entry{Name: "a", Instance: "a"}, ttl, c, http.DefaultClient)
				ctx, cancel := context.WithCancel(t.Context())
				var running sync.WaitGroup
				polling, _ := x.membership.join(ctx, &running)
				time.Sleep(ttl)
				synctest.Wait()
				if n := c.renewals.Load(); n != 0 {
					t.Errorf("%d renewals before the source has been read", n)
				}
				if answers {
					_, _ = x.inventory.Load().Feeds()[0].Load(ctx) // that the file is missing is an answer, too
					time.Sleep(time.Second)
				} else {
					time.Sleep(5 * ttl)
				}
				synctest.Wait()
				if c.renewals.Load() == 0 {
					t.Error("it has not joined")
				}
				cancel()
				<-polling.Done()
				running.Wait()
			})
		})
	}
}

// TestAddressOfItsOwn is made of the address that is listened on; the server speaks TLS if its file has a certificate, and not if it has only passwords.
func TestAddressOfItsOwn(t *testing.T) {
	c := planOf(t, strings.Replace(clusterConfig, "192.0.2.1:2379", "127.0.0.1:2379", 1)).Config.Cluster
	for text, want := range map[string]string{
		"": "http://127.0.0.1:9733", "basic_auth_users: {peer: x}\n": "http://127.0.0.1:9733", "tls_server_config: {cert_file: a.pem, key_file: a.key}\n": "https://127.0.0.1:9733",
		"tls_server_config: {": "http://127.0.0.1:9733", "tls_server_config: {cert: x, key: x}\n": "https://127.0.0.1:9733",
	} {
		file := ""
		if text != "" {
			file = filepath.Join(t.TempDir(), "web.yml")
			save(t, file, text)
		}
		e, err := entry(&c, Options{Web: &toolkit.FlagConfig{WebListenAddresses: &[]string{":9733"}, WebConfigFile: &file}})
		if err != nil || e.Advertise != want {
			t.Errorf("%q: %s, %v, want %s", text, e.Advertise, err, want)
		}
	}
}
