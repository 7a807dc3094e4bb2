package app

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/cluster"
)

// inCluster is an exporter in a cluster whose coordinator is never reached: the test says what its share is. It polls nothing.
func inCluster(t *testing.T, config string) *exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	save(t, file, config)
	noFile := ""
	o := Options{ConfigFile: file, Web: &toolkit.FlagConfig{WebListenAddresses: &[]string{":9733"}, WebConfigFile: &noFile}}
	x, err := start(t.Context(), o, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// adopt has an exporter take the part of the fleet that is its own among members of these names.
func (m *membership) adopt(names ...string) {
	s := cluster.Share{Self: m.replica.Self.Name}
	var members []cluster.Member
	for _, name := range names {
		members = append(members, cluster.Member{Name: name})
	}
	s.Views = [][]cluster.Member{members}
	m.Adopt(s, nil, nil, time.Now())
}

// TestShareWhileAReloadHangs: devices are taken and given up though a reload waits for a secret.
func TestShareWhileAReloadHangs(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "secret")
	save(t, pipe, "p")
	x := inCluster(t, strings.Replace(clusterConfig, "password: p}", "password: {command: [cat, "+pipe+"]}}", 1))
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
