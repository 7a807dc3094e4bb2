package pages

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// TestTextIsPlain has texts in every place of a device that command a terminal, end a line or a column, and turn the direction of
// writing: the lines are as many as with good texts, and nothing in them is unseen.
func TestTextIsPlain(t *testing.T) {
	made := func(spoil string) *exporter {
		s := deviceNamed("sw-1", down(failure.Disconnect, "the device ended the session"), judged(version.Verdict{
			Rule: "campus", Compliant: version.No, Why: "rule campus wants 17.12.4", Denied: []version.Denial{{Note: "CVE-1", Severity: "high"}},
			Undecided: []version.Denial{{Note: "CVE-2"}}, EOL: &version.EOL{Release: "17.9", Time: time.Date(2099, 8, 31, 0, 0, 0, 0, time.UTC)},
		}))
		s.Facts.Hostname, s.Facts.Serial, s.Facts.ReloadReason, s.Facts.NextBoot, s.Device.Jump = "sw-1", "FOC1", "Reload Command", "packages.conf", "jump"
		s.Facts.Members = []parser.Member{{Name: "1", Role: "active", Model: "C9300", Serial: "FOC1", Version: "17.9.4a"}}
		x := fleetOf(s)
		x.history = poll.History{
			Polls:    []poll.Past{{Start: s.LastPoll, Reason: failure.Disconnect, Phases: []poll.Phase{{Name: "command", Command: "show version", Failed: true}}}},
			Versions: []poll.VersionChange{{At: s.LastPoll, From: "16.12.8", To: "17.9.4a"}},
			Reboots:  []poll.Reboot{{At: s.LastPoll, Reason: "power failure"}},
		}
		x.policy.Rules = []version.Rule{{Name: "campus"}}
		spoilTexts(reflect.ValueOf(s).Elem(), spoil)
		spoilTexts(reflect.ValueOf(&x.history).Elem(), spoil)
		spoilTexts(reflect.ValueOf(&x.policy.Rules[0].Name).Elem(), spoil)
		s.Device.Name, s.Device.Group = "sw-1", "branch"
		return x
	}
	for _, page := range []string{"/?format=text", "/devices/sw-1?format=text", "/versions?format=text"} {
		good := made("").get(t, "GET "+page).Body.String()
		bad := made("\x1b[2J\x1b]0;x\a\t|\v\f\r\n\u202e\u2028\x7f\u009b1m").get(t, "GET "+page).Body.String()
		if !strings.Contains(bad, `\u001b[2J`) || !strings.Contains(bad, `\u202e`) {
			t.Errorf("%s: the texts are not there:\n%s", page, bad)
		}
		if strings.Count(good, "\n") != strings.Count(bad, "\n") {
			t.Errorf("%s: other lines than with good texts:\n%s\n%s", page, good, bad)
		}
		for _, shown := range []string{good, bad} {
			if i := strings.IndexFunc(shown, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); i >= 0 {
				t.Errorf("%s: %q", page, shown[max(0, i-30):i+5])
			}
			for line := range strings.Lines(shown) {
				if line != strings.TrimRight(line, " \n")+"\n" {
					t.Errorf("%s: blanks at the end of %q", page, line)
				}
			}
		}
	}
}

// spoilTexts adds to each text that is not empty.
func spoilTexts(v reflect.Value, by string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && v.Type() == reflect.TypeFor[string]() && v.Len() > 0 {
			v.SetString(v.String() + by)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			spoilTexts(v.Elem(), by)
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoilTexts(v.Index(i), by)
		}
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			for _, field := range v.Fields() {
				spoilTexts(field, by)
			}
		}
	}
}

// A label of any length leaves room for what stands behind it.
func TestTextOfLongLabel(t *testing.T) {
	x := fleetOf(deviceNamed("sw-1", func(s *poll.Status) { s.Device.Labels[0].Value = strings.Repeat("ü", 1000) }))
	text := x.get(t, "GET /?format=text").Body.String()
	if want := "  " + strings.Repeat("ü", 39) + "…  cisco_ios C9300"; !strings.Contains(text, want) {
		t.Errorf("without %q:\n%s", want, text)
	}
}

// A reason that is the name of the phase is told once.
func TestReasonIsPhase(t *testing.T) {
	s := deviceNamed("sw-1", down(failure.Auth, "permission denied"))
	x := fleetOf(s)
	x.history.Polls = []poll.Past{{Start: s.LastPoll, Reason: failure.Auth, Phases: []poll.Phase{{Name: "connect"}, {Name: "auth", Failed: true}}}}
	for _, format := range []string{"text", "html"} {
		if text := shown(x.get(t, "GET /devices/sw-1?format="+format).Body.String()); strings.Contains(text, "in auth") || !strings.Contains(text, "auth , 1 min ago") && !strings.Contains(text, "auth, 1 min ago") {
			t.Errorf("as %s:\n%s", format, text)
		}
	}
}
