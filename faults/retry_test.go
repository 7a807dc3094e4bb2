//go:build faults

package faults

import (
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// TestRetry counts, on the devices' side, how often one poll knocks: a second time after a reset and after a session that
// was refused, and never for what a second try would only make worse.
func TestRetry(t *testing.T) {
	t.Parallel()
	knocks := map[lab.Fault]int64{
		"": 1, lab.Reset: 2, lab.NoFreeSession: 2,
		lab.WrongPassword: 1, lab.OneTimeCode: 1, lab.OtherHostKey: 1, lab.NoCommonAlgorithm: 1, lab.NotSSH: 1, lab.Silent: 1, lab.Freeze: 1,
		lab.Endless: 1, lab.ResetMidOutput: 1,
	}
	var devices []*lab.Device
	for fault := range knocks {
		d := newDevice(t, "lab-sw-"+string(fault), "arista_eos")
		d.Fault = fault
		devices = append(devices, d)
	}
	plan := pollSection{Interval: time.Hour, Timeout: slowly(2 * time.Second), ConnectTimeout: slowly(time.Second), Concurrency: 16}
	e := run(t, newConfig(t, startFleet(t, devices...), plan).write(t))
	s := e.awaitScrape(t, "one sweep", polledTimes(1))
	var retries float64
	for _, d := range devices {
		if got := d.Stats().Connects; got != knocks[d.Fault] {
			t.Errorf("%s: %d connections, want %d", d.Name, got, knocks[d.Fault])
		}
		retries += float64(knocks[d.Fault] - 1)
	}
	if got := s.value("netver_poll_retries_total"); got != retries {
		t.Errorf("%v retries counted, want %v", got, retries)
	}
}
