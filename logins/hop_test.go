package logins

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
)

// judge sends the secret and has it judged. It returns how often the secret was refused.
func judge(t *testing.T, ticket *Ticket, v Verdict) int {
	t.Helper()
	if err := ticket.MaySend("password"); err != nil {
		t.Fatal(err)
	}
	ticket.Tell(v)
	if v == Refused {
		ticket.Close(failure.Auth)
		return 1
	}
	ticket.Confirm()
	return 0
}

// behind polls a device behind a jump host that has the same credential. It returns how often the secret was refused.
func behind(t *testing.T, d *Door, device string, hop, own Verdict) int {
	t.Helper()
	ticket, decision, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Minute}, func() {})
	if decision != Go {
		return 0
	}
	ticket.Yield()
	login, err := ticket.Hop(t.Context(), "bastion", "netops")
	if err != nil {
		ticket.Close(failure.Jump)
		return 0
	}
	if n := judge(t, login, hop); n > 0 {
		ticket.Close(failure.Jump)
		return n
	}
	n := judge(t, ticket, own)
	if n == 0 {
		ticket.Close("")
	}
	login.Close("")
	return n
}

// TestJumpHostProvesNothing has a jump host take a secret that all devices behind it refuse, as they ask another server.
func TestJumpHostProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, refused := newDoor(64), 0
		for range 5 {
			for i := range 100 {
				refused += behind(t, d, fmt.Sprint(i), Accepted, Refused)
			}
			time.Sleep(time.Minute)
		}
		if refused < mostTries || refused > mostTries+5 {
			t.Errorf("refused %d times in 5 intervals, want %d and one an interval", refused, mostTries)
		}
	})
}

// TestCanaryBehindAJumpHost ends a pause although the connection to the jump host, which has the same secret, is lost.
func TestCanaryBehindAJumpHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		for i := range 10 {
			behind(t, d, fmt.Sprint(i), Refused, Refused)
			time.Sleep(time.Hour) // no back-off
		}
		if !d.States()["netops"].Paused {
			t.Fatal("not paused")
		}
		refused := 0
		for range 3 {
			time.Sleep(time.Hour)
			refused += behind(t, d, "0", Refused, Accepted) + behind(t, d, "1", Refused, Accepted)
		}
		if refused != 3 {
			t.Errorf("refused %d times in 3 intervals", refused)
		}
		time.Sleep(time.Hour)
		if behind(t, d, "2", Accepted, Accepted); d.States()["netops"].Paused {
			t.Error("still paused after a device behind the jump host accepted it")
		}
	})
}

// TestSecretOfAJumpHostAlone is proven by the jump host: connections to it that are lost later do not add up.
func TestSecretOfAJumpHostAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		for i := range 3 * mostTries {
			login, err := (&Ticket{door: d, interval: time.Minute}).Hop(t.Context(), "bastion", "netops")
			if err != nil {
				t.Fatal(err)
			}
			if i%2 == 0 {
				judge(t, login, Accepted)
				login.Close("")
			} else if err := login.MaySend("password"); err != nil {
				t.Fatal(err)
			} else {
				login.Close(failure.Disconnect)
			}
			time.Sleep(time.Hour)
		}
		if d.States()["netops"].Paused {
			t.Error("paused by connections that were lost now and then")
		}
	})
}
