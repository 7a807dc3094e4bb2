package lab

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/parser"
)

// TestMain has more tests at once than there are processors, since most of them wait: for a device that says nothing, or for a timeout.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

const showVersion = "Example IOS Software, Version 15.2(7)E\nlab-sw-1 uptime is 3 days, 4 minutes\n"

func platform() *parser.Platform {
	return &parser.Platform{
		ID: "cisco_ios",
		Session: dialogue.Dialogue{
			Mode:     "shell",
			Prompt:   []*regexp.Regexp{regexp.MustCompile(`^[\w.\-]+[>#] ?$`)},
			Enable:   &dialogue.Enable{Command: "enable"},
			Setup:    []string{"terminal length 0", "terminal width 511"},
			Refusals: []*regexp.Regexp{regexp.MustCompile(`^% Invalid input`)},
			Exit:     "exit",
		},
		Commands: []parser.Command{
			{Run: "show version", Poll: true},
			{Run: "show inventory", Poll: true, Optional: true},
		},
	}
}

func device(name string) *Device {
	return &Device{
		Name:     name,
		Platform: platform(),
		Sample:   parser.Sample{Answers: []parser.Output{{Command: "show version", Text: showVersion}}},
	}
}

func start(t *testing.T, devices ...*Device) *Fleet {
	t.Helper()
	fleet, err := Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	return fleet
}

// dial logs in as everybody may.
func dial(t *testing.T, d *Device) *ssh.Client {
	t.Helper()
	client, err := ssh.Dial("tcp", d.Addr(), clientConfig(d))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func clientConfig(d *Device) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		User:            Username,
		Auth:            []ssh.AuthMethod{ssh.Password(Password)},
		HostKeyCallback: ssh.FixedHostKey(d.hostKey.PublicKey()),
		Timeout:         5 * time.Second,
	}
}

// shell starts an interactive session that types the keys; the result is all that it shows.
func typed(t *testing.T, client *ssh.Client, keys string) string {
	t.Helper()
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if err := session.RequestPty("vt100", 1000, 511, ssh.TerminalModes{}); err != nil {
		t.Fatal(err)
	}
	session.Stdin = strings.NewReader(keys)
	var screen strings.Builder
	session.Stdout = &screen
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	if err := session.Wait(); err != nil {
		t.Fatal(err)
	}
	return screen.String()
}

func TestExec(t *testing.T) {
	d := device("lab-sw-1")
	start(t, d)
	client := dial(t, d)
	for range 3 {
		session, err := client.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		out, err := session.Output("show  Version | no-more")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(showVersion, string(out)); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	}
	stats := d.Stats()
	if want := (Stats{Connections: 1, ConnectionsMax: 1, Connects: 1, SessionsMax: 1, Logins: 1, PendingMax: 1, Accepted: 1, Commands: 3, Polls: 3}); stats != want {
		t.Errorf("stats (-want +got):\n%s", cmp.Diff(want, stats))
	}
}

