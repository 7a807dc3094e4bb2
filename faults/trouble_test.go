//go:build faults

package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// trouble is a fleet that is not left in peace. Three kinds of devices are told apart: those that are left alone, which
// hold the exporter to one poll an interval; those that have faults; and, among the latter, those with one credential for
// all of them, so that it is paused now and then.
type trouble struct {
	fleet  *lab.Fleet
	random *rand.Rand
	alone  []*lab.Device
	others []*lab.Device
	sick   map[*lab.Device]bool
	did    map[string]int
}

// newTrouble starts a fleet of all platforms and makes a configuration in which credentials are shared by two devices,
// which is too few for a pause, or by the tenth of the fleet that is there for it. Half of the sessions are kept.
func newTrouble(t *testing.T, plan pollSection) (*trouble, *config) {
	t.Helper()
	platforms, err := builtIns()
	if err != nil {
		t.Fatal(err)
	}
	cast, err := lab.Demo(*devices, platforms.All()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range cast {
		d.Fault, d.Delay, d.Login.Password = "", 0, ourPassword
	}
	x := &trouble{
		fleet: startFleet(t, cast...), random: rand.New(rand.NewPCG(*seed, 0)), sick: map[*lab.Device]bool{}, did: map[string]int{},
	}
	config := newConfig(t, x.fleet, plan)
	members := config.Groups[0].Devices
	config.Groups = []group{
		{Name: "anew", Credentials: "lab", Devices: []member{}},
		{Name: "kept", Credentials: "lab", Devices: []member{}, Session: "persistent"},
	}
	for i, d := range cast {
		m := &members[i]
		m.Credentials = fmt.Sprintf("pair-%d", i/2)
		switch i % 10 {
		case 0:
			m.Credentials = "shared"
			x.others = append(x.others, d)
		case 1, 2, 3, 4:
			x.alone = append(x.alone, d)
		default:
			x.others = append(x.others, d)
		}
		config.credential(m.Credentials, ourPassword)
		g := &config.Groups[i/2%2]
		g.Devices = append(g.Devices, *m)
	}
	return x, config
}

// make does one thing to a device, or to the exporter.
func (x *trouble) make(t *testing.T, e *exporter) {
	t.Helper()
	d := x.others[x.random.IntN(len(x.others))]
	switch n := x.random.IntN(100); {
	case n == 0:
		x.did["reloads"]++
		e.mustReload(t)
	case n < 5:
		x.did["reboots"]++
		d.Reboot()
	case n < 10:
		x.did["upgrades"]++
		if err := d.Set(x.otherVersion(d)); err != nil {
			t.Fatal(err)
		}
	case x.sick[d]:
		x.did["recoveries"]++
		delete(x.sick, d)
		setFault(t, "", d)
	case len(x.sick) < len(x.others)/2:
		x.did["faults"]++
		x.sick[d] = true
		faults := lab.Faults()
		setFault(t, faults[x.random.IntN(len(faults))], d)
	}
}

// otherVersion is the device's sample with another digit at the end of its version, where its platform reads that.
func (x *trouble) otherVersion(d *lab.Device) parser.Sample {
	was, err := d.Platform.Parse(d.Sample.Answers)
	if err != nil {
		return d.Sample
	}
	version := was.Facts.Version
	next := version[:len(version)-1] + strconv.Itoa(x.random.IntN(10))
	other := d.Sample
	other.Answers = slices.Clone(other.Answers)
	for i := range other.Answers {
		other.Answers[i].Text = strings.ReplaceAll(other.Answers[i].Text, version, next)
	}
	if is, err := d.Platform.Parse(other.Answers); err != nil || is.Facts.Version != next {
		return d.Sample
	}
	return other
}

// truth wants the exporter to show of every device what the device would tell now.
func (x *trouble) truth(s scrape) error {
	shown := map[string]map[string]string{}
	for _, label := range []string{"version", "model", "serial", "hostname"} {
		shown[label] = s.labels("info", label)
	}
	booted := s.devices("boot_time_seconds")
	for _, d := range x.fleet.Devices() {
		reading, err := d.Platform.Parse(d.Answers())
		if err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
		f := reading.Facts
		for label, want := range map[string]string{"version": f.Version, "model": f.Model, "serial": f.Serial, "hostname": f.Hostname} {
			fromPrompt := label == "hostname" && want == ""
			if got := shown[label][d.Name]; got != want && !fromPrompt {
				return fmt.Errorf("%s: %s %q, want %q", d.Name, label, got, want)
			}
		}
		at, known := booted[d.Name]
		if f.Uptime == nil {
			continue
		}
		want := time.Now().Add(-f.Uptime.Age)
		if off := want.Sub(time.Unix(int64(at), 0)).Abs(); !known || off > 2*f.Uptime.Resolution+2*time.Minute {
			return fmt.Errorf("%s: booted at %v, want about %v", d.Name, at, want.Unix())
		}
	}
	return nil
}

// counted wants as many good polls of those left alone as they have served themselves, and no reboot. One that fails may have been
// served, if what it failed by was the end of its time.
func (x *trouble) counted(s scrape) error {
	polls, failures, reboots := s.devices("polls_total"), s.devices("poll_failures_total"), s.devices("reboots_total")
	for _, d := range x.alone {
		served := float64(d.Stats().Polls)
		if served < polls[d.Name]-failures[d.Name] || served > polls[d.Name] || reboots[d.Name] != 0 {
			return fmt.Errorf("%s: %v polls, %v failures, %v reboots; it served %v", d.Name, polls[d.Name], failures[d.Name], reboots[d.Name], served)
		}
	}
	return nil
}

// paced wants those left alone to have been polled once an interval between two scrapes that lie so many intervals apart, at
// most half an interval late, and never twice at once; and 99 % of their polls to succeed. Where the machine is busy with other things, a poll more
// may be late, and 90 % have to succeed. Before the first, each device has been polled twice: the first sweep
// polls all at once, so that up to nearly two intervals lie between a device's first two polls.
func (x *trouble) paced(t *testing.T, from, to scrape, intervals float64, busy bool) {
	t.Helper()
	before, after := from.devices("polls_total"), to.devices("polls_total")
	failedBefore, failedAfter := from.devices("poll_failures_total"), to.devices("poll_failures_total")
	off, good := 1.5, 0.99
	if busy {
		off, good = 2.5, 0.9
	}
	polls, failed := 0.0, 0.0
	for _, d := range x.alone {
		n := after[d.Name] - before[d.Name]
		if n < intervals-off || n > intervals+off {
			t.Errorf("%s was polled %v times in %.2f intervals", d.Name, n, intervals)
		}
		if n := d.Stats().SessionsMax; n != 1 {
			t.Errorf("%s had %d sessions at once", d.Name, n)
		}
		polls, failed = polls+n, failed+failedAfter[d.Name]-failedBefore[d.Name]
	}
	if failed > (1-good)*polls {
		t.Errorf("%v of %v polls of devices that were left alone failed", failed, polls)
	}
}
