package logins

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// enable logs a device in, has it judge the enable secret, and reports whether the secret was sent.
func enable(ctx context.Context, d *Door, device string, v Verdict) bool {
	login, decision, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Minute}, func() {})
	if decision != Go {
		return false
	}
	defer login.Close("")
	ticket, may := login.Enable(ctx)
	if !may {
		return false
	}
	if ticket.MaySend("session") != nil {
		return false
	}
	if v == Refused {
		ticket.Tell(v)
		ticket.Close(failure.Auth)
		return true
	}
	ticket.Tell(v)
	ticket.Close("")
	return true
}

func enableDoor() *Door {
	d := New(slog.New(slog.DiscardHandler))
	d.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "netops", Identity: secret.New("netops"), Enable: secret.New("opensesame")}}})
	return d
}

// TestEnableSecret: AAA servers lock accounts for refused enable secrets, too: what holds for passwords holds for them.
func TestEnableSecret(t *testing.T) {
	t.Run("wrong on all devices", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d, sent := enableDoor(), 0
			for range 10 {
				for i := range 100 {
					if enable(t.Context(), d, fmt.Sprint(i), Refused) {
						sent++
					}
				}
				time.Sleep(time.Minute)
			}
			if sent < mostTries+5 || sent > mostTries+10 {
				t.Errorf("sent %d times in 10 intervals, want %d and one an interval", sent, mostTries)
			}
			if states := d.States(); len(states) != 1 || states["netops"].Paused {
				t.Errorf("the password, which nobody refused: %+v", states)
			}
			after := enableDoor()
			devices := map[string][]DeviceMemory{}
			for i := range 100 {
				devices[fmt.Sprint(i)] = d.Device(fmt.Sprint(i))
			}
			after.Recall(d.Credentials(), devices)
			for i := range 100 {
				if enable(t.Context(), after, fmt.Sprint(i), Refused) {
					sent++
				}
			}
			if sent > mostTries+11 {
				t.Errorf("sent %d times with a restart", sent)
			}
		})
	})
	t.Run("one device refuses it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := enableDoor()
			enable(t.Context(), d, "a", Refused)
			if enable(t.Context(), d, "a", Refused) {
				t.Error("sent again at once")
			}
			time.Sleep(2 * time.Minute)
			if !enable(t.Context(), d, "a", Accepted) {
				t.Error("not sent after two intervals")
			}
		})
	})
	t.Run("waits for its turn", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := enableDoor()
			login, _, _ := d.Enter(Request{Device: "a", Credential: "netops", Interval: time.Minute}, nil)
			first, may := login.Enable(t.Context())
			if !may || first.MaySend("session") != nil {
				t.Fatal("the first may not")
			}
			time.AfterFunc(time.Second, func() { first.Tell(Accepted); first.Close("") })
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if began := time.Now(); !enable(ctx, d, "b", Accepted) || time.Since(began) != time.Second {
				t.Errorf("the second after %v", time.Since(began))
			}
			hangs, _ := login.Enable(t.Context())
			if hangs.MaySend("session") != nil {
				t.Fatal("may not")
			}
		})
	})
}
