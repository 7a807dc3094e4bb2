package parser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// defineCommand makes a platform whose command "show version" has what the YAML says.
func defineCommand(t *testing.T, order, command string) *Platform {
	t.Helper()
	p, err := Load("acme.yml", []byte("id: acme_os\nvendor: Acme\ntitle: AcmeOS\n"+order+"session: {mode: shell}\ncommands:\n  - run: show version\n"+command))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMembers(t *testing.T) {
	const order = "order: {forms: '(\\d+)\\.(\\d+)'}\n"
	const rows = `    facts: {version: '^AcmeOS (\S+)'}
    members: {row: '^(?P<role>\*)? *(?P<member>\d+) +(?P<model>AC\S+) +(?P<version>\S+)', after: '^Unit +Model', until: '^$', roles: {'*': active}}
`
	const blocks = `    facts: {version: '^AcmeOS (\S+)'}
    members:
      - '^(?P<member>\d+) +(?P<model>AC\S+)'
      - {row: '^Unit (?P<member>\d+)(?: \((?P<role>\w+)\))?:', until: '^End', serial: {field: Serial}, version: [{field: Version}, 'runs (\S+)']}
`
	for _, tt := range []struct {
		name, command, text string
		want                []Member
	}{
		{"rows", rows, "AcmeOS 7.10\n9 AC1 1\nUnit  Model\n----\n*10 AC4 7.10\n 2 AC4 7.9\n 3 AC5 -\n\n8 AC1 1",
			[]Member{{Name: "2", Model: "AC4", Version: "7.9", Differs: true}, {Name: "3", Model: "AC5"}, {Name: "10", Role: "active", Model: "AC4", Version: "7.10"}}},
		{"the same version in other words", rows, "AcmeOS 7.10\nUnit  Model\n1 AC4 07.10", []Member{{Name: "1", Model: "AC4", Version: "07.10"}}},
		{"blocks and rows", blocks, "AcmeOS 7.1\n1 AC4\n2 AC4\nUnit 1 (Master):\n Serial: A1\n Version: 7.1\nUnit 2:\n Serial: n/a\n runs 7.0\nEnd\n Serial: A9",
			[]Member{{Name: "1", Role: "master", Model: "AC4", Serial: "A1", Version: "7.1"}, {Name: "2", Model: "AC4", Version: "7.0", Differs: true}}},
		{"none", rows, "AcmeOS 7.10\nUnit  Model\n\n1 AC4 7.10", nil},
	} {
		reading, err := defineCommand(t, order, tt.command).Parse([]Output{{Command: "show version", Text: tt.text}})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, reading.Facts.Members); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}

	var crowd strings.Builder
	crowd.WriteString("AcmeOS 7.10\nUnit  Model\n")
	for i := range 1000 {
		fmt.Fprintf(&crowd, "%d AC4 7.10\n", i)
	}
	reading, err := defineCommand(t, order, rows).Parse([]Output{{Command: "show version", Text: crowd.String()}})
	if len(reading.Facts.Members) != maxMembers || err != nil {
		t.Errorf("%d members, %v; want %d", len(reading.Facts.Members), err, maxMembers)
	}
}

func TestNextBoot(t *testing.T) {
	const byVersion = "    facts: {version: '^AcmeOS (\\S+)', next_boot: '^next (\\S+)'}\n"
	const byImage = "    facts: {version: '^AcmeOS (\\S+)', next_boot: '^next (\\S+)', booted: '^runs (\\S+)'}\n"
	for _, tt := range []struct{ name, command, text, want string }{
		{"another version", byVersion, "next 7.2", "7.2 differs"},
		{"the same version", byVersion, "next 7.1", "7.1 same"},
		{"the same version in other words", byVersion, "next 07.01", "07.01 same"},
		{"not told", byVersion, "next -", ""},
		{"the same image elsewhere", byImage, "runs disk0:/Acme-7.bin\nnext flash:acme-7.bin", "flash:acme-7.bin same"},
		{"another image", byImage, "runs secondary\nnext primary", "primary differs"},
		{"the running image is not told", byImage, "next primary", "primary ?"},
	} {
		p := defineCommand(t, "order: {forms: '(\\d+)\\.(\\d+)'}\n", tt.command)
		reading, err := p.Parse([]Output{{Command: "show version", Text: "AcmeOS 7.1\n" + tt.text}})
		got := reading.Facts.NextBoot
		switch d := reading.Facts.NextBootDiffers; {
		case got == "" && d == nil:
		case d == nil:
			got += " ?"
		case *d:
			got += " differs"
		default:
			got += " same"
		}
		if got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestReasonAndPatch(t *testing.T) {
	p := defineCommand(t, "", "    facts: {version: '^AcmeOS (\\S+)', reload_reason: '^why: (.+)', patch: ['^SPH(\\S+)', {line: '^patch (\\S+)', all: true}]}\n")
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "patch CSCab1%04d\n", i)
	}
	for _, tt := range []struct{ text, reason, patch string }{
		{"why:  reload   by  admin.\npatch P1", "reload by admin", "P1"},
		{"why: unknown\npatch P1\npatch P2\npatch P1\npatch none", "", "P1,P2"},
		{"why: " + strings.Repeat("ü", 100), strings.Repeat("ü", 60), ""},
		{"SPH1\npatch P1", "", "1"},
		{many.String(), "", "CSCab10000,CSCab10001,CSCab10002,CSCab10003,CSCab10004,CSCab10005,CSCab10006,CSCab10007,CSCab10008,CSCab10009, and 30 more"},
	} {
		reading, err := p.Parse([]Output{{Command: "show version", Text: "AcmeOS 7.1\n" + tt.text}})
		if f := reading.Facts; f.ReloadReason != tt.reason || f.Patch != tt.patch || err != nil {
			t.Errorf("reason %q, patch %q, %v; want %q, %q", f.ReloadReason, f.Patch, err, tt.reason, tt.patch)
		}
	}
}
