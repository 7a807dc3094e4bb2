//go:build faults

package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// questions are what devices ask at a login, and the reason that a poll ends with; "" is a poll that succeeds.
var questions = []struct {
	login    lab.Login
	fault    lab.Fault
	platform string // "": one that asks nothing in the session
	reason   string
	refusals int64 // that cannot be helped
}{
	{login: lab.Login{Manner: lab.AsksConsent}},
	{login: lab.Login{Manner: lab.AsksCode}, reason: "auth", refusals: 1},
	{login: lab.Login{Manner: lab.AsksHiddenCode}, reason: "auth", refusals: 1},
	{login: lab.Login{Manner: lab.AsksPIN}, reason: "auth"},
	{login: lab.Login{Manner: lab.AsksPasscode}, reason: "auth"},
	{login: lab.Login{Manner: lab.AsksHint}, reason: "auth", refusals: 1},
	{login: lab.Login{Manner: lab.AsksMenu}, reason: "auth"},
	{login: lab.Login{Manner: lab.AsksEchoed}, reason: "auth"},
	{login: lab.Login{Manner: lab.AsksSecondPassword}},
	{login: lab.Login{Manner: lab.ByKeyboardAgain, Password: otherPassword}, reason: "auth", refusals: 1},
	{login: lab.Login{Manner: lab.InSession, Password: otherPassword}, platform: "cisco_wlc", reason: "auth", refusals: 1},
	{login: lab.Login{Manner: lab.InSessionOnce, Password: otherPassword}, platform: "cisco_wlc", reason: "auth", refusals: 1},
	{fault: lab.BannerPause, platform: "allied_telesis_awplus"},
}

// TestQuestions asks at the login for what the password is no answer to. It is typed where it was asked for, once.
func TestQuestions(t *testing.T) {
	t.Parallel()
	plan := pollSection{Interval: time.Hour, Timeout: slowly(3 * time.Second), ConnectTimeout: slowly(2 * time.Second), Concurrency: 16}
	config := emptyConfig(t, plan)
	g := group{Name: "questions", Credentials: "questions"}
	config.credential(g.Credentials, ourPassword)
	var devices []*lab.Device
	for _, q := range questions {
		platform := q.platform
		if platform == "" {
			platform = "arista_eos"
		}
		name := "lab-" + strings.NewReplacer(" ", "-", ",", "").Replace(string(q.login.Manner)+string(q.fault))
		d := newDevice(t, name, platform)
		d.Login, d.Fault, d.Pause = q.login, q.fault, slowly(400*time.Millisecond)
		if d.Login.Password == "" {
			d.Login.Password = ourPassword
		}
		devices = append(devices, d)
	}
	config.trust(t, startFleet(t, devices...))
	for _, d := range devices {
		m := memberOf(d)
		m.Credentials = "of-" + d.Name // one of its own, so that none is paused
		config.credential(m.Credentials, ourPassword)
		g.Devices = append(g.Devices, m)
	}
	config.Groups = []group{g}
	e := run(t, config.write(t))
	s := e.awaitScrape(t, "one sweep", polledTimes(1))
	for i, q := range questions {
		d := devices[i]
		if reason := s.reasons()[d.Name]; reason != q.reason {
			t.Errorf("%s: reason %q, want %q", d.Name, reason, q.reason)
		}
		if got := d.Stats(); got.Leaks != 0 || got.Refusals > q.refusals {
			t.Errorf("%s: %d refused attempts, want at most %d; the password was typed %d times where nobody asked for it", d.Name, got.Refusals, q.refusals, got.Leaks)
		}
	}
}
