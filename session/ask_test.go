package session

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

func TestCommandAnsweredByAQuestion(t *testing.T) {
	for _, question := range []string{"Password: ", "[sudo] password for netops: ", "Proceed with reload? [confirm] (y/n) ", "Enter PIN: "} {
		t.Run(question, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := talk(t, Script{Dialogue: dialogue.Dialogue{Exit: "exit"}, Commands: Commands("show version")}, func(l *terminalLine) {
					l.print("lab# ")
					l.serve("show version", question)
					l.expectNothing()
				})
				wantReason(t, err, failure.Command)
				if want := failure.Quote(question); !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want it to quote %s", err, want)
				}
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// What looks like a question, or like the prompt but for its digits, may be a part of an answer: "lab-2#" in a list of switches.
func TestAnswerWithALineThatCouldEndIt(t *testing.T) {
	for _, c := range []struct {
		prompt, want string
		device       func(*terminalLine)
	}{
		{"lab#", "enable password: is set\nboot code: 1.2", func(l *terminalLine) {
			l.serve("show", "enable password:")
			l.wait(50 * time.Millisecond)
			l.print(" is set\r\nboot code:")
			l.wait(time.Second)
			l.print(" 1.2\r\nlab#")
		}},
		{"lab-1#", "lab-2# is up", func(l *terminalLine) {
			l.serve("show", "lab-2#")
			l.wait(20 * time.Millisecond)
			l.print(" is up\r\nlab-1#")
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := talk(t, Script{Commands: Commands("show")}, func(l *terminalLine) {
				l.print(c.prompt)
				c.device(l)
				l.expectNothing()
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Answers[0].Text); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestShellReadsEndlessOutputToTheLimitOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := talk(t, Script{Commands: Commands("show version")}, func(l *terminalLine) {
			l.print("lab#")
			l.expect("show version\n")
			for {
				l.print(strings.Repeat("and so on ", 100))
			}
		})
		wantReason(t, err, failure.OutputLimit)
	})
}

func TestAnswersThatADeviceSpoils(t *testing.T) {
	for _, tt := range []struct {
		name   string
		device func(*terminalLine)
		within time.Duration
	}{
		{"a late question takes the command", func(l *terminalLine) {
			l.print("lab-1#")
			l.expect("show version\n")
			l.print("\r\nThis session is recorded. Press Enter: show version\r\nlab-1#")
			l.serve("show version", "Version 1\r\nlab-1#")
		}, time.Second},
		{"the last line has no end", func(l *terminalLine) {
			l.print("lab-1#")
			l.expect("show version\n")
			l.print("show version\r\nVersion 1lab-1#")
			l.expectNothing()
		}, 5 * time.Second},
		{"a wrap that leaves the rest of the echo", func(l *terminalLine) {
			l.print("lab-1#")
			l.expect("show version\n")
			l.print("show ver \rsion\r\nVersion 1\r\nlab-1#")
		}, 5 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := talk(t, Script{Commands: Commands("show version")}, tt.device)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]Answer{{"show version", "Version 1"}}, got.Answers); diff != "" {
					t.Errorf("answers (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("took %v, want at most %v", took, tt.within)
				}
			})
		})
	}
}
