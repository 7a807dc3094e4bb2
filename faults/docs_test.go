//go:build faults

package faults

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the tables of docs/reliability.md anew")

const reliability = "../docs/reliability.md"

// elsewhere is what other tests of this suite, and those of other packages, hold: a fault, what is expected, the bound and
// the test.
var elsewhere = []row{
	{"DNS hangs", "`resolve`", "`connect_timeout`", "transport TestResolve"},
	{"the exporter's clock jumps", "no reboot, no negative uptime", "", "poll TestBoot"},
	{"a panic while a device is polled", "`internal`, for that device alone", "at once", "poll TestPanicIsOneDevicesFailure"},
	{"the same panic at each poll", "one stack in the log", "", "poll TestLogTellsChangesOnly"},
	{"the device reboots between two polls", "up, one reboot counted", "one interval", "faults TestReboot"},
	{"the device reboots during a poll", "`disconnect`, then up and one reboot counted", "one interval", "faults TestReboot"},
	{"30 % of 1,000 devices hang", "the others are polled once an interval", "lag p99 within 10 % of the interval", "faults TestNoisyNeighbours"},
	{"a device that hung comes back", "up", "one interval", "faults TestNoisyNeighbours"},
	{"several devices refuse a credential", "`auth`, then `paused` but for a canary, the one device an interval that tries the credential", "refusals bounded", "faults TestLockout"},
	{"devices refuse the enable secret", "as for a password: four refusals, then one an interval; polls go on without the privileged mode", "", "logins TestEnableSecret"},
	{"a source of secrets tells another wrong one at each reading, or each start", "six refusals, then one an interval", "", "logins TestSecretThatAlwaysChanges"},
	{"most devices are away while a credential is paused", "the others are asked in their place", "one interval", "logins TestCanaryThatCannotTell"},
	{"one device refuses a credential", "`auth`; it alone slows down", "", "faults TestLocalMismatch"},
	{"the devices accept the credential again", "up", "one interval for the canary, one for the others; at once by a reload that brings another password", "faults TestLockout"},
	{"some devices have a password of their own: 1, 10, 30 % of 300", "`auth`; the others are up, none is `paused`", "the first sweep", "faults TestMixedPasswords"},
	{"a login asks for a code, a PIN, a hint, or echoes the password", "`auth`; the password is not typed", "at once", "faults TestQuestions"},
	{"reset during connect, session refused", "one retry, counted; none for `auth` and host keys", "0.5 s later", "faults TestRetry"},
	{"a jump host refuses, does not forward, or has another host key", "`jump`; the devices behind it are not blamed", "at once", "transport TestJumpHosts"},
	{"a jump host's connection is lost during polls", "one retry over a new one; `jump` if there is none", "0.5 s later", "faults TestTwoBastions"},
	{"a jump host is gone without a word", "`jump`", "`connect_timeout`", "transport TestSilentJumpHost"},
	{"a jump host takes fewer connections than `max_sessions`", "the others wait; up", "until there is a place", "transport TestReservedPlaces"},
	{"ten devices for each worker behind a jump host of few `max_sessions`", "up; they wait without a worker, and nobody else is late", "until there is a place", "faults TestFullBastion"},
	{"SIGTERM during a sweep", "exit code 0, every session closed with its exit command", "2 s", "faults TestTerminate"},
	{"SIGKILL during a sweep", "the next start is as any other", "", "faults TestKill"},
	{"SIGKILL again and again with a wrong password and `--state.file`", "no start tries it anew", "a second after a refusal", "poll TestKilledAgainAndAgain"},
	{"SIGTERM while passwords are on their way", "none of them counts as refused", "", "poll TestStopSaysNothingOfTheSecret"},
	{"a jump host is lost while passwords are on their way", "`jump`; none of them counts as refused", "at once", "transport TestJumpHostLostDuringALogin"},
	{"reload during a sweep of 2,000 devices", "counters, facts and phases stay; who left is gone; nobody is polled twice", "at once", "faults TestReload"},
	{"reload of a broken file", "changes nothing; shown in metric and log", "at once", "faults TestReload"},
	{"a source of devices is down or broken, at start or later", "its last list stays, and the others go on", "tried again after 5 s, 10 s, and so on", "app TestSourceDownAtStart"},
	{"a source's list is suddenly empty, or less than half as long", "the old list stays", "for `keep`, or until it is long enough", "inventory TestFeedKeepsItsList"},
	{"restart with `--state.file`", "facts and counters are there from the first scrape; no storm", "at once", "faults TestState"},
	{"torn or foreign state file", "set aside with a warning", "at once", "faults TestBadState"},
	{"thousands of polls over all faults", "goroutines, descriptors and heap as before", "", "faults TestLeaks"},
	{"devices that print the secrets they were told", "no secret in logs, metrics, pages, the API, the state file, or what a command prints; every other test of the suite looks, too", "", "faults TestNothingShowsASecret"},
	{"200 scrapes at once, slow readers, slow headers", "answered or 503; a reader that has been waited for a second in all gives way to the next request; polls on time", "connections closed by timeout", "faults TestHostileScraper"},
	{"oversized headers, floods of `name[]`", "431, or the families asked for", "at once", "faults TestHostileScraper"},
	{"all of it at random", "the state exported is the devices' own", "two intervals after the last fault", "faults TestSoak"},
}

