package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/netver/netver_exporter/lab"
)

// A reload that changes nothing of a jump host keeps its connection, the kept sessions through it, and their count.
func TestJumpHostsOutliveAReload(t *testing.T) {
	t.Parallel()
	d := labDevice(t)
	fleet, file, text := startLab(t, d)
	bastion, err := lab.StartBastion(context.WithoutCancel(t.Context()), "127.0.0.1", lab.Password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bastion.Close)
	text = bytes.Replace(text, []byte("interval: 15s"), []byte("interval: 1s"), 1)
	text = bytes.Replace(text, []byte("  - name: lab\n"), []byte("  - name: lab\n    session: persistent\n    jump: bastion\n"), 1)
	text = fmt.Appendf(text, "jump_hosts:\n  bastion: {address: %q, credentials: lab, max_sessions: 2}\n", bastion.Addr())
	save(t, file, string(text))
	save(t, file+".known_hosts", string(fleet.KnownHosts())+bastion.KnownHosts())
	x, err := start(t.Context(), Options{ConfigFile: file}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	polled := make(chan error, 1)
	go func() { polled <- x.poll(ctx) }()
	for range 2 {
		awaitPolls(t, d, d.Stats().Polls+2)
		if err := x.reload(t.Context()); err != nil {
			t.Error(err)
		}
	}
	awaitPolls(t, d, d.Stats().Polls+2)
	if got, want := bastion.Stats(), (lab.BastionStats{Logins: 1, Peak: 1, Passed: 1}); got != want {
		t.Errorf("the jump host saw %+v, want %+v", got, want)
	}
	stop()
	if err := <-polled; err != nil {
		t.Error(err)
	}
	await(t, func() bool { return bastion.Clients() == 0 })
}
