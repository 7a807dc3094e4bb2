package session

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/transport"
)

// Every way in which the lab's devices misbehave, in both modes where the mode matters. A harmless one has no reason.
var failures = []struct {
	fault lab.Fault
	exec  failure.Reason
	shell failure.Reason
	says  string // part of the message
}{
	{lab.Refuse, failure.Connect, failure.Connect, ""},
	{lab.Blackhole, failure.ConnectTimeout, failure.ConnectTimeout, ""},
	{lab.Reset, failure.Connect, failure.Connect, "reset"},
	{lab.Silent, failure.ConnectTimeout, failure.ConnectTimeout, ""},
	{lab.HalfVersion, failure.ConnectTimeout, failure.ConnectTimeout, ""},
	{lab.VersionOnly, failure.ConnectTimeout, failure.ConnectTimeout, ""},
	{lab.NotSSH, failure.Handshake, failure.Handshake, `says "HTTP/1.1 400 Bad Request"`},
	{lab.NoCommonAlgorithm, failure.Negotiation, failure.Negotiation, "no setting helps"},
	{lab.OtherHostKey, failure.HostKeyChanged, failure.HostKeyChanged, "known_hosts:1"},
	{lab.SlowAuth, failure.Timeout, failure.Timeout, "log in"},
	{lab.WrongPassword, failure.Auth, failure.Auth, `refused for user "lab"`},
	{lab.OneTimeCode, failure.Auth, failure.Auth, "One-time code"},
	{lab.NoFreeSession, failure.Session, failure.Session, "open a session"},
	{lab.NoPTY, "", failure.Session, "get a terminal"},
	{lab.ShellCloses, "", failure.Session, "ended the session"},
	{lab.PasswordExpired, "", failure.Auth, "Enter new password"},
	{lab.NoPrompt, "", failure.Prompt, "Please wait"},
	{lab.Drip, failure.Timeout, failure.Timeout, "show version"},
	{lab.Endless, failure.OutputLimit, failure.OutputLimit, "show version"},
	{lab.ResetMidOutput, failure.Disconnect, failure.Disconnect, "ended the session"},
	{lab.RebootMidOutput, failure.Disconnect, failure.Disconnect, "ended the session"},
	{lab.Freeze, failure.Timeout, failure.Timeout, "show version"},
	{lab.TwoQuestions, "", "", ""},
	{lab.BannerPrompt, "", "", ""},
	{lab.BannerPause, "", "", ""},
	{lab.OutputPrompt, "", "", ""},
	{lab.StuckPager, "", "", ""},
	{lab.Garbage, "", "", ""},
	{lab.LongLine, "", "", ""},
	{lab.OtherHostname, "", "", ""},
	{lab.AsksToSave, "", "", ""},
}

func TestFailures(t *testing.T) {
	seen := make(map[lab.Fault]bool)
	for _, tt := range failures {
		seen[tt.fault] = true
		for mode, want := range map[dialogue.Mode]failure.Reason{dialogue.Exec: tt.exec, dialogue.Shell: tt.shell} {
			t.Run(string(tt.fault)+" "+string(mode), func(t *testing.T) {
				t.Parallel()
				checkFailure(t, tt.fault, mode, want, tt.says)
			})
		}
	}
	for _, fault := range lab.Faults() {
		if !seen[fault] {
			t.Errorf("no case for fault %s", fault)
		}
	}
}

func checkFailure(t *testing.T, fault lab.Fault, mode dialogue.Mode, want failure.Reason, says string) {
	t.Helper()
	const timeout, connectTimeout = 6 * time.Second, 2 * time.Second
	d := simulated(func(d *lab.Device) {
		d.Fault = fault
		if fault == lab.BannerPause {
			d.Pause = 50 * time.Millisecond // well below what a busy machine adds to what the client waits for
		}
	})
	client := clientFor(t, startLab(t, d), func(c *transport.Config) {
		c.ConnectTimeout = connectTimeout
	})
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	start := time.Now()
	transcript, err := Run(ctx, client, targetOf(d), scriptOf(d.Platform, mode, "show version"))
	took := time.Since(start)

	const busy = 3 * time.Second // what a busy machine adds; less than lies between the two timeouts, so that neither passes for the other
	limit := timeout + busy
	if want == failure.ConnectTimeout {
		limit = connectTimeout + busy
	}
	if took > limit {
		t.Errorf("took %v, want at most %v", took, limit)
	}
	if want == "" {
		if err != nil {
			t.Fatal(err)
		}
		if text := transcript.Answers[0].Text; !strings.Contains(text, "Version 15.2(7)E") || strings.Contains(text, "terminal") {
			t.Errorf("answer %.200q", text)
		}
		return
	}
	e, ok := errors.AsType[*failure.Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error %q, want it to say %q", err, says)
	}
	if got := failedPhase(transcript); got != phaseOf(fault, mode) {
		t.Errorf("failed in the phase %q, want %q; phases %v", got, phaseOf(fault, mode), transcript.Phases)
	}
}

// failedPhase is the name of the phase that failed, with its command.
func failedPhase(t Transcript) string {
	for _, p := range t.Phases {
		if p.Failed {
			return strings.TrimSpace(p.Name + " " + p.Command)
		}
	}
	return ""
}

// phaseOf is the phase in which a fault shows: where it is not that of a command, or depends on the mode.
func phaseOf(fault lab.Fault, mode dialogue.Mode) string {
	switch fault {
	case lab.Refuse, lab.Blackhole:
		return "connect"
	case lab.Reset, lab.Silent, lab.HalfVersion, lab.VersionOnly, lab.NotSSH, lab.NoCommonAlgorithm, lab.OtherHostKey:
		return "handshake"
	case lab.SlowAuth, lab.WrongPassword, lab.OneTimeCode:
		return "auth"
	case lab.NoFreeSession, lab.NoPTY, lab.ShellCloses, lab.PasswordExpired, lab.NoPrompt:
		if mode == dialogue.Shell {
			return "shell"
		}
	}
	return "command show version"
}

func TestUnknownHost(t *testing.T) {
	d := simulated(nil)
	startLab(t, d)
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), client, targetOf(d), scriptOf(d.Platform, dialogue.Exec, "show version"))
	wantReason(t, err, failure.HostKeyUnknown)
}

func TestAcceptNewLearnsOnce(t *testing.T) {
	d := simulated(nil)
	known := t.TempDir() + "/new/known_hosts"
	config := transport.Config{HostKeys: transport.AcceptNew, KnownHosts: []string{known}}
	startLab(t, d)
	for range 2 { // the second client reads what the first one learned
		client, err := transport.New(config)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := Run(t.Context(), client, targetOf(d), scriptOf(d.Platform, dialogue.Exec, "show version")); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(known)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n != 1 {
			t.Errorf("%d lines learned, want 1", n)
		}
	}
	if err := d.SetFault(lab.OtherHostKey); err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), client, targetOf(d), scriptOf(d.Platform, dialogue.Exec, "show version"))
	wantReason(t, err, failure.HostKeyChanged)
}

func TestFaultInTheCall(t *testing.T) {
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		target transport.Target
		mode   dialogue.Mode
		want   string
	}{
		{transport.Target{}, dialogue.Exec, "no credential given"},
		{transport.Target{Credential: &transport.Credential{}}, "", `unknown mode ""; want exec or shell`},
	} {
		if _, err := Run(t.Context(), client, tt.target, Script{Dialogue: dialogue.Dialogue{Mode: tt.mode}}); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

func wantReason(t *testing.T, err error, want failure.Reason) {
	t.Helper()
	e, ok := errors.AsType[*failure.Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
}