func TestShell(t *testing.T) {
	long := "first\n" + strings.Repeat("a line\n", 30) + "last"
	sample := parser.Sample{
		Talk: parser.Talk{
			Banner: "Welcome\n", Prompt: "lab-sw-1#", User: "lab-sw-1>", Pager: "--More--", Erase: "<E>",
			Gates: []parser.SampleGate{{Ask: "Press any key ", Want: " "}},
		},
		Answers: []parser.Output{{Command: "show version", Text: "v1"}, {Command: "show log", Text: long}},
	}
	row := "a line\r\n"
	for _, tt := range []struct {
		name, typed, want string
		set               func(*Device)
	}{
		{name: "answer", typed: "show version\nexit\n",
			want: "lab-sw-1>show version\r\nv1\r\nlab-sw-1>exit\r\n"},
		{name: "carriage return as enter, blank line, refusal", typed: "\r\rshow nothing\r\nquit\r",
			want: "lab-sw-1>\r\nlab-sw-1>show nothing\r\n% Invalid input detected at '^' marker.\r\nlab-sw-1>quit\r\n"},
		{name: "corrected input", typed: "shoe\x7fw x\x15exit\n",
			want: "lab-sw-1>shoew xexit\r\n"},
		{name: "free enable", typed: "enable\nexit\n",
			want: "lab-sw-1>enable\r\nlab-sw-1#exit\r\n"},
		{name: "enable with secret", typed: "enable\nwrong\nenable\ns3\nexit\n", set: func(d *Device) { d.Login.Enable = "s3" },
			want: "lab-sw-1>enable\r\nPassword: \r\n% Access denied\r\nlab-sw-1>enable\r\nPassword: \r\nlab-sw-1#exit\r\n"},
		{name: "paging off", typed: "terminal length 0\nshow log\nexit\n",
			want: "lab-sw-1>terminal length 0\r\nlab-sw-1>show log\r\nfirst\r\n" + strings.Repeat(row, 30) + "last\r\nlab-sw-1>exit\r\n"},
		{name: "next page", typed: "show log\n exit\n",
			want: "lab-sw-1>show log\r\nfirst\r\n" + strings.Repeat(row, 23) + "--More--<E>" + strings.Repeat(row, 7) + "last\r\nlab-sw-1>exit\r\n"},
		{name: "next line, then quit", typed: "terminal length 0\nshow log\n\rqexit\n", set: func(d *Device) { d.KeepPaging = true },
			want: "lab-sw-1>terminal length 0\r\nlab-sw-1>show log\r\nfirst\r\n" + strings.Repeat(row, 23) + "--More--<E>" + row + "--More--<E>lab-sw-1>exit\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := device("lab-sw-1")
			d.Sample = sample
			d.Login = Login{Username: Username, Password: Password}
			if tt.set != nil {
				tt.set(d)
			}
			start(t, d)
			got := typed(t, dial(t, d), " "+tt.typed)
			if diff := cmp.Diff("Welcome\r\nPress any key \r\n"+tt.want, got); diff != "" {
				t.Errorf("screen (-want +got):\n%s", diff)
			}
			if got := d.Stats().Farewells; got != 1 {
				t.Errorf("farewells: want 1, got %d", got)
			}
		})
	}
}

func TestStartRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*Device)
		want string
	}{
		{"prompt", func(d *Device) { d.Sample.Talk.Prompt = "what now?" },
			`device lab-1: prompt "what now?" does not match platform cisco_ios: set the sample's prompt`},
		{"user prompt", func(d *Device) { d.Sample.Talk.User = "?" },
			`device lab-1: prompt "?" does not match platform cisco_ios: correct the sample's user prompt`},
		{"no platform", func(d *Device) { d.Platform = nil }, "device lab-1: no platform"},
		{"no answer", func(d *Device) { d.Sample.Answers = nil }, "device lab-1: the sample answers no command"},
		{"server version", func(d *Device) { d.Sample.Talk.Server = "telnet" },
			`device lab-1: server version "telnet" does not begin with SSH-`},
		{"address", func(d *Device) { d.Address = netip.MustParseAddr("192.0.2.1") },
			"device lab-1: address 192.0.2.1 is not in 127.0.0.0/8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := device("lab-1")
			tt.set(d)
			_, err := Start(t.Context(), d)
			if err == nil || err.Error() != tt.want {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}

func TestManyDevices(t *testing.T) {
	const n = 1000
	devices := make([]*Device, n)
	for i := range devices {
		devices[i] = device(fmt.Sprintf("lab-sw-%d", i))
		devices[i].Sample.Answers = []parser.Output{{Command: "show version", Text: devices[i].Name}}
	}
	fleet := start(t, devices...)
	work := make(chan *Device)
	done := make(chan error)
	const workers = 16
	for range workers {
		go func() {
			for d := range work {
				if err := askName(d); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for _, d := range devices {
		work <- d
	}
	close(work)
	for range workers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := fleet.Stats(); got.Polls != n || got.SessionsMax > workers {
		t.Errorf("stats: %+v", got)
	}
	for _, d := range devices {
		if s := d.Stats(); s.Polls != 1 || s.SessionsMax != 1 {
			t.Errorf("%s: %+v", d.Name, s)
		}
	}
}

func askName(d *Device) error {
	client, err := ssh.Dial("tcp", d.Addr(), clientConfig(d))
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	out, err := session.Output("show version")
	if err == nil && string(out) != d.Name+"\n" {
		err = fmt.Errorf("asked %s, %q answered", d.Name, out)
	}
	return err
}

func TestCloseEndsSessions(t *testing.T) {
	d := device("lab-sw-1")
	ctx, cancel := context.WithCancel(t.Context())
	fleet, err := Start(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	client := dial(t, d)
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	cancel()
	fleet.Close()
	if _, err := io.ReadAll(screen); err != nil {
		t.Error(err)
	}
	if got := d.Stats(); got.Connections != 0 || got.Sessions != 0 {
		t.Errorf("after close: %+v", got)
	}
}
