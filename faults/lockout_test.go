//go:build faults

package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

var lockoutPlan = pollSection{
	Interval: slowly(2 * time.Second), Timeout: slowly(1500 * time.Millisecond), ConnectTimeout: slowly(time.Second), Concurrency: 4,
}

// TestLockout has a password changed under our feet. The credential is paused, so that the devices see few refusals more,
// and those with another one do not notice. It comes back by its canary, and by a reload that brings
// another password.
func TestLockout(t *testing.T) {
	t.Parallel()
	devices := newDevices(t, "sw", 40, twoModes...)
	other := newDevice(t, "lab-other", "arista_eos")
	fleet := startFleet(t, append(devices, other)...)
	config := newConfig(t, fleet, lockoutPlan)
	config.credential("another", ourPassword)
	config.Groups[0].Devices[len(devices)].Credentials = "another"
	e := run(t, config.write(t))
	e.awaitScrape(t, "all devices up", upOnes(fleet.Devices()...))

	since := time.Now()
	setFault(t, lab.WrongPassword, devices...)
	e.awaitScrape(t, "the pause", paused("lab", 1))
	refusals := fleet.Stats().Refusals
	if most := int64(lockoutPlan.Concurrency+refusalsMore) + canaries(time.Since(since)); refusals > most {
		t.Errorf("%d refusals until the pause was seen, want at most %d: those in flight, %d, and one canary an interval", refusals, most, refusalsMore)
	}
	since = time.Now()
	s := e.awaitScrape(t, "paused devices", func(s scrape) error {
		n := 0
		for _, reason := range s.reasons() {
			if reason == "paused" {
				n++
			}
		}
		if tries := s.where("netver_poll_failures_total", "reason", "paused"); n < len(devices)-2 || tries < float64(3*len(devices)) {
			return fmt.Errorf("%d devices are paused after %v polls that were not made", n, tries)
		}
		return nil
	})
	if n, most := fleet.Stats().Refusals-refusals, canaries(time.Since(since))+2; n == 0 || n > most { // the first and the last may come at once
		t.Errorf("%d refusals while paused, want 1 to %d: one canary an interval", n, most)
	}
	if err := paused("another", 0)(s); err != nil || s.device(other.Name, "up") != 1 {
		t.Errorf("another credential was touched: %v", err)
	}
	if log := e.log.String(); strings.Count(log, `msg="credential is paused`) != 1 || !strings.Contains(log, "credential=lab") || !strings.Contains(log, "reload") {
		t.Error("the log does not tell once of the pause, the credential, and how to resume")
	}

	since = time.Now()
	setFault(t, "", devices...)
	e.awaitScrape(t, "the end of the pause", paused("lab", 0))
	e.awaitScrape(t, "the devices up again", upMost(fleet.Devices()...))
	if took := time.Since(since); took > 5*lockoutPlan.Interval/2+lockoutPlan.Timeout {
		t.Errorf("they were up %v after the password was right, want two intervals of %v", took, lockoutPlan.Interval)
	}

	e.awaitScrape(t, "all devices up again", upOnes(fleet.Devices()...))
	setFault(t, lab.WrongPassword, devices...)
	e.awaitScrape(t, "the second pause", paused("lab", 1))
	e.mustReload(t)
	if err := paused("lab", 1)(e.scrape(t)); err != nil {
		t.Errorf("after a reload of the same password: %v", err)
	}
	setFault(t, "", devices...)
	for _, d := range devices {
		d.SetPassword(otherPassword)
	}
	config.credential("lab", otherPassword)
	config.write(t)
	e.mustReload(t)
	if err := paused("lab", 0)(e.scrape(t)); err != nil {
		t.Errorf("after a reload of another password: %v", err)
	}
	e.awaitScrape(t, "all devices up after a reload", upOnes(fleet.Devices()...))
}

// canaries is how many come in a time, the first of them an interval after it has begun. Devices do not come exactly at their time.
func canaries(in time.Duration) int64 { return int64(in / (lockoutPlan.Interval * 9 / 10)) }

func paused(credential string, want float64) func(scrape) error {
	return func(s scrape) error {
		if got := s.where("netver_credential_paused", "credential", credential); got != want {
			return fmt.Errorf("netver_credential_paused of %s is %v, want %v", credential, got, want)
		}
		return nil
	}
}

// TestLocalMismatch has a single device refuse the password for good: it is asked less and less, and nobody else suffers.
func TestLocalMismatch(t *testing.T) {
	t.Parallel()
	const sweeps = 6
	devices := newDevices(t, "sw", 20, twoModes...)
	odd := devices[7]
	odd.Fault = lab.WrongPassword
	fleet := startFleet(t, devices...)
	e := run(t, newConfig(t, fleet, lockoutPlan).write(t))
	s := e.awaitScrape(t, "some sweeps", func(s scrape) error {
		if err := paused("lab", 0)(s); err != nil {
			t.Fatal(err)
		}
		for _, d := range devices {
			if n := s.device(d.Name, "polls_total"); n < sweeps && d != odd {
				return fmt.Errorf("%s was polled %v times", d.Name, n)
			}
		}
		return nil
	})
	if reason := s.reasons()[odd.Name]; reason != "auth" {
		t.Errorf("%s: reason %q, want auth", odd.Name, reason)
	}
	const methods = 2 // that a login with a proven password may offer: password and keyboard-interactive
	if n := odd.Stats().Refusals; n < 1 || n > methods*3 {
		t.Errorf("%d refusals in %d sweeps, want at most those of the polls 1, 3 and 7", n, sweeps)
	}
	for _, d := range devices {
		if d != odd && s.device(d.Name, "poll_failures_total") != 0 {
			t.Errorf("%s was down, too", d.Name)
		}
	}
}
