//go:build faults

package faults

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

type jumpHost struct {
	Address     string `yaml:"address"`
	Credentials string `yaml:"credentials"`
	MaxSessions int    `yaml:"max_sessions"`
}

// startBastions makes n jump hosts, names them and lets the groups of the configuration reach their devices through one each.
func (c *config) startBastions(t *testing.T, n, most int) []*lab.Bastion {
	t.Helper()
	c.JumpHosts = map[string]jumpHost{}
	var all []*lab.Bastion
	for i := range n {
		b, err := lab.StartBastion(t.Context(), "127.0.0.1", ourPassword)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		all = append(all, b)
		name := fmt.Sprintf("bastion%d", i+1)
		hosts := c.SSH["known_hosts"].([]string)[0]
		writeFile(t, hosts, readFile(t, hosts)+b.KnownHosts())
		c.JumpHosts[name] = jumpHost{Address: b.Addr(), Credentials: c.Groups[0].Credentials, MaxSessions: most}
	}
	return all
}

// TestTwoBastions polls 2,000 devices behind two jump hosts: nobody is late, each jump host has one connection, and no more
// channels than max_sessions. A connection to a jump host that is lost later costs a device its poll only where a password is unjudged, or where the second try is cut, too.
func TestTwoBastions(t *testing.T) {
	const number, most = 2000, 16 // a poll waits for a place before it begins: 1,000 polls of 0.1 s in the 16 s of a spread need 6 of 16
	plan := pollSection{Interval: slowly(20 * time.Second), Timeout: slowly(5 * time.Second), ConnectTimeout: slowly(2 * time.Second), Concurrency: 64}
	devices := newDevices(t, "sw", number, twoModes...)
	for _, d := range devices {
		d.Delay = slowly(5 * time.Millisecond) // so that some polls are at their commands at any time
	}
	fleet := startFleet(t, devices...)
	c := newConfig(t, fleet, plan)
	bastions := c.startBastions(t, 2, most)
	all := c.Groups[0]
	c.Groups = nil
	for i := range bastions {
		c.Groups = append(c.Groups, group{
			Name: fmt.Sprintf("site%d", i+1), Credentials: all.Credentials, Jump: fmt.Sprintf("bastion%d", i+1),
			Devices: all.Devices[i*number/2 : (i+1)*number/2],
		})
	}
	e := run(t, c.write(t), "--log.level=debug")
	e.awaitOnTime(t, c, devices...)
	for i, b := range bastions {
		served := 0
		for _, d := range devices[i*number/2 : (i+1)*number/2] {
			served += int(d.Stats().Polls)
		}
		loads := strings.Count(e.log.String(), `msg="configuration loaded`) // each with a slower plan, and a client of its own
		if s := b.Stats(); s.Logins < 1 || s.Logins > loads || s.Peak > most*loads || s.Passed < served || served < number/2 {
			t.Errorf("bastion%d: %+v, want one login and at most %d connections at once for each of %d plans, and all %d polls through it", i+1, s, most, loads, served)
		} else {
			t.Logf("bastion%d: %+v, %d polls served", i+1, s, served)
		}
	}
	before, logged := e.scrape(t), len(e.log.String())
	again := func(s scrape) float64 {
		return s.value("netver_poll_retries_total") - before.value("netver_poll_retries_total")
	}
	losses := 0
	for ; losses < 5 || losses < 25 && again(e.scrape(t)) == 0; losses++ {
		passed := bastions[0].Stats().Passed
		e.await(t, "polls through the jump host", func() error {
			if bastions[0].Stats().Passed < passed+50 {
				return errors.New("not yet")
			}
			return nil
		})
		bastions[0].HangUp()
	}
	s := e.awaitScrape(t, "all devices to be up", upOnes(devices...))
	t.Logf("the jump host was lost %d times; %v polls were tried again", losses, again(s))
	lost := lostPolls(e.log.String()[logged:])
	for _, line := range lost.wrongly {
		t.Errorf("it was to be tried again, or blames the device: %s", line)
	}
	if lost.slow > number/100 {
		t.Errorf("%d polls ran out of time", lost.slow)
	}
	if again(s) == 0 {
		t.Error("no poll was tried again as the jump host was lost")
	}
}

// TestFullBastion has ten slow devices for each worker behind a jump host that takes few connections. They wait for it without a
// worker, and longer than the timeout of a poll without a failure: the devices that are not behind it are polled long before them.
func TestFullBastion(t *testing.T) {
	const workers, most, others = 8, 2, 40
	const behind = 10 * workers
	plan := pollSection{Interval: slowly(time.Minute), Timeout: slowly(2 * time.Second), ConnectTimeout: slowly(time.Second), Concurrency: workers}
	devices := newDevices(t, "sw", behind+others, twoModes...)
	for _, d := range devices[:behind] {
		d.Delay = slowly(20 * time.Millisecond)
	}
	fleet := startFleet(t, devices...)
	c := newConfig(t, fleet, plan)
	bastion := c.startBastions(t, 1, most)[0]
	all := c.Groups[0]
	c.Groups = []group{
		{Name: "behind", Credentials: all.Credentials, Jump: "bastion1", Devices: all.Devices[:behind]},
		{Name: "others", Credentials: all.Credentials, Devices: all.Devices[behind:]},
	}
	e := run(t, c.write(t), "--log.level=debug")
	s := e.awaitScrape(t, "a poll of each device", upOnes(devices...))
	polls := polledGroup.FindAllStringSubmatch(e.log.String(), -1)
	polled := 0
	for left := others; left > 0 && len(polls) > 0; polls = polls[1:] {
		if polls[0][1] == "others" {
			left--
		} else {
			polled++
		}
	}
	// While six workers poll the others, two poll as many of the slow ones at most.
	if most := others * most / (workers - most) * 3 / 2; polled > most {
		t.Errorf("%d devices behind the jump host were polled before the others, want at most %d", polled, most)
	}
	t.Logf("the others were polled together with %d behind the jump host", polled)
	for name, n := range s.devices("poll_failures_total") {
		if n > 0 {
			t.Errorf("%s failed %v times", name, n)
		}
	}
	if b := bastion.Stats(); b.Logins != 1 || b.Peak > most || b.Passed < behind {
		t.Errorf("the jump host: %+v, want one login, at most %d connections at once, and all %d devices through it", b, most, behind)
	} else {
		t.Logf("the jump host: %+v", b)
	}
}

// lost is which polls failed as a jump host was lost.
type lost struct {
	wrongly []string // lines of the log
	slow    int      // that ran out of time, as some do on a busy machine
}

var (
	polledGroup = regexp.MustCompile(` msg=polled .* group=(\S+) `)
	failedPoll  = regexp.MustCompile(`(?m)^.* msg=polled .* reason=(\S+) err=.*$`)
	cutEarly    = regexp.MustCompile(` err=.*: (?:log in|learn the prompt): `)
)

// lostPolls looks through a log at the level debug. A poll may fail with the reason jump if it was tried again and cut a second time, or if it was
// cut after its password was sent and before the device had shown what it makes of it: another try of that might be a second one of a wrong password.
func lostPolls(log string) (l lost) {
	for _, m := range failedPoll.FindAllStringSubmatch(log, -1) {
		line, reason := m[0], m[1]
		switch {
		case outOfTime(reason):
			l.slow++
		case reason != "jump", !strings.Contains(line, " retries=1 ") && !cutEarly.MatchString(line):
			l.wrongly = append(l.wrongly, line)
		}
	}
	return l
}
