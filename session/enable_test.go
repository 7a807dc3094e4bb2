package session

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/secret"
)

func TestEnableSecretIsTypedOnce(t *testing.T) {
	enable := &dialogue.Enable{Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`^Password: ?$`)}
	for _, tt := range []struct {
		name   string
		device func(*terminalLine)
		again  bool // it may be sent at the next login
		prompt string
	}{
		{"accepted", func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Password: ")
			l.expect("opensesame\n")
			l.print("\r\nlab#")
			l.expectNothing()
		}, true, "lab#"},
		{"refused in words", func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Password: ")
			l.expect("opensesame\n")
			l.print("\r\n% Bad secrets\r\n\r\nlab>")
			l.expectNothing()
		}, false, "lab>"},
		{"asked again", func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Password: ")
			l.expect("opensesame\n")
			l.print("\r\nPassword: ")
			l.expect("\n")
			l.print("\r\nlab>")
			l.expectNothing()
		}, false, "lab>"},
		{"asks for a code", func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Passcode: ")
			l.expect("\x03")
			l.print("\r\nlab>")
			l.expectNothing()
		}, true, "lab>"},
		{"hangs", func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Password: ")
			l.expect("opensesame\n")
			l.expect("\x03")
			l.print("\r\nlab>")
			l.expectNothing()
		}, false, "lab>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, ticket := openDoor(t, "")
				got, err := talkAs(t, netops(), ticket, Script{Dialogue: dialogue.Dialogue{Enable: enable}}, tt.device)
				if err != nil {
					t.Fatal(err)
				}
				if got.Prompt != tt.prompt {
					t.Errorf("prompt %q, want %q", got.Prompt, tt.prompt)
				}
				enable, again := ticket.Enable(t.Context())
				if enable.Close(""); again != tt.again {
					t.Errorf("the secret may be sent again: %v", again)
				}
			})
		})
	}
}

// TestBareEnable types enable where no secret is needed; a device that asks for one after all gets an empty answer.
func TestBareEnable(t *testing.T) {
	enable := &dialogue.Enable{Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`^Password: ?$`)}
	for want, device := range map[string]func(*terminalLine){
		"lab#": func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "\r\nlab#")
			l.expectNothing()
		},
		"lab>": func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Password: ")
			l.expect("\n")
			l.print("\r\n% Access denied\r\nlab>")
			l.expectNothing()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := netops()
			c.Enable, c.BareEnable = secret.Value{}, true
			_, ticket := openDoor(t, "")
			got, err := talkAs(t, c, ticket, Script{Dialogue: dialogue.Dialogue{Enable: enable}}, device)
			if err != nil || got.Prompt != want {
				t.Errorf("prompt %q, want %q; %v", got.Prompt, want, err)
			}
		})
	}
}

// TestEnableWithoutSecret types enable where the platform's commands need it, and answers with nothing if there is a password.
func TestEnableWithoutSecret(t *testing.T) {
	enable := &dialogue.Enable{Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`^Password: ?$`), Always: true}
	for want, device := range map[string]func(*terminalLine){
		"(lab) #": func(l *terminalLine) {
			l.print("(lab) >")
			l.serve("enable", "\r\n(lab) #")
			l.expectNothing()
		},
		"(lab) >": func(l *terminalLine) {
			l.print("(lab) >")
			l.serve("enable", "Password: ")
			l.expect("\n")
			l.print("\r\n(lab) >")
			l.expectNothing()
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := netops()
			c.Enable, c.BareEnable = secret.Value{}, false
			_, ticket := openDoor(t, "")
			script := Script{Dialogue: dialogue.Dialogue{Enable: enable, Prompt: []*regexp.Regexp{regexp.MustCompile(`^\(lab\) [>#]$`)}}}
			got, err := talkAs(t, c, ticket, script, device)
			if err != nil || got.Prompt != want {
				t.Errorf("prompt %q, want %q; %v", got.Prompt, want, err)
			}
		})
	}
}

// TestEnableAsksWho gives the name and then the secret to an AAA server that asks for both.
func TestEnableAsksWho(t *testing.T) {
	enable := &dialogue.Enable{
		Command: "enable", When: regexp.MustCompile(`> ?$`), Ask: regexp.MustCompile(`(?i)^please enter password: ?$`), User: regexp.MustCompile(`(?i)^please enter login name: ?$`),
	}
	synctest.Test(t, func(t *testing.T) {
		_, ticket := openDoor(t, "")
		got, err := talkAs(t, netops(), ticket, Script{Dialogue: dialogue.Dialogue{Enable: enable}}, func(l *terminalLine) {
			l.print("lab>")
			l.serve("enable", "Please Enter Login Name: ")
			l.expect("netops\n")
			l.print("netops\r\nPlease Enter Password: ")
			l.expect("opensesame\n")
			l.print("\r\nlab#")
			l.expectNothing()
		})
		if err != nil || got.Prompt != "lab#" {
			t.Errorf("prompt %q; %v", got.Prompt, err)
		}
	})
}
