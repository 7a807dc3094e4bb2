package session

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

func TestShell(t *testing.T) {
	version := Commands("show version")
	anyKey := []dialogue.Gate{{Ask: regexp.MustCompile(`(?i)press any key to continue$`), Answer: " ", Raw: true}}
	ctrlY := []dialogue.Gate{{Ask: regexp.MustCompile(`(?i)enter ctrl-y to begin\.?$`), Answer: "\x19", Raw: true, Anywhere: true}}
	inBand := []dialogue.Gate{
		{Ask: regexp.MustCompile(`^User Name:$`), Answer: "{username}"},
		{Ask: regexp.MustCompile(`^Password:$`), Answer: "{password}"},
	}
	for _, tt := range []struct {
		name   string
		script Script
		device func(*terminalLine)
		want   string
		reason failure.Reason
		within time.Duration // 0: without a wait worth the name
	}{
		{
			name: "as most do", script: Script{Dialogue: dialogue.Dialogue{Setup: []string{"terminal length 0"}, Exit: "exit"}, Commands: version},
			device: func(l *terminalLine) {
				l.print("\r\nWelcome\r\nlab#")
				l.serve("terminal length 0", "lab#")
				l.serve("show version", "Version 1\r\nlab#")
				l.expect("exit\n")
			},
			want: "Version 1",
		},
		{
			name: "questions after the goodbye", script: Script{Dialogue: dialogue.Dialogue{Exit: "logout"}, Commands: version},
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "Version 1\r\nlab#")
				l.expect("logout\n")
				l.print("logout\r\nDo you want to log out (y/n)? ")
				l.expect("y\n")
				l.print("y\r\nDo you want to save current configuration (y/n/^C)? ")
				l.expect("n\n")
			},
			want: "Version 1",
		},
		{
			name: "a question after the goodbye that is none of ours", within: 31 * time.Second, script: Script{Dialogue: dialogue.Dialogue{Exit: "logout"}, Commands: version},
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "Version 1\r\nlab#")
				l.expect("logout\n")
				l.print("logout\r\nErase all of flash: (y/n)? ")
				l.expectNothing()
			},
			want: "Version 1",
		},
		{
			name: "a setup command that is refused, and the one instead",
			script: Script{Dialogue: dialogue.Dialogue{
				Setup: []string{"disable clipaging session", "terminal width 511"}, Instead: map[string]string{"disable clipaging session": "disable clipaging"},
				Refusals: []*regexp.Regexp{regexp.MustCompile("^%% Invalid")},
			}, Commands: version},
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("disable clipaging session", "                  ^\r\n%% Invalid input\r\nlab#")
				l.serve("disable clipaging", "lab#")
				l.serve("terminal width 511", "%% Invalid input\r\nlab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "silent until Enter", script: Script{Commands: version}, within: 3 * time.Second,
			device: func(l *terminalLine) {
				l.expect("\n")
				l.print("\r\nlab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "log message over every prompt", script: Script{Commands: version}, within: 9 * time.Second,
			device: func(l *terminalLine) {
				const buried = "\r\nlab#\r\n%LINK-3-UPDOWN: up\r\n"
				l.print(buried)
				l.expect("\n")
				l.print(buried)
				l.serve("show version", "Version 1"+buried)
				l.expect("\n")
				l.print(buried)
				l.wait(3 * time.Second)
			},
			want: "Version 1\nlab#\n%LINK-3-UPDOWN: up\n\nlab#\n%LINK-3-UPDOWN: up",
		},
		{
			name: "prompt before a question", script: Script{Dialogue: dialogue.Dialogue{Gates: anyKey}, Commands: version}, within: time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.wait(5 * time.Millisecond)
				l.print("\r\n\x1b[24;1HPress any key to continue")
				l.expect(" ")
				l.print("\x1b[2K\x1b[24;1Hlab# ")
				l.serve("show version", "Version 1\r\nlab# ")
			},
			want: "Version 1",
		},
		{
			name: "question with a box below it", script: Script{Dialogue: dialogue.Dialogue{Gates: ctrlY}, Commands: version}, within: 2 * time.Second,
			device: func(l *terminalLine) {
				l.print("\r\nEnter Ctrl-Y to begin.\r\n\r\n*****************\r\n*** lab-ers-1 ***\r\n*****************\r\n")
				l.expect("\x19")
				l.print("\r\nlab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "question whose line ends", script: Script{Dialogue: dialogue.Dialogue{Gates: ctrlY}, Commands: version}, within: 2 * time.Second,
			device: func(l *terminalLine) {
				l.print("Enter Ctrl-Y to begin.\r\n")
				l.expect("\x19")
				l.print("lab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "question that swallows a command", script: Script{Dialogue: dialogue.Dialogue{Gates: anyKey}, Commands: version}, within: 2 * time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.expect("show version\n")
				l.print("\r\nPress any key to continue")
				l.expect(" ")
				l.print("\r\nlab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "login inside the session", within: time.Second, script: Script{Dialogue: dialogue.Dialogue{Gates: inBand}, Commands: version},
			device: func(l *terminalLine) {
				l.print("\r\nUser Name:")
				l.expect("netops\n")
				l.print("netops\r\nPassword:")
				l.expect("swordfish\n")
				l.print("*********\r\n\r\nlab#")
				l.serve("show version", "Version 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "login inside the session refused", within: time.Second, script: Script{Dialogue: dialogue.Dialogue{Gates: inBand}}, reason: failure.Auth,
			device: func(l *terminalLine) {
				l.print("User Name:")
				l.expect("netops\n")
				l.print("\r\nPassword:")
				l.expect("swordfish\n")
				l.print("\r\nauthentication failed\r\nUser Name:")
				l.wait(time.Minute)
			},
		},
		{
			name: "no echo", script: Script{Dialogue: dialogue.Dialogue{Setup: []string{"stty -echo"}}, Commands: version}, within: time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.expect("stty -echo\n")
				l.print("\r\nlab#")
				l.expect("show version\n")
				l.print("\r\nVersion 1\r\nlab#")
			},
			want: "Version 1",
		},
		{
			name: "slow answer", script: Script{Commands: version}, within: 8 * time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.expect("show version\n")
				l.print("show version\r\n")
				l.wait(7 * time.Second)
				l.print("Version 1\r\nlab#")
				l.wait(time.Second)
			},
			want: "Version 1",
		},
		{
			name: "drip with the prompt inside", script: Script{Commands: version}, within: 20 * time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "one\r\n")
				l.drip("lab#\r\ntwo\r\nlab#", 300*time.Millisecond)
				l.wait(time.Minute)
			},
			want: "one\nlab#\ntwo",
		},
		{
			name: "prompt with a counter", script: Script{Commands: Commands("show switch", "show version")},
			device: func(l *terminalLine) {
				l.print("lab.9 # ")
				l.serve("show switch", "SysName: lab\r\n* lab.10 # ")
				l.serve("show version", "Version 1\r\n* lab.11 # ")
			},
			want: "Version 1",
		},
		{
			name: "prompt that changes", script: Script{Commands: version}, within: time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "Version 1\r\nlab-standby#")
				l.wait(time.Minute)
			},
			want: "Version 1",
		},
		{
			name: "log message over the prompt", script: Script{Dialogue: dialogue.Dialogue{Setup: []string{"terminal length 0"}}, Commands: version}, within: 5 * time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("terminal length 0", "lab#")
				l.serve("show version", "Version 1\r\nlab#\r\n%SYS-5-CONFIG_I: Configured from console\r\n")
				l.expect("\n")
				l.print("\r\nlab#")
				l.wait(time.Minute)
			},
			want: "Version 1\nlab#\n%SYS-5-CONFIG_I: Configured from console",
		},
		{
			name: "refused command stays on the line", script: Script{Commands: Commands("show nothing", "show version")}, within: 5 * time.Second,
			device: func(l *terminalLine) {
				l.print("lab>")
				l.serve("show nothing", "          ^\r\nsyntax error\r\nlab> show nothing")
				l.expect("\x15")
				l.print("\r\x1b[Klab>")
				l.serve("show version", "Version 1\r\nlab>")
			},
			want: "Version 1",
		},
		{
			name: "pagers of all kinds", script: Script{Commands: version}, within: time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "1\r\n --More-- ")
				l.expect(" ")
				l.print("\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b2\r\n<--- More --->")
				l.expect(" ")
				l.print("\r              \r3\r\n  ---- More ----")
				l.expect(" ")
				l.print("\x1b[16D                \x1b[16D4\r\n-- MORE --, next page: Space, next line: Enter, quit: Control-C")
				l.expect(" ")
				l.print("\r\x1b[K5\r\nPress any key to continue..")
				l.expect("\n")
				l.print("\r\n6\r\n-- [Q quit|D dump|down]")
				l.expect("D")
				l.print("\r\x1b[K7\r\n---(more 43%)---")
				l.expect(" ")
				l.print("\r                \r8\r\nlines 1-23/30 76%")
				l.expect(" ")
				l.print("\r\x1b[K9\r\nlines 24-30/30 (END)")
				l.expect("q")
				l.print("\r\x1b[Klab#")
			},
			want: "1\n2\n3\n4\n5\n\n6\n7\n8\n9",
		},
		{
			name: "less with its shortest prompt", script: Script{Commands: version}, within: time.Second,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "1\r\n:")
				l.expect(" ")
				l.print("\r\x1b[K2\r\nlab#")
			},
			want: "1\n2",
		},
		{
			name: "wrong enable secret", within: time.Second,
			script: Script{Dialogue: dialogue.Dialogue{Enable: &dialogue.Enable{
				Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`^Password: ?$`),
			}}, Commands: version},
			device: func(l *terminalLine) {
				l.print("lab>")
				l.serve("enable", "Password: ")
				l.expect("opensesame\n")
				l.print("\r\nPassword: ")
				l.expect("\n")
				l.print("\r\n% Bad secrets\r\n\r\nlab>")
				l.serve("show version", "Version 1\r\nlab>")
			},
			want: "Version 1",
		},
		{
			name: "no prompt", reason: failure.Prompt, within: 31 * time.Second,
			device: func(l *terminalLine) {
				l.print("please wait\r\n")
				l.expect("\n")
				l.wait(time.Minute)
			},
		},
		{
			name: "nothing at all", reason: failure.Timeout, within: 31 * time.Second,
			device: func(l *terminalLine) {
				l.expect("\n")
				l.wait(time.Minute)
			},
		},
		{
			name: "ends before the prompt", reason: failure.Session,
			device: func(l *terminalLine) { l.print("no free line\r\n") },
		},
		{
			name: "ends in the answer", script: Script{Commands: version}, reason: failure.Disconnect,
			device: func(l *terminalLine) {
				l.print("lab#")
				l.serve("show version", "Vers")
			},
		},
		{
			name: "password has expired", reason: failure.Auth,
			device: func(l *terminalLine) {
				l.print("You are required to change your password.\r\nCurrent password: ")
				l.wait(time.Minute)
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := talk(t, tt.script, tt.device)
				if within := max(tt.within, 250*time.Millisecond); time.Since(start) > within {
					t.Errorf("took %v, want at most %v", time.Since(start), within)
				}
				if tt.reason != "" {
					wantReason(t, err, tt.reason)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got.Answers[len(got.Answers)-1].Text); diff != "" {
					t.Errorf("last answer (-want +got):\n%s", diff)
				}
			})
		})
	}
}
