package session

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/transport"
)

func TestOptionalCommandsCostNothingElse(t *testing.T) {
	commands := []Command{{Run: "show inventory", Optional: true}, {Run: "show version"}, {Run: "show boot", Optional: true}}
	version, boot := Answer{"show version", "Version 1"}, Answer{"show boot", "image.bin"}
	for _, tt := range []struct {
		name   string
		device func(*terminalLine)
		want   []Answer
	}{
		{"hangs", func(l *terminalLine) {
			l.expect("show inventory\n")
			l.wait(time.Minute)
		}, []Answer{version}},
		{"hangs until Ctrl-C", func(l *terminalLine) {
			l.serve("show inventory", "please wait")
			l.expect("\x03")
			l.print("^C\r\nlab#")
			l.serve("show boot", "image.bin\r\nlab#")
		}, []Answer{version, boot}},
		{"asks for a password", func(l *terminalLine) {
			l.serve("show inventory", "[sudo] password for netops: ")
			l.expect("\x03")
			l.print("\r\nlab#")
			l.serve("show boot", "image.bin\r\nlab#")
		}, []Answer{version, boot}},
		{"ends the session", func(l *terminalLine) {
			l.serve("show inventory", "out of mem")
		}, []Answer{version}},
		{"prints without end", func(l *terminalLine) {
			l.expect("show inventory\n")
			for {
				l.print(strings.Repeat("and so on ", 100))
			}
		}, []Answer{version}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got, err := talk(t, Script{Commands: commands}, func(l *terminalLine) {
					l.print("lab#")
					l.serve("show version", "Version 1\r\nlab#")
					tt.device(l)
				})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got.Answers); diff != "" {
					t.Errorf("answers (-want +got):\n%s", diff)
				}
				if took := time.Since(start); took > 25*time.Second {
					t.Errorf("took %v of 30 s", took)
				}
			})
		})
	}
}

// shells is a connection whose shells are those devices, one after the other, the first with the optional steps.
func shells(t *testing.T, script Script, devices ...func(*terminalLine)) *Conn {
	script.Prompt, script.Enter, script.Limit = append(script.Prompt, hostPrompt), "\n", 1<<20
	c := &Conn{script: script, log: newJournal(netops(), 0)}
	c.conn = &connection{Link: &transport.Link{}, script: &c.script, credential: netops(), log: &c.log}
	for i, kind := range []kind{byShell, plainShell}[:len(devices)] {
		c.openers = append(c.openers, opener{kind: kind, open: func(ctx context.Context, conn *connection) (session, error) {
			channel := plug(t, devices[i])
			conn.Conn = below{channel: channel}
			s := newShell(conn, channel, paceFor(ctx, 0))
			conn.Running.Go(func() { s.in.read(s.terminal) })
			return s.beginOrClose(ctx, kind == byShell)
		}})
	}
	return c
}

func TestDeviceThatHangsInSetupIsAskedWithout(t *testing.T) {
	for _, step := range []dialogue.Dialogue{
		{Setup: []string{"terminal length 0"}},
		{Enable: &dialogue.Enable{Command: "terminal length 0"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := shells(t, Script{Dialogue: step, Commands: Commands("show version")},
				func(l *terminalLine) {
					l.print("lab>")
					l.expect("terminal length 0\n")
					l.wait(time.Minute)
				},
				func(l *terminalLine) {
					l.print("lab>")
					l.serve("show version", "Version 1\r\nlab>")
					l.wait(time.Minute)
				})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			got, err := c.Ask(ctx)
			c.Close(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Answer{{"show version", "Version 1"}}, got.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
}

// A connection on which the device says nothing is given up in time for another one; one that is merely slow is not.
func TestKeptSessionThatShowsNoLife(t *testing.T) {
	for _, tt := range []struct {
		name    string
		echo    string
		answers bool // the SSH server does
		took    time.Duration
		fails   bool
	}{
		{"lost", "", false, 15 * time.Second, true},
		{"slow", "show version\r\n", false, 20 * time.Second, false},
		{"slow to echo", "", true, 20 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := shells(t, Script{Commands: Commands("show version")}, func(l *terminalLine) {
					l.print("lab#")
					l.serve("show version", "Version 1\r\nlab#")
					l.expect("show version\n")
					l.print(tt.echo)
					l.wait(20 * time.Second)
					l.print("show version\r\nVersion 1\r\nlab#")
					l.wait(time.Minute)
				})
				for i := range 2 {
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					defer cancel()
					start := time.Now()
					_, err := c.Ask(ctx)
					if i == 0 {
						if err != nil {
							t.Fatal(err)
						}
						c.conn.Conn = below{channel: c.conn.Conn.(below).channel, answers: tt.answers}
						continue
					}
					if failed := err != nil; failed != tt.fails {
						t.Errorf("error %v", err)
					}
					if took := time.Since(start); took != tt.took {
						t.Errorf("took %v, want %v", took, tt.took)
					}
				}
				c.Close(t.Context())
			})
		})
	}
}