// realServers is what servers as they are installed do to logins.
var realServers = []row{
	{"Dropbear closes the connection after one wrong password (`-T 1`); 8 devices", "`auth`, then paused after at most 4 refused attempts", "e2e TestDropbear"},
	{"sshd takes passwords by `keyboard-interactive` and PAM only", "up", "e2e TestKeyboardInteractive"},
	{"the password is changed in steady state on sshd; 12 devices", "paused after at most those in flight and 2; up again by the canary once it is put right", "e2e TestPasswordChanged"},
	{"50 devices behind an sshd with `MaxSessions 2`", "up, over one login; with `max_sessions: 2` two at a time", "e2e TestBastion"},
	{"two jump hosts in a chain; the first, or the last, with `AllowTcpForwarding no`", "up; `jump` with its name", "e2e TestBastionChain"},
	{"a jump host whose key is unknown, changed, revoked, hashed", "`jump` without a login; up where it is hashed", "e2e TestBastionKeys"},
	{"a jump host is killed during a sweep and comes back", "`jump`, then up one interval later", "e2e TestBastionKilled"},
	{"sshd with `MaxSessions 1`", "up, no poll fails", "e2e TestOneSession"},
	{"sshd drops a connection at `MaxStartups`", "up, no poll fails: it is tried again once", "e2e TestMaxStartups"},
	{"sshd with `MaxAuthTries 3`: an encrypted key, a user certificate, an agent's seventh key by its certificate or its public half, six wrong keys of an agent before a password", "up; no password is refused", "e2e TestProofs"},
	{"sshd verifies a security key (`sk-ssh-ed25519@openssh.com`) of an agent", "up", "e2e TestSecurityKey"},
	{"the password is changed on sshd and in its file; 3 devices", "up again by itself, after at most one refusal a device", "e2e TestRotation"},
}

// row is a line of a table of docs/reliability.md. Its last cell is the test.
type row []string

// table is one of docs/reliability.md, between two marks with its name.
type table struct {
	name string
	head row
	rows []row
}

func tables() []table {
	return []table{
		{"faults", row{"fault", "reason", "bound", "test"}, faultRows()},
		{"events", row{"fault", "reason", "bound", "test"}, elsewhere},
		{"situations", row{"situation", "refused attempts over the whole fleet, at most", "test"}, situationRows()},
		{"real", row{"server", "outcome", "test"}, realServers},
		{"manners", row{"manner of the server", "test"}, mannerRows()},
	}
}

// TestDocs keeps the tables of docs/reliability.md in step with the tests, and looks up each test that they name.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(reliability)
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for _, table := range tables() {
		doc = table.replaceIn(t, doc)
		for _, r := range table.rows {
			lookUp(t, r[len(r)-1])
		}
	}
	if *update {
		if err := os.WriteFile(reliability, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), doc); diff != "" {
		t.Errorf("%s is out of step: go test -tags faults ./faults -run TestDocs -update (-doc +tests):\n%s", reliability, diff)
	}
}

func faultRows() []row {
	var rows []row
	for i := range classes {
		c := &classes[i]
		rows = append(rows, row{c.words, c.outcome(), string(c.bound), "faults TestFaults/" + c.id})
	}
	return rows
}

func situationRows() []row {
	var rows []row
	for i := range situations {
		s := &situations[i]
		rows = append(rows, row{s.words, s.bound(), "faults TestLockoutTable/" + s.id})
	}
	return rows
}

func mannerRows() []row {
	var rows []row
	for _, m := range manners {
		rows = append(rows, row{m.words, "faults TestLockoutTable/*/" + m.id})
	}
	return rows
}

// outcome is the reason in both modes, in words.
func (c *class) outcome() string {
	say := func(reason string) string {
		if reason == "" {
			return "none, up"
		}
		return "`" + reason + "`"
	}
	if c.exec == c.shell {
		return say(c.exec)
	}
	return fmt.Sprintf("exec: %s; shell: %s", say(c.exec), say(c.shell))
}

// replaceIn puts the table where the document has an older one.
func (t table) replaceIn(test *testing.T, doc string) string {
	test.Helper()
	begin, end := "<!-- "+t.name+" -->\n", "<!-- end of "+t.name+" -->"
	before, rest, found := strings.Cut(doc, begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		test.Fatalf("%s has no place for the table of %s", reliability, t.name)
	}
	line := func(cells row) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	var b strings.Builder
	b.WriteString(line(t.head))
	b.WriteString(strings.Repeat("|---", len(t.head)) + "|\n")
	for _, r := range t.rows {
		b.WriteString(line(r))
	}
	return before + begin + b.String() + end + after
}

// lookUp fails unless the package has the test.
func lookUp(t *testing.T, test string) {
	t.Helper()
	dir, name, _ := strings.Cut(test, " ")
	name, _, _ = strings.Cut(name, "/")
	files, err := filepath.Glob("../" + dir + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(t *testing.T) {") {
			return
		}
	}
	t.Errorf("%s names %s, which does not exist", reliability, test)
}
