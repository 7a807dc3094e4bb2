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
		{ // the cards have names that stacks give to their members
			"cisco_ios", "show inventory",
			"NAME: \"WS-C6509-E\", DESCR: \"Cisco Systems Catalyst 6500 9-slot Chassis System\"\nPID: WS-C6509-E        , VID: V02, SN: \n\n" +
				"NAME: \"1\", DESCR: \"WS-X6748-GE-TX CEF720 48 port 10/100/1000mb Ethernet Rev. 2.5\"\nPID: WS-X6748-GE-TX    , VID: V02, SN: SAL0000A1AA\n",
			Report{Model: "WS-C6509-E"},
		},
		{ // a chassis without a product number
			"cisco_ios", "show inventory",
			"NAME: \"Switch1 System\", DESCR: \"Cisco Systems, Inc. WS-C4500X-16 2 slot switch \"\nPID:                    , VID:      , SN: JAE0000A1AA\n\n" +
				"NAME: \"Switch1 Supervisor(slot 1)\", DESCR: \"4500X-16 10GE (SFP+)\"\nPID: WS-X4500X-16       , VID: V01  , SN: JAE0000A2AA\n",
			Report{Model: "WS-C4500X-16", Serial: "JAE0000A1AA"},
		},
		{
			"cisco_ios", "show inventory",
			"NAME: \"Chassis 1 Power Supply Module 0\", DESCR: \"Cisco Catalyst 9500 Series 650W AC Power Supply\"\n" +
				"PID: C9K-PWR-650WAC-R  , VID: V01  , SN: ART0000A1AA\n\n" +
				"NAME: \"Chassis 1\", DESCR: \"Cisco Catalyst 9500 Series\"\nPID: C9500-32C         , VID: V01  , SN: CAT0000A1AA\n",
			Report{Model: "C9500-32C", Serial: "CAT0000A1AA"},
		},
		{ // a Catalyst 6500 that CatOS rules and IOS routes
			"cisco_ios", "show version",
			"cisco Catalyst 6000 (R7000) processor with 458752K/65536K bytes of memory.\nProcessor board ID SAD0000A1AA\n",
			Report{Model: "Catalyst 6000", Serial: "SAD0000A1AA"},
		},
		{
			"cisco_nxos", "show version | json",
			`{"header_str": "Cisco Nexus", "bios_ver_str": "07.59", "kickstart_ver_str": "7.0(3)I5(2)", "chassis_id": "Nexus9000 C9396PX Chassis", ` +
				`"proc_board_id": "SAL0000A1AA", "host_name": "lab-leaf-1", "kern_uptm_days": "9", "rr_sys_ver": "7.0(3)I4(2)"}`,
			Report{Version: "7.0(3)I5(2)", Model: "Nexus9000 C9396PX Chassis", Serial: "SAL0000A1AA", Hostname: "lab-leaf-1"},
		},
		{ // SAN-OS
			"cisco_nxos", "show version",
			"  kickstart: version 3.3(1c)\n  system:    version 3.3(1c)\n\nHardware\n  cisco MDS 9124 (1 Slot) Chassis (\"1/2/4 Gbps FC/Supervisor-2\")\n" +
				"\nlab-mds-1   kernel uptime is 1 days 11 hours 4 minute(s) 1 second(s)\n\n  System version: 3.2(2c)\n",
			Report{Version: "3.3(1c)", UptimeSeconds: seconds(126241), Model: "MDS 9124", Hostname: "lab-mds-1"},
		},
		{
			"cisco_xr", "show inventory",
			"NAME: \"Rack 0-FAN 0\", DESCR: \"Fan tray\"\nPID: NC55-5504-FAN , VID: V01, SN: NCV0000A1AA\n\n" +
				"NAME: \"Rack 0\", DESCR: \"NCS5504 w/ 4 LC slots, 6 FC slots\"\nPID: NCS-5504          , VID: V01, SN: FGE0000A1AA\n",
			Report{Model: "NCS-5504", Serial: "FGE0000A1AA"},
		},
		{
			"juniper_junos", "show version | display xml",
			"<software-information>\n  <host-name>lab-vmx-1</host-name>\n  <product-model>vmx</product-model>\n  <junos-version>20.3R1.8</junos-version>\n" +
				"  <comment>JUNOS OS Kernel 64-bit  [20200909.75d8b8a_builder_stable_11]</comment>\n",
			Report{Version: "20.3R1.8", Model: "vmx", Hostname: "lab-vmx-1"},
		},
		{ // a board ahead of the chassis
			"hp_comware", "display device manuinfo",
			"Slot 1 CPU 0:\nDEVICE_NAME          : LSQ1MPUB0\nDEVICE_SERIAL_NUMBER : 210231A0000000000002\n" +
				"Chassis self :\nDEVICE_NAME          : S7506E\nDEVICE_SERIAL_NUMBER : 210235A0000000000001\n",
			Report{Model: "S7506E", Serial: "210235A0000000000001"},
		},
		{
			"cisco_s300", "show inventory",
			"NAME: \"1\"   DESCR: \"SF302-08 8-Port 10/100 Managed Switch\"\nPID: SRW208G-K9   VID: V01   SN: Information Unavailable\n",
			Report{Model: "SRW208G-K9", Members: []ReportedMember{{Member: "1", Model: "SRW208G-K9"}}},
		},
		{ // the neighbour's
			"cisco_ios", "show cdp neighbors detail",
			"Device ID: lab-other-1\nVersion :\nCisco IOS Software, C3750E Software (C3750E-UNIVERSALK9-M), Version 12.2(55)SE5, RELEASE SOFTWARE (fc1)\n",
			Report{},
		},
		{
			"cisco_s300", "show lldp neighbors gi1", "System Name: lab-other-1\n",
			Report{},
		},
		{
			"edgecore", "show interfaces transceiver ethernet 1/25", "Serial Number : X0000001\n",
			Report{},
		},
		{ // captures that are kept in source code are indented
			"cisco_xr", "show version",
			"        Cisco IOS XR Software, Version 6.1.4.10I[Default]\n        lab-xr-9 uptime is 1 hour\n" +
				"        cisco ASR9K Series (Intel 686 F6M14S4) processor with 6291456K bytes of memory.\n",
			Report{Version: "6.1.4.10I", UptimeSeconds: seconds(3600), Model: "ASR9K", Hostname: "lab-xr-9"},
		},
		{
			"cisco_asa", "show version",
			"    Cisco Adaptive Security Appliance Software Version 9.8(1)\n    lab-asa-9 up 1 day 2 hours\n    failover cluster up 4 days\n" +
				"    Hardware:   ASAv, 2048 MB RAM\n    Serial Number: 9A00000001A\n",
			Report{Version: "9.8(1)", UptimeSeconds: seconds(93600), Model: "ASAv", Serial: "9A00000001A", Hostname: "lab-asa-9"},
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
		reading, _ := p.Parse([]Output{{Command: tt.command, Text: tt.text}}) // most of these hold no version
		if diff := cmp.Diff(tt.want, reading.Facts.Report("")); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tt.platform, tt.command, diff)
		}
	}
}
