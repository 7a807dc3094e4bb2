package session

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/lab"
)

// opened is a session with a device that has just been started.
func opened(t *testing.T, d *lab.Device, mode dialogue.Mode) *Conn {
	t.Helper()
	conn, _, err := Open(t.Context(), clientFor(t, startLab(t, d), nil), targetOf(d), scriptOf(d.Platform, mode, "show version"))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestConnIsAskedAgain(t *testing.T) {
	for _, mode := range []dialogue.Mode{dialogue.Exec, dialogue.Shell} {
		t.Run(string(mode), func(t *testing.T) {
			d := simulated(nil)
			conn := opened(t, d, mode)
			defer conn.Close(t.Context())
			var phases [][]string
			for range 3 {
				if !conn.Alive() {
					t.Fatal("not alive")
				}
				got, err := conn.Ask(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]Answer{{"show version", showVersion}}, got.Answers); diff != "" {
					t.Errorf("answers (-want +got):\n%s", diff)
				}
				phases = append(phases, phasesOf(got))
			}
			first := []string{"resolve", "connect", "handshake", "auth", "command"}
			if mode == dialogue.Shell {
				first = []string{"resolve", "connect", "handshake", "auth", "shell", "setup", "command"}
			}
			if diff := cmp.Diff([][]string{first, {"command"}, {"command"}}, phases); diff != "" {
				t.Errorf("phases (-want +got):\n%s", diff)
			}
			conn.Close(t.Context())
			if conn.Alive() {
				t.Error("alive after Close")
			}
			if _, err := conn.Ask(t.Context()); err == nil {
				t.Error("no error from Ask after Close")
			}
			waitFor(t, func() bool { s := d.Stats(); return s.Sessions == 0 && (mode == dialogue.Exec || s.Farewells == 1) })
			if s := d.Stats(); s.Logins != 1 {
				t.Errorf("stats %+v", s)
			}
		})
	}
}

func phasesOf(t Transcript) []string {
	var names []string
	for _, p := range t.Phases {
		names = append(names, p.Name)
	}
	return names
}

func TestConnTellsThatTheDeviceHasGone(t *testing.T) {
	for _, mode := range []dialogue.Mode{dialogue.Exec, dialogue.Shell} {
		t.Run(string(mode), func(t *testing.T) {
			d := simulated(nil)
			conn := opened(t, d, mode)
			defer conn.Close(t.Context())
			d.Reboot()
			conn.conn.GoneWithin(time.Minute)
			if conn.Alive() {
				t.Error("alive although the device has rebooted")
			}
			_, err := conn.Ask(t.Context())
			wantReason(t, err, failure.Disconnect)
		})
	}
}

func TestConnIsOfNoMoreUseAfterATimeout(t *testing.T) {
	d := simulated(nil)
	conn := opened(t, d, dialogue.Shell)
	defer conn.Close(t.Context())
	if err := d.SetFault(lab.Freeze); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := conn.Ask(ctx)
	wantReason(t, err, failure.Timeout)
	if conn.Alive() {
		t.Error("alive although an answer is missing")
	}
}

// A poll that is called off leaves the device as a guest should: at its prompt, with the exit command.
func TestCancelledSessionIsClosedPolitely(t *testing.T) {
	d := simulated(func(d *lab.Device) { d.Delay = 50 * time.Millisecond })
	conn := opened(t, d, dialogue.Shell)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := conn.Ask(ctx)
	wantReason(t, err, failure.Timeout)
	conn.Close(ctx)
	waitFor(t, func() bool { s := d.Stats(); return s.Farewells == 1 && s.Sessions == 0 }) // the device may be slower to note it
}
