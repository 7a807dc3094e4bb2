package sshcli

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/secret"
)

// Every way in which the lab's devices misbehave, in both modes where the mode matters. A harmless one has no reason.
var failures = []struct {
	fault lab.Fault
	exec  Reason
	shell Reason
	says  string // part of the message
}{
	{lab.Refuse, Connect, Connect, ""},
	{lab.Blackhole, ConnectTimeout, ConnectTimeout, ""},
	{lab.Reset, Connect, Connect, "reset"},
	{lab.Silent, ConnectTimeout, ConnectTimeout, ""},
	{lab.HalfVersion, ConnectTimeout, ConnectTimeout, ""},
	{lab.VersionOnly, ConnectTimeout, ConnectTimeout, ""},
	{lab.NotSSH, Handshake, Handshake, `says "HTTP/1.1 400 Bad Request"`},
	{lab.NoCommonAlgorithm, Negotiation, Negotiation, "legacy_algorithms"},
	{lab.OtherHostKey, HostKeyChanged, HostKeyChanged, "known_hosts:1"},
	{lab.SlowAuth, Timeout, Timeout, "log in"},
	{lab.WrongPassword, Auth, Auth, `refused for user "lab"`},
	{lab.OneTimeCode, Auth, Auth, "One-time code"},
	{lab.NoFreeSession, Session, Session, "open a session"},
	{lab.NoPTY, "", Session, "get a terminal"},
	{lab.ShellCloses, "", Session, "ended the session"},
	{lab.PasswordExpired, "", Auth, "Enter new password"},
	{lab.NoPrompt, "", Prompt, "Please wait"},
	{lab.Drip, Timeout, Timeout, "show version"},
	{lab.Endless, OutputLimit, OutputLimit, "show version"},
	{lab.ResetMidOutput, Disconnect, Disconnect, "ended the session"},
	{lab.RebootMidOutput, Disconnect, Disconnect, "ended the session"},
	{lab.Freeze, Timeout, Timeout, "show version"},
	{lab.TwoQuestions, "", "", ""},
	{lab.BannerPrompt, "", "", ""},
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
		for mode, want := range map[Mode]Reason{Exec: tt.exec, Shell: tt.shell} {
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

func checkFailure(t *testing.T, fault lab.Fault, mode Mode, want Reason, says string) {
	t.Helper()
	const timeout, connectTimeout = 2 * time.Second, time.Second
	d := simulated(func(d *lab.Device) { d.Fault = fault })
	client := clientFor(t, startLab(t, d), func(c *Config) {
		c.ConnectTimeout, c.OutputLimit = connectTimeout, 2<<20
	})
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	start := time.Now()
	transcript, err := client.Run(ctx, targetOf(d), dialogueOf(d.Platform, mode, "show version"))
	took := time.Since(start)

	limit := timeout + 400*time.Millisecond // what a busy machine adds
	if want == ConnectTimeout {
		limit = connectTimeout + 500*time.Millisecond
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
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error %q, want it to say %q", err, says)
	}
}

func TestUnknownHost(t *testing.T) {
	d := simulated(nil)
	startLab(t, d)
	client, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Run(t.Context(), targetOf(d), dialogueOf(d.Platform, Exec, "show version"))
	wantReason(t, err, HostKeyUnknown)
}

func TestAcceptNewLearnsOnce(t *testing.T) {
	d := simulated(nil)
	known := t.TempDir() + "/new/known_hosts"
	config := Config{HostKeys: AcceptNew, KnownHosts: []string{known}}
	startLab(t, d)
	for range 2 { // the second client reads what the first one learned
		client, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := client.Run(t.Context(), targetOf(d), dialogueOf(d.Platform, Exec, "show version")); err != nil {
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
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Run(t.Context(), targetOf(d), dialogueOf(d.Platform, Exec, "show version"))
	wantReason(t, err, HostKeyChanged)
}

func TestResolve(t *testing.T) {
	client, err := New(Config{HostKeys: Insecure, ConnectTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	target := Target{Address: "lab-sw-1.invalid:22", Credential: &Credential{Username: lab.Username, Password: secret.New("x")}}
	for name, lookup := range map[string]func(context.Context, string) ([]string, error){
		"hangs":      func(ctx context.Context, _ string) ([]string, error) { <-ctx.Done(); return nil, ctx.Err() },
		"no address": func(context.Context, string) ([]string, error) { return nil, nil },
		"no name":    func(context.Context, string) ([]string, error) { return nil, errors.New("no such host") },
	} {
		t.Run(name, func(t *testing.T) {
			client.lookup = lookup
			_, err := client.Run(t.Context(), target, Dialogue{Mode: Exec})
			wantReason(t, err, Resolve)
		})
	}
	target.Address = "lab-sw-1"
	_, err = client.Run(t.Context(), target, Dialogue{Mode: Exec})
	wantReason(t, err, Resolve)
}

func TestEveryAddressIsTried(t *testing.T) {
	d := simulated(nil)
	client := clientFor(t, startLab(t, d), func(c *Config) { c.HostKeys = Insecure })
	host, port, _ := strings.Cut(d.Addr(), ":")
	client.lookup = func(context.Context, string) ([]string, error) { return []string{"::1", host}, nil } // the lab is on IPv4
	target := targetOf(d)
	target.Address = "lab.example:" + port
	if _, err := client.Run(t.Context(), target, dialogueOf(d.Platform, Exec, "show version")); err != nil {
		t.Error(err)
	}
}

func TestFaultInTheCall(t *testing.T) {
	client, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		target Target
		mode   Mode
		want   string
	}{
		{Target{}, Exec, "no credential given"},
		{Target{Credential: &Credential{}}, "", `unknown mode ""; want exec or shell`},
	} {
		if _, err := client.Run(t.Context(), tt.target, Dialogue{Mode: tt.mode}); err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
}

func wantReason(t *testing.T, err error, want Reason) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Reason != want {
		t.Fatalf("error %v, want reason %s", err, want)
	}
}
