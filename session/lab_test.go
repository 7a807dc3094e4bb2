package session

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"go.uber.org/goleak"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// TestMain has more tests at once than there are processors, since most of them wait: for a device that says nothing, or for a timeout.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const showVersion = "Example IOS Software, Version 15.2(7)E\nlab-sw-1 uptime is 3 days, 4 minutes\n\nProcessor board ID FCH0000J1AA"

// ios is a platform of the common kind, with the session only.
func ios() *parser.Platform {
	return &parser.Platform{
		ID: "cisco_ios",
		Session: dialogue.Dialogue{
			Mode:     "shell",
			Prompt:   []*regexp.Regexp{regexp.MustCompile(`^[\w.\-]+[>#] ?$`)},
			Enable:   &dialogue.Enable{Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`(?i)^password: ?$`)},
			Setup:    []string{"terminal length 0", "terminal width 511"},
			Refusals: []*regexp.Regexp{regexp.MustCompile(`^% Invalid input`)},
			Exit:     "exit",
		},
		Commands: []parser.Command{{Run: "show version", Poll: true}, {Run: "show inventory", Poll: true, Optional: true}},
	}
}

// simulated is a device of the lab that is as it should be until the test changes it.
func simulated(change func(*lab.Device)) *lab.Device {
	d := &lab.Device{
		Name:     "lab-sw-1",
		Platform: ios(),
		Sample: parser.Sample{Answers: []parser.Output{
			{Command: "show version", Text: showVersion + "\n"},
			{Command: "show inventory", Text: "NAME: \"1\", DESCR: \"lab\"\n"},
		}},
	}
	if change != nil {
		change(d)
	}
	return d
}

func startLab(t testing.TB, devices ...*lab.Device) *lab.Fleet {
	t.Helper()
	fleet, err := lab.Start(context.WithoutCancel(t.Context()), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	return fleet
}

// clientFor makes a client that knows the fleet's keys.
func clientFor(t testing.TB, fleet *lab.Fleet, change func(*transport.Config)) *transport.Client {
	t.Helper()
	known := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(known, fleet.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	config := transport.Config{KnownHosts: []string{known}}
	if change != nil {
		change(&config)
	}
	client, err := transport.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func targetOf(d *lab.Device) transport.Target {
	return transport.Target{Name: d.Name, Address: d.Addr(), Credential: &transport.Credential{
		Username: lab.Username, Password: secret.New(lab.Password), Enable: secret.New(d.Login.Enable),
	}}
}

// scriptOf is how a platform is asked.
func scriptOf(p *parser.Platform, mode dialogue.Mode, commands ...string) Script {
	s := Script{Dialogue: p.Session, Commands: Commands(commands...)}
	s.Mode = mode
	return s
}
