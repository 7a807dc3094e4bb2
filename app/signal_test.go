package app

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/netver/netver_exporter/lab"
)

// TestManySignals hangs up again and again while a reload is under way: one more follows, and not one for each.
func TestManySignals(t *testing.T) {
	_, file, _ := startLab(t, labDevice(t))
	var log lab.Output
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	x, err := start(ctx, Options{ConfigFile: file}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	loads := func() int { return strings.Count(log.String(), `msg="configuration loaded"`) }
	before := loads()
	hangup := make(chan os.Signal, 1)
	var reloading sync.WaitGroup
	x.reloading.Lock()
	reloading.Go(func() { x.reloadAt(ctx, hangup) })
	hangup <- syscall.SIGHUP
	await(t, func() bool { return len(hangup) == 0 })
	for range 50 {
		select {
		case hangup <- syscall.SIGHUP:
		default: // as os/signal does
		}
	}
	x.reloading.Unlock()
	await(t, func() bool { return loads() >= before+2 && len(hangup) == 0 })
	stop()
	reloading.Wait()
	if got := loads() - before; got != 2 {
		t.Errorf("%d reloads, want 2", got)
	}
}

// TestReloadAtTheEnd wants no word of a broken configuration in the log if the program ends while a reload reads it.
func TestReloadAtTheEnd(t *testing.T) {
	_, file, _ := startLab(t, labDevice(t))
	var log lab.Output
	ctx, stop := context.WithCancel(t.Context())
	x, err := start(ctx, Options{ConfigFile: file}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	stop()
	if err := x.reload(ctx); err == nil {
		t.Error("reload of a file that is not there: no error")
	}
	if text := log.String(); strings.Contains(text, "not loaded") {
		t.Errorf("the log tells of a configuration that is not loaded:\n%s", text)
	}
}
