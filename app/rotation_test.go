package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// TestPasswordIsRotated has the password changed on a device and, a moment later, in the file that holds it for us: the device is up
// again without a reload by hand.
func TestPasswordIsRotated(t *testing.T) {
	t.Parallel()
	d := labDevice(t)
	_, file, text := startLab(t, d)
	text = bytes.Replace(text, []byte("interval: 15s"), []byte("interval: 1s"), 1)
	text = bytes.Replace(text, []byte("password: "+lab.Password), []byte("password: {file: password}"), 1)
	password := filepath.Join(filepath.Dir(file), "password")
	write := func(name string, text []byte) {
		t.Helper()
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(file, text)
	write(password, []byte(lab.Password+"\n"))
	x, err := start(t.Context(), Options{ConfigFile: file}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	polled := make(chan error, 1)
	go func() { polled <- x.poll(ctx) }()
	up := func() bool { return x.engine.Snapshot().Devices[0].Up() }
	await(t, up)
	write(password, []byte("another\n"))
	d.SetPassword("another")
	before := x.engine.Snapshot().Devices[0].Polls
	await(t, func() bool { return up() && x.engine.Snapshot().Devices[0].Polls > before+1 })
	if n := d.Stats().Refusals; n > 2 {
		t.Errorf("%d refusals until the secret was read again", n)
	}
	stop()
	if err := <-polled; err != nil {
		t.Error(err)
	}
}

// TestRotationLooksOnceAMinute has a credential refused all the time.
func TestRotationLooksOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRotation()
		ctx, stop := context.WithCancel(t.Context())
		looked, reloaded := map[string]int{}, 0
		go r.run(ctx, func(name string) bool {
			looked[name]++
			return looked[name] == 3
		}, func() error {
			reloaded++
			return nil
		})
		for range 300 {
			r.tell("netops")
			r.tell("other")
			time.Sleep(time.Second)
		}
		synctest.Wait()
		stop()
		if looked["netops"] != 5 || looked["other"] != 5 || reloaded != 2 {
			t.Errorf("looked %v times in five minutes, reloaded %d times", looked, reloaded)
		}
	})
}
