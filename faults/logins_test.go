//go:build faults

package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// loginPlan lets a server answer after the deadline without a test that takes minutes.
var loginPlan = pollSection{
	Interval: slowly(1500 * time.Millisecond), Timeout: slowly(500 * time.Millisecond), ConnectTimeout: slowly(400 * time.Millisecond), Concurrency: 64,
}

// The secrets of these tests. The exporter is configured with the first password; the devices have one or the other.
const (
	ourPassword   = "swordfish"
	otherPassword = "marlin"
	anAnswer      = "answer-of-" // and the credential's name
)

// manners are the columns of the table of logins: how servers ask for a password and refuse it.
var manners = []manner{
	{id: "password", words: "`password` only", login: lab.Login{Manner: lab.ByPassword}},
	{id: "keyboard-interactive", words: "`keyboard-interactive` only", login: lab.Login{Manner: lab.ByKeyboard}},
	{id: "both", words: "both listed, and each refusal counted"},
	{id: "in-session", words: "SSH lets everybody in and the session asks, as AireOS does", platform: "cisco_wlc", login: lab.Login{Manner: lab.InSession}, verdict: time.Second},
	{id: "in-session-too", words: "SSH lets everybody in who gives any password, and the session asks for it again", platform: "cisco_wlc", login: lab.Login{Manner: lab.InSessionToo}, verdict: time.Second},
	{id: "second-factor", words: "any password is taken for the first of two factors, and `keyboard-interactive` checks it", login: lab.Login{Manner: lab.SecondFactor}},
	{id: "close", words: "the connection is closed without a refusal, as Dropbear does", login: lab.Login{Manner: lab.HangsUp}},
	{id: "late", words: "the refusal comes after `poll.timeout`", login: lab.Login{RefusalDelay: loginPlan.Timeout * 3 / 2}, verdict: loginPlan.Timeout},
	{id: "key-first", words: "a key is refused, then the password is asked for", key: true},
}

type manner struct {
	id, words string
	platform  string // "": one that is asked by exec, and one that is asked in a shell
	login     lab.Login
	key       bool          // the credential has a key that no device knows
	verdict   time.Duration // how long a client waits for a refusal; in a session the logins under way are asked only once their question has settled
}

// situations are the rows of the table.
var situations = []situation{
	{id: "start", words: "the password is wrong at start", play: wait},
	{id: "auto", words: "the same, with `platform: auto`", auto: true, play: wait},
	{id: "probe-flood", words: "the same, while `/probe` asks for every device again and again", play: probes},
	{id: "reload-storm", words: "the same, with 20 reloads of the unchanged file", play: reloads},
	{id: "restart", words: "the same, with 3 restarts and `--state.file`", play: restarts},
	{id: "poll-all", words: "the same, by `poll --all`", command: []string{"poll", "--all"}, play: once},
	{id: "detect", words: "the same, by `poll --all --detect`", command: []string{"poll", "--all", "--detect"}, play: once},
	{id: "steady", words: "the password is changed on the servers", steady: true, play: changed},
	{id: "kept", words: "the same, with `session: persistent`; then the servers close the sessions", steady: true, kept: true, play: changed},
}

type situation struct {
	id, words string
	steady    bool // the password is right at first
	auto      bool
	kept      bool
	command   []string // instead of run
	play      func(*testing.T, *stage)
}

// stage is one exporter, or what asks in its place, with a cell of the table for each manner. Each has a fleet and a
// credential of its own.
type stage struct {
	*situation
	cells  []*cell
	config string // the path
	began  time.Time
}

type cell struct {
	*manner
	fleet    *lab.Fleet
	inFlight int64         // refusals when the first one was known, by which time no more should have been tried
	took     time.Duration // the time that the bound is for
	runs     int64         // of the command, each of which has the bound to itself
}

// Refusals that are allowed.
const (
	refusalsAtStart = 4 // and one an interval
	refusalsMore    = 2 // than what was in flight when the password was changed, and one an interval
)

// TestLockoutTable counts, on the servers' side, what a wrong password costs in every situation, for every manner of
// asking for it. An account is locked by attempts: password and keyboard-interactive in one login are two.
func TestLockoutTable(t *testing.T) {
	t.Parallel()
	for i := range situations {
		s := &situations[i]
		t.Run(s.id, func(t *testing.T) {
			t.Parallel()
			x := newStage(t, s)
			x.play(t, x)
			for _, c := range x.cells {
				t.Run(c.id, func(t *testing.T) { c.verify(t, s) })
			}
		})
	}
}

