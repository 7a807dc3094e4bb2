package parser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOtherForms reads answers that a poll does not ask for and people still feed to `parse`.
func TestOtherForms(t *testing.T) {
	registry := builtIns(t)
	seconds := func(n int64) *int64 { return &n }
	for _, tt := range []struct {
		platform, command, text string
		want                    Report
	}{
		{
			"arista_eos", "show version | json",
			"{\n  \"modelName\": \"DCS-7050SX3-48YC8-F\",\n  \"serialNumber\": \"JPE00000001\",\n  \"version\": \"4.30.1F\",\n" +
				"  \"uptime\": 86400.52,\n  \"bootupTimestamp\": 1712345678.25\n}\n",
			Report{Version: "4.30.1F", UptimeSeconds: seconds(86400), Model: "DCS-7050SX3-48YC8-F", Serial: "JPE00000001"},
		},
		{
			"arista_eos", "show version | json", `{"modelName": "vEOS-lab", "serialNumber": "", "version": "4.22.0F", "bootupTimestamp": 1712345678.25}`,
			Report{Version: "4.22.0F", BootTime: "2024-04-05T19:34:38Z", Model: "vEOS-lab"},
		},
		{
			"cisco_ios", "show inventory",
			"NAME: \"CISCO2921/K9\", DESCR: \"CISCO2921/K9 chassis, Hw Serial#: FTX0000A1AA, Hw Revision: 1.0\"\n" +
				"PID: CISCO2921/K9      , VID: V08, SN: FTX0000A1AA\n\n" +
				"NAME: \"Chassis Power Supply\", DESCR: \"C2921 Power Supply\"\nPID: PWR-2921-51-AC    , VID: V03, SN: DCA0000A1AA\n",
			Report{Model: "CISCO2921/K9", Serial: "FTX0000A1AA"},
		},
		{
			"cisco_ios", "show inventory",
			"NAME: \"c93xx Stack\", DESCR: \"c93xx Stack\"\nPID: C9300-48P         , VID: V02  , SN: FCW0000A1AA\n\n" +
				"NAME: \"Switch 2\", DESCR: \"C9300-48P\"\nPID: C9300-48P         , VID: V02  , SN: FCW0000A2AA\n",
			Report{Model: "C9300-48P", Serial: "FCW0000A1AA"},
		},
		{
			"cisco_ios", "show inventory",
			"NAME: \"WS-C2960-24TT-L\", DESCR: \"WS-C2960-24TT-L\"\nPID: WS-C2960-24TT-L   , VID: V05  , SN: FOC0000A1AA\n",
			Report{Model: "WS-C2960-24TT-L", Serial: "FOC0000A1AA"},
		},
		{
			"cisco_nxos", "show inventory",
			"NAME: \"Chassis\",  DESCR: \"Nexus9000 N9324C-SE1U Chassis\"\nPID: N9324C-SE1U         ,  VID:     ,  SN: N/A\n\n" +
				"NAME: \"Slot 1\",  DESCR: \"Module\"\nPID: N9324C-SE1U         ,  VID:     ,  SN: FDO0000A1AA\n",
			Report{Model: "N9324C-SE1U"},
		},
		{
			"juniper_junos", "show chassis hardware detail | no-more",
			"Hardware inventory:\nItem             Version  Part number  Serial number     Description\n" +
				"Chassis                                VM0000000001      VSRX\nMidplane\n",
			Report{Model: "VSRX", Serial: "VM0000000001"},
		},
		{
			"linux", "hostnamectl",
			"   Static hostname: n/a\nTransient hostname: lab-host-9\n  Operating System: Fedora Linux 40 (Server Edition)\n   Hardware Serial: S0000001\n",
			Report{Version: "Fedora Linux 40 (Server Edition)", Serial: "S0000001", Hostname: "lab-host-9"},
		},
	} {
		p, ok := registry.Get(tt.platform)
		if !ok {
			t.Fatalf("no platform %s", tt.platform)
		}
		reading, _ := p.Parse([]Output{{tt.command, tt.text}}) // most of these hold no version
		if diff := cmp.Diff(tt.want, reading.Facts.Report("")); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tt.platform, tt.command, diff)
		}
	}
}
