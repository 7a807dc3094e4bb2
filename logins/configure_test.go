package logins

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// configured is a door with one credential.
func configured(d *Door, password, keys string) {
	d.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "netops", Identity: secret.New("netops " + password), Password: true, Keys: keys}}})
}

// refusals has every device of a fleet that refuses asked once, and returns how many were.
func refusals(t *testing.T, d *Door, sweep string) (n int) {
	t.Helper()
	for i := range 100 {
		if try(t, d, fmt.Sprint(sweep, i), Refused) == Go {
			n++
		}
	}
	return n
}

// TestSecretComesBack reloads two wrong passwords in turn, and an empty configuration between them: each is tried as often as if
// it had stayed.
func TestSecretComesBack(t *testing.T) {
	d := New(slog.New(slog.DiscardHandler))
	for i, want := range []int{4, 4, 0, 0, 0, 0} {
		configured(d, []string{"swordfish", "marlin"}[i%2], "")
		if got := refusals(t, d, "a"); got != want {
			t.Errorf("configuration %d: %d tries, want %d", i+1, got, want)
		}
		d.Configure(Settings{Most: 64})
	}
}

// TestSecretThatAlwaysChanges has a source of secrets that tells another wrong one at each reading, and at each start of the program.
func TestSecretThatAlwaysChanges(t *testing.T) {
	const intervals = 4
	for restarts, times := range map[bool]int{false: 60, true: 6} { // a restart takes its time
		synctest.Test(t, func(t *testing.T) {
			d := New(slog.New(slog.DiscardHandler))
			const interval = time.Minute // of try
			began, number := time.Now(), 0
			load := func(password string) {
				if !restarts {
					configured(d, password, "")
					return
				}
				memory := d.Credentials()
				d = New(slog.New(slog.DiscardHandler))
				configured(d, password, "")
				d.Recall(memory, nil)
			}
			for i := range times {
				load(fmt.Sprint("swordfish", i))
				number += refusals(t, d, fmt.Sprint("a", i))
				time.Sleep(intervals * interval / time.Duration(times))
			}
			if most := mostTries + mostTries/2 + int(time.Since(began)/canaryPause(interval)); number > most || number < mostTries+2 {
				t.Errorf("restarts %v: %d tries of %d secrets in %d intervals, want at most %d", restarts, number, times, intervals, most)
			}
			time.Sleep(interval)
			load("right")
			if got := try(t, d, "good", Accepted); got != Go {
				t.Fatalf("restarts %v: the right one: %v", restarts, got)
			}
			load("wrong again")
			if got := refusals(t, d, "b"); got != mostTries {
				t.Errorf("restarts %v: after a right one: %d tries, want %d", restarts, got, mostTries)
			}
		})
	}
}

// TestOtherKeys replaces the key of a credential: who refused it is asked at once, and what is known of the password stays.
func TestOtherKeys(t *testing.T) {
	d := New(slog.New(slog.DiscardHandler))
	configured(d, "swordfish", "first key")
	refuse := func(device string, sent bool) Decision {
		ticket, decision, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Hour}, func() {})
		if decision == Go {
			if sent && ticket.MaySend("password") == nil {
				ticket.Tell(Refused)
			}
			ticket.Close(failure.Auth)
		}
		return decision
	}
	for _, keys := range []string{"first key", "second key"} {
		configured(d, "swordfish", keys)
		if got := refuse("key only", false); got != Go {
			t.Errorf("%s: a device that refused another one: %v", keys, got)
		}
		if got := refuse("key only", false); got != BackOff {
			t.Errorf("%s: a device that refused it: %v", keys, got)
		}
	}
	for i := range 100 {
		refuse(fmt.Sprint(i), true)
	}
	configured(d, "swordfish", "third key")
	if s := d.States()["netops"]; !s.Paused || s.Tries != mostTries {
		t.Errorf("the password has been refused under another key: %+v", s)
	}
	if got := refuse("5", false); got != Go {
		t.Errorf("a device that may take the new key, while the password is paused: %v", got)
	}
}

// TestCanaryThatCannotTell has most devices be away during a pause: each interval the others are asked in their place.
func TestCanaryThatCannotTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		for i := range mostTries {
			try(t, d, fmt.Sprint("refuses", i), Refused)
		}
		time.Sleep(time.Minute)
		for i := range 50 {
			if got := try(t, d, fmt.Sprint("away", i), NoneSent); got != Go {
				t.Fatalf("device %d that is away: %v", i, got)
			}
		}
		if got := try(t, d, "good", Accepted); got != Go || d.States()["netops"].Paused {
			t.Errorf("the one that is there: %v", got)
		}
	})
}
