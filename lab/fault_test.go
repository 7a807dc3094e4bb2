package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// ask is a plain client: it says how far it came and what it saw there. Nothing takes longer than patience.
func ask(t *testing.T, d *Device, patience time.Duration) (step, seen string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", d.Addr())
	if err != nil {
		return "connect", err.Error()
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	config := clientConfig(d)
	config.Auth = append(config.Auth, ssh.KeyboardInteractive(answerQuestions))
	c, channels, requests, err := ssh.NewClientConn(conn, d.Addr(), config)
	if err != nil {
		return "handshake", err.Error()
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "session", err.Error()
	}
	defer session.Close()
	if err := session.RequestPty("vt100", 1000, 511, ssh.TerminalModes{}); err != nil {
		return "pty", err.Error()
	}
	keys, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		return "shell", err.Error()
	}
	fmt.Fprint(keys, "terminal length 0\nshow version\n \n \nexit\n")
	shown, err := io.ReadAll(io.LimitReader(screen, 4<<20))
	if err == nil {
		err = session.Wait()
	}
	if err != nil {
		return "output", string(shown) + err.Error()
	}
	return "done", string(shown)
}

func answerQuestions(_, _ string, questions []string, echos []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		answers[i] = Password
		if echos[i] {
			answers[i] = "yes"
		}
	}
	return answers, nil
}

func TestFaults(t *testing.T) {
	const patience = 2 * time.Second // in which all the others get as far as they do
	for _, tt := range []struct {
		fault Fault
		step  string
		want  string // part of what is seen
	}{
		{"", "done", "lab-sw-1 uptime is 3 days"},
		{Refuse, "connect", "connection refused"},
		{Blackhole, "connect", "timeout"},
		{Reset, "handshake", "reset by peer"},
		{Silent, "handshake", "timeout"},
		{HalfVersion, "handshake", "timeout"},
		{VersionOnly, "handshake", "timeout"},
		{NotSSH, "handshake", "EOF"},
		{NoCommonAlgorithm, "handshake", "no common algorithm"},
		{OtherHostKey, "handshake", "host key mismatch"},
		{SlowAuth, "handshake", "timeout"},
		{WrongPassword, "handshake", "unable to authenticate"},
		{OneTimeCode, "handshake", "unable to authenticate"},
		{NoFreeSession, "session", "no free line"},
		{NoPTY, "pty", "pty-req failed"},
		{ShellCloses, "output", "exited with status 1"},
		{PasswordExpired, "output", "Enter new password: "},
		{NoPrompt, "output", "being initialised"},
		{Drip, "output", "Version"},
		{Endless, "output", "and so on, and so on"},
		{ResetMidOutput, "output", "Example IOS"},
		{RebootMidOutput, "output", "Example IOS"},
		{Freeze, "output", "show version"},
		{TwoQuestions, "done", "lab-sw-1 uptime is 3 days"},
		{BannerPrompt, "done", "lab-sw-1# show version\r\n"},
		{BannerPause, "done", "Password: no one needs to tell it.\r\n"},
		{OutputPrompt, "done", "lab-sw-1# show version\r\n"},
		{StuckPager, "done", "--More--"},
		{Garbage, "done", "\x00caf\xe9"},
		{LongLine, "done", strings.Repeat("x", 1<<20) + "\r\n"},
		{AsksToSave, "output", "save the current configuration?"}, // a client that waits for the end waits in vain
		{OtherHostname, "done", "lab-other-99 uptime"},
	} {
		t.Run(string(tt.fault), func(t *testing.T) {
			t.Parallel()
			d := device("lab-sw-1")
			d.Fault = tt.fault
			d.Page = 1
			d.Pause = time.Hour
			if tt.fault == Drip || tt.fault == BannerPause {
				d.Pause = time.Millisecond
			}
			fleet := start(t, d)
			limit := patience
			if tt.step == "done" {
				limit = 20 * time.Second
			}
			step, seen := ask(t, d, limit)
			if step != tt.step || !strings.Contains(seen, tt.want) {
				t.Errorf("want %q at step %s, got step %s: %.300q", tt.want, tt.step, step, seen)
			}
			if tt.fault.Harmless() && d.Stats().Polls != 1 {
				t.Errorf("want a poll served, got %+v", d.Stats())
			}
			fleet.Close()
			if s := d.Stats(); s.Connections != 0 || s.Sessions != 0 {
				t.Errorf("after close: %+v", s)
			}
		})
	}
}

func TestSetFault(t *testing.T) {
	d := device("lab-sw-1")
	start(t, d)
	if err := d.SetFault("moody"); err == nil {
		t.Error("want an error for a fault that does not exist")
	}
	for _, step := range []struct {
		fault Fault
		want  string
	}{{WrongPassword, "handshake"}, {"", "done"}, {Reset, "handshake"}, {"", "done"}} {
		if err := d.SetFault(step.fault); err != nil {
			t.Fatal(err)
		}
		if got := d.CurrentFault(); got != step.fault {
			t.Errorf("want fault %q, got %q", step.fault, got)
		}
		if got, seen := ask(t, d, 20*time.Second); got != step.want {
			t.Errorf("fault %q: want step %s, got %s: %s", step.fault, step.want, got, seen)
		}
	}
	if got := d.Stats(); got.Polls != 2 || got.Refusals != 2 || got.Logins != 2 {
		t.Errorf("stats: %+v", got)
	}
}

func TestFaultsAreNamedOnce(t *testing.T) {
	all := Faults()
	once := slices.Compact(slices.Sorted(slices.Values(all)))
	if len(all) != 31 || len(once) != 31 || slices.Contains(all, "") {
		t.Errorf("faults: %q", all)
	}
}

func TestDisconnect(t *testing.T) {
	d := device("lab-sw-1")
	start(t, d)
	client := dial(t, d)
	d.Disconnect()
	if err := client.Wait(); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("want a reset connection, got %v", err)
	}
	if step, seen := ask(t, d, 20*time.Second); step != "done" {
		t.Errorf("after a reset: step %s: %s", step, seen)
	}
}