func newStage(t *testing.T, s *situation) *stage {
	t.Helper()
	x := &stage{situation: s}
	number, password := 60, otherPassword
	if s.steady {
		number, password = 20, ourPassword
	}
	key := newKey(t)
	config := emptyConfig(t, loginPlan)
	for i := range manners {
		m := &manners[i]
		platforms := twoModes
		if m.platform != "" {
			platforms = []string{m.platform}
		}
		devices := newDevices(t, m.id, number, platforms...)
		for _, d := range devices {
			d.Login = m.login
			d.Login.Password = password
		}
		c := &cell{manner: m, fleet: startFleet(t, devices...)}
		x.cells = append(x.cells, c)
		config.credential(m.id, ourPassword)
		if m.key {
			config.Credentials[m.id]["private_key"] = key
		}
		g := group{Name: m.id, Credentials: m.id}
		if s.kept {
			g.Session = "persistent"
		}
		for _, d := range devices {
			member := memberOf(d)
			if s.auto {
				member.Platform = "auto"
			}
			g.Devices = append(g.Devices, member)
		}
		config.Groups = append(config.Groups, g)
		config.trust(t, c.fleet)
	}
	x.config = config.write(t)
	x.began = time.Now()
	return x
}

// bound is what verify holds a cell to, in words.
func (s *situation) bound() string {
	switch {
	case s.command != nil:
		return fmt.Sprint(refusalsAtStart)
	case s.steady:
		return fmt.Sprintf("those in flight and %d, then one an interval", refusalsMore)
	}
	return fmt.Sprintf("%d, then one an interval", refusalsAtStart)
}

// verify holds the cell to its bound.
func (c *cell) verify(t *testing.T, s *situation) {
	t.Helper()
	stats := c.fleet.Stats()
	bound, words := int64(refusalsAtStart), "4"
	if s.steady {
		bound, words = c.inFlight+refusalsMore, fmt.Sprintf("%d in flight and 2", c.inFlight)
	}
	if s.command != nil {
		bound *= c.runs
		words = fmt.Sprintf("4 in each of %d runs", c.runs)
	} else {
		canaries := int64(c.took / (loginPlan.Interval * 9 / 10)) // devices do not come exactly at their time
		bound += canaries
		words += fmt.Sprintf(", and one in each of %d intervals", canaries)
	}
	switch {
	case stats.Refusals == 0:
		t.Errorf("%s, %s: no password was refused, so nothing is proven: %+v", s.id, c.id, stats)
	case stats.Refusals > bound:
		t.Errorf("%s, %s: %d refused attempts in %.1fs, want at most %d (%s)", s.id, c.id, stats.Refusals, c.took.Seconds(), bound, words)
	default:
		t.Logf("%s, %s: %d refused attempts, at most %d allowed (%s)", s.id, c.id, stats.Refusals, bound, words)
	}
	if c.key && stats.KeyRefusals == 0 {
		t.Errorf("%s, %s: no key was refused", s.id, c.id)
	}
	if stats.Leaks != 0 {
		t.Errorf("%s, %s: the password was typed %d times where nobody asked for it", s.id, c.id, stats.Leaks)
	}
}

// TestMixedPasswords has fleets in which some devices have a password of their own. The others do not notice.
func TestMixedPasswords(t *testing.T) {
	t.Parallel()
	const number = 300
	plan := pollSection{
		Interval: slowly(6 * time.Second), Timeout: slowly(3 * time.Second), ConnectTimeout: slowly(2 * time.Second), Concurrency: 64,
	}
	config := emptyConfig(t, plan)
	var healthy, odd []*lab.Device
	for _, percent := range []int{1, 10, 30} {
		name := fmt.Sprintf("mixed-%d", percent)
		devices := newDevices(t, name, number, twoModes...)
		g := group{Name: name, Credentials: name}
		for i, d := range devices {
			d.Login.Password = ourPassword
			if i*7%100 < percent { // scattered
				d.Login.Password = otherPassword
				odd = append(odd, d)
			} else {
				healthy = append(healthy, d)
			}
		}
		fleet := startFleet(t, devices...)
		for _, d := range devices {
			g.Devices = append(g.Devices, memberOf(d))
		}
		config.credential(name, ourPassword)
		config.Groups = append(config.Groups, g)
		config.trust(t, fleet)
	}
	e := run(t, config.write(t))
	s := e.awaitScrape(t, "the first sweep", polledTimes(1))
	up, failures, reasons := s.devices("up"), s.devices("poll_failures_total"), s.reasons()
	late := 0
	verify := func(d *lab.Device, good bool, says string) {
		switch {
		case good:
		case outOfTime(reasons[d.Name]):
			late++
		default:
			t.Errorf("%s %s: up %v after %v failures, now %q", d.Name, says, up[d.Name], failures[d.Name], reasons[d.Name])
		}
	}
	for _, d := range healthy {
		verify(d, up[d.Name] == 1 && failures[d.Name] == 0, "has our password")
	}
	for _, d := range odd {
		verify(d, reasons[d.Name] == "auth", "has another password")
	}
	if most := (len(healthy) + len(odd)) / 100; late > most {
		t.Errorf("%d devices ran out of time, want at most %d", late, most)
	}
	if n := s.where("netver_poll_failures_total", "reason", "paused"); n != 0 || strings.Contains(e.log.String(), "is paused") {
		t.Errorf("%v polls were not made because a credential was paused", n)
	}
}
