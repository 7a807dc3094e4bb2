package parser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKinds reads what releases, members and output formats do to answers: each row is one kind, in values of its own.
func TestKinds(t *testing.T) {
	registry := builtIns(t)
	seconds := func(n int64) *int64 { return &n }
	for _, tt := range []struct {
		kind, platform string
		outputs        []Output
		want           Report
	}{
		{
			"the members of a private build have its number, the device its name", "cisco_ios",
			[]Output{{Command: "show version", Text: "Cisco IOS XE Software, Version BLD_LAB_20260101_010101\nlab-sw uptime is 19 minutes\n\n" +
				"Switch Ports Model              SW Version        SW Image              Mode   \n------ ----- -----              ----------        ----------            ----   \n" +
				"*    1 40    C9300-24P          17.06.01          CAT9K_IOSXE           INSTALL\n     2 40    C9300-24P          17.06.02          CAT9K_IOSXE           INSTALL\n"}},
			Report{
				Version: "BLD_LAB_20260101_010101", Hostname: "lab-sw", UptimeSeconds: seconds(1140),
				Members: []ReportedMember{
					{Member: "1", Role: "active", Model: "C9300-24P", Version: "17.06.01"}, {Member: "2", Model: "C9300-24P", Version: "17.06.02", Differs: true},
				},
			},
		},
		{
			"a remark behind the version", "cisco_nxos",
			[]Output{{Command: "show version | json", Text: `{"host_name": "lab-n9k", "kickstart_ver_str": "7.3(1)D1(1) [build 7.3(1)D1(0.10)]", "chassis_id": "NX-OSv Chassis"}`}},
			Report{Version: "7.3(1)D1(1)", Model: "NX-OSv Chassis", Hostname: "lab-n9k"},
		},
		{
			"a remark behind the version", "arista_eos",
			[]Output{{Command: "show version | json", Text: `{"modelName": "cEOSLab", "version": "4.31.2F-30000001.4312F (engineering build)", "uptime": 374.1}`}},
			Report{Version: "4.31.2F-30000001.4312F", Model: "cEOSLab", UptimeSeconds: seconds(374)},
		},
		{
			"a remark behind the version", "hp_comware",
			[]Output{{Command: "display version", Text: "H3C Comware Platform Software\nComware Software, Version 5.20, Release 2512P04, Standard\nH3C MSR30-20 uptime is 3 weeks, 5 days, 5 hours, 18 minutes\nSystem returned to ROM By Power-up.\n"}},
			Report{Version: "5.20, Release 2512P04", Model: "MSR30-20", UptimeSeconds: seconds(2265480), ReloadReason: "Power-up"},
		},
		{
			"a placeholder for a reason", "cisco_ios",
			[]Output{{Command: "show version", Text: "Cisco IOS XE Software, Version 17.03.04\nlab-r1 uptime is 5 minutes\nSystem returned to ROM by <NULL>\n"}},
			Report{Version: "17.03.04", Hostname: "lab-r1", UptimeSeconds: seconds(300)},
		},
		{
			"a placeholder for a host name", "avaya_ers",
			[]Output{{Command: "show sys-info", Text: "sysName:   Not available\nSerial #:  NOT_AVAILABLE\n"}},
			Report{},
		},
		{
			"the maker's name is no model", "dell_os9",
			[]Output{{Command: "show system stack-unit 0", Text: "Dell Networking OS Version : 9.13(0.2)\nProduct Name               : DELL MXL 10/40GbE\nSerial Number              : CN0000000A0001\n"}},
			Report{Version: "9.13(0.2)", Model: "MXL", Serial: "CN0000000A0001"},
		},
		{
			"the name of the next field where the value is missing", "extreme_exos",
			[]Output{{Command: "show version", Text: "Switch      : SN: BootROM: 2.0.1.7    IMG: 16.2.5.4\n"}},
			Report{Version: "16.2.5.4"},
		},
		{
			"a list of packages in place of a version", "netgate_tnsr",
			[]Output{{Command: "show version all", Text: "                tnsr-release 24.10-2\n                      cligen 7.1.0-3+tnsr-v24.10-2+jammy\n                        tnsr 24.10-2\n"}},
			Report{Version: "24.10-2"},
		},
		{
			"an inventory of another layout", "extreme_slx",
			[]Output{{Command: "show inventory chassis", Text: "NAME: Chassis  \t\tDESCR:System Chassis\nSID:BR-SLX9540     \tSwitchType:4001\nPN:99-0000000-01  \tSN:RED0000A00A\n"}},
			Report{Model: "BR-SLX9540", Serial: "RED0000A00A"},
		},
		{
			"the letters of the maker ahead of the version", "edgecore",
			[]Output{{Command: "show version", Text: "  ES4624 Device, Compiled on Jul 02 2011 11:20:31\n  SoftWare Version Vco.6.2.14.5\n  BootRom Version 2.0.11\n  Device serial number EC0000A00005\n  Uptime is 5 weeks, 1 days, 3 hours, 12 minutes\n"}},
			Report{Version: "6.2.14.5", Model: "ES4624", Serial: "EC0000A00005", UptimeSeconds: seconds(3121920)},
		},
		{
			"structured output of one command of several", "juniper_junos",
			[]Output{{Command: "show system information | display json", Text: `{"system-information": [{"hardware-model": [{"data": "qfx5100-48s"}], "os-name": [{"data": "junos-qfx"}], ` +
				`"os-version": [{"data": "18.4R2-S3.4"}], "serial-number": [{"data": "TA0000000001"}], "host-name": [{"data": "lab-leaf3"}]}]}`}},
			Report{Version: "18.4R2-S3.4", Model: "qfx5100-48s", Serial: "TA0000000001", Hostname: "lab-leaf3"},
		},
		{
			"structured output of one command of several", "paloalto_panos",
			[]Output{{Command: "show system info", Text: "<response status=\"success\"><result><system><hostname>lab-pa</hostname><uptime>1 days, 1:33:04</uptime><devicename>lab-pa</devicename>" +
				"<family>vm</family><model>PA-VM</model><serial>unknown</serial><sw-version>10.1.9</sw-version><app-version>655-3816</app-version></system></result></response>"}},
			Report{Version: "10.1.9", Model: "PA-VM", Hostname: "lab-pa", UptimeSeconds: seconds(91984)},
		},
		{
			"a second command line under a maker's name", "dlink_ds",
			[]Output{{Command: "show version", Text: "System description      : DGS-3612G Gigabit Ethernet Switch\nSystem start time       : 2012-03-05 7:16:09\nSystem uptime           : 3:1:14:52\n" +
				"System hardware version : A2.0\nSystem software version : v10.2(4T12), Release(77011)\nSystem BOOT version     : 10.2.77011\nSystem serial number    : NA\n"}},
			Report{Version: "10.2(4T12)", Model: "DGS-3612G", UptimeSeconds: seconds(263692)},
		},
		{
			"one name for the switches of several makers", "fiberstore_fsos",
			[]Output{
				{Command: "show version", Text: "Unit 1 -----------------------------\n Serial Number          : CG0000A00011\n Number of Ports        : 28\n Loader Version         : 1.0\n FSOS Software Version  : 1.6.8\n Hardware Version       : 1.0\n"},
				{Command: "show system", Text: " System Up Time         : 12 days, 9 hours, 12 minutes, and 26.14 seconds\n System Name            : lab-fs-8\n"},
			},
			Report{Version: "1.6.8", Serial: "CG0000A00011", Hostname: "lab-fs-8", UptimeSeconds: seconds(1069946)},
		},
		{
			"the member that answers is named below the answer", "juniper_junos",
			[]Output{{Command: "show version", Text: "node0:\n----\nHostname: lab-fw-a\nModel: srx345\nJunos: 20.4R3\n\nnode1:\n----\nHostname: lab-fw-b\nModel: srx345\nJunos: 20.4R3-S2\n\n{secondary:node1}\nlab@lab-fw-b> "}},
			Report{
				Version: "20.4R3-S2", Model: "srx345", Hostname: "lab-fw-b",
				Members: []ReportedMember{{Member: "0", Model: "srx345", Version: "20.4R3", Differs: true}, {Member: "1", Model: "srx345", Version: "20.4R3-S2"}},
			},
		},
		{
			"the member that answers is named in the prompt", "juniper_junos",
			[]Output{{Command: "show version", Prompt: "{master:4}\nlab@lab-vc>", Text: "fpc3:\n----\nHostname: lab-vc\nModel: ex4300-48p\nJunos: 18.4R2\n\nfpc4:\n----\nHostname: lab-vc\nModel: ex4300-24t\nJunos: 18.4R3\n"}},
			Report{
				Version: "18.4R3", Model: "ex4300-24t", Hostname: "lab-vc",
				Members: []ReportedMember{{Member: "3", Model: "ex4300-48p", Version: "18.4R2", Differs: true}, {Member: "4", Model: "ex4300-24t", Version: "18.4R3"}},
			},
		},
		{
			"nobody is named, so that the first speaks for all", "juniper_junos",
			[]Output{{Command: "show version", Prompt: "{master}\nlab@lab-vc>", Text: "fpc3:\n----\nModel: ex4300-48p\nJunos: 18.4R2\n\nfpc4:\n----\nHostname: lab-vc\nModel: ex4300-24t\nJunos: 18.4R3\n"}},
			Report{
				Version: "18.4R2", Model: "ex4300-48p", Hostname: "lab-vc",
				Members: []ReportedMember{{Member: "3", Model: "ex4300-48p", Version: "18.4R2"}, {Member: "4", Model: "ex4300-24t", Version: "18.4R3", Differs: true}},
			},
		},
		{
			"members in XML", "juniper_junos",
			[]Output{{Command: "show version | display xml", Prompt: "{primary:node1}\nlab@lab-fw-b>", Text: "<rpc-reply xmlns:junos=\"http://xml.juniper.net/junos/20.4R0/junos\"><multi-routing-engine-results>" +
				"<multi-routing-engine-item><re-name>node0</re-name><software-information><host-name>lab-fw-a</host-name><junos-version>20.4R3</junos-version></software-information></multi-routing-engine-item>" +
				"<multi-routing-engine-item><re-name>node1</re-name><software-information><host-name>lab-fw-b</host-name><junos-version>20.4R4</junos-version></software-information></multi-routing-engine-item>" +
				"</multi-routing-engine-results></rpc-reply>"}},
			Report{Version: "20.4R4", Hostname: "lab-fw-b"},
		},
		{
			"an uptime in XML", "juniper_junos",
			[]Output{{Command: "show system uptime | display xml", Text: "<rpc-reply><system-uptime-information><current-time><date-time junos:seconds=\"1700000000\">2023-11-14 22:13:20 UTC</date-time></current-time>" +
				"<system-booted-time><date-time junos:seconds=\"1699913600\">2023-11-13 22:13:20 UTC</date-time><time-length junos:seconds=\"86400\">1d 00:00</time-length></system-booted-time></system-uptime-information></rpc-reply>"}},
			Report{UptimeSeconds: seconds(86400)},
		},
		{
			"a stack's inventory in XML", "juniper_junos",
			[]Output{{Command: "show chassis hardware | display xml", Text: "<chassis-inventory><chassis><name>Chassis</name><description>Virtual Chassis</description>" +
				"<chassis-module><name>FPC 0</name><serial-number>PE0000000001</serial-number><description>EX4300-48P</description><model-number>EX4300-48P</model-number></chassis-module></chassis></chassis-inventory>"}},
			Report{Model: "EX4300-48P", Serial: "PE0000000001"},
		},
		{
			"parts of an uptime in keys of their own", "cisco_nxos",
			[]Output{{Command: "show system uptime | json", Text: `{"sys_st_time": "Mon", "sys_up_days": "3", "sys_up_hrs": "4", "sys_up_mins": "5", "sys_up_secs": "6"}`}},
			Report{UptimeSeconds: seconds(273906)},
		},
		{
			"the same in XML", "cisco_nxos",
			[]Output{{Command: "show version | xml", Text: "<nf:rpc-reply><nf:data><show><version><readonly><nxos_ver_str>10.2(5)</nxos_ver_str><chassis_id>Nexus9000 C93180YC-FX Chassis</chassis_id>" +
				"<kern_uptm_days>1</kern_uptm_days><kern_uptm_hrs>0</kern_uptm_hrs><kern_uptm_mins>1</kern_uptm_mins><kern_uptm_secs>1</kern_uptm_secs></readonly></version></show></nf:data></nf:rpc-reply>"}},
			Report{Version: "10.2(5)", UptimeSeconds: seconds(86461), Model: "Nexus9000 C93180YC-FX Chassis"},
		},
		{
			"the chassis' serial beside the board's", "cisco_nxos",
			[]Output{
				{Command: "show version", Text: "Cisco Nexus Operating System (NX-OS) Software\n  system:    version 7.3(13)N1(1)\nHardware\n  cisco Nexus 5548 Chassis (\"O2 32X10GE/Modular Supervisor\")\n  Processor Board ID FOC0000B1BB\n  Device name: lab-n5k-1\n"},
				{Command: "show inventory", Text: "NAME: \"Chassis\",  DESCR: \"Nexus5548 Chassis\"\nPID: N5K-C5548UP         ,  VID: V01 ,  SN: SSI0000A1AA\n"},
			},
			Report{Version: "7.3(13)N1(1)", Model: "Nexus 5548", Serial: "SSI0000A1AA", Hostname: "lab-n5k-1"},
		},
		{
			"a serial of the board only", "cisco_nxos",
			[]Output{{Command: "show version", Text: "  NXOS: version 10.2(5)\nHardware\n  cisco Nexus9000 C93180YC-FX Chassis\n  Processor Board ID FDO0000B1BB\n"}, {Command: "show inventory", Text: "% Permission denied for the role"}},
			Report{Version: "10.2(5)", Model: "Nexus9000 C93180YC-FX", Serial: "FDO0000B1BB"},
		},
		{
			"a modular chassis of IOS", "cisco_ios",
			[]Output{
				{Command: "show version", Text: "Cisco IOS Software, s2t54 Software, Version 15.1(2)SY11\nlab-cat-1 uptime is 1 day\nCisco WS-C6509-E (M8572) processor with 1785856K bytes of memory.\nProcessor board ID SAL0000B1BB\n"},
				{Command: "show inventory", Text: "NAME: \"WS-C6509-E\", DESCR: \"Cisco Systems Catalyst 6500 9-slot Chassis System\"\nPID: WS-C6509-E        , VID: V04, SN: SMG0000A1AA\n"},
			},
			Report{Version: "15.1(2)SY11", UptimeSeconds: seconds(86400), Model: "WS-C6509-E", Serial: "SMG0000A1AA", Hostname: "lab-cat-1"},
		},
		{
			"a stack whose second member answers", "cisco_ios",
			[]Output{
				{Command: "show version", Text: "Cisco IOS XE Software, Version 17.09.04a\nlab-st-1 uptime is 1 day\ncisco C9300-48U (X86) processor with 1331521K/6147K bytes of memory.\nProcessor board ID FCW0000A2AA\n"},
				{Command: "show inventory", Text: "NAME: \"c93xx Stack\", DESCR: \"c93xx Stack\"\nPID: C9300-24T         , VID: V02  , SN: FCW0000A1AA\n\nNAME: \"Switch 1\", DESCR: \"C9300-24T\"\nPID: C9300-24T         , VID: V02  , SN: FCW0000A1AA\n\nNAME: \"Switch 2\", DESCR: \"C9300-48U\"\nPID: C9300-48U         , VID: V02  , SN: FCW0000A2AA\n"},
			},
			Report{Version: "17.09.04a", UptimeSeconds: seconds(86400), Model: "C9300-48U", Serial: "FCW0000A2AA", Hostname: "lab-st-1"},
		},
		{
			"the row of the member that manages a stack", "dell_os9",
			[]Output{
				{Command: "show version", Text: "Dell EMC Application Software Version:  9.14(2.4)\nSystem Type: S4048-ON\n"},
				{Command: "show system stack-unit 0", Text: "-- Unit 0 --\nUnit Type : Member Unit\nSerial Number : CN0000000A1\n"},
				{Command: "show inventory", Text: "Unit Type                  Serial Number    Part Number  Rev  Piece Part ID  Svc Tag  Exprs Svc Code\n  0  S4048-ON-01-FE-52T  CN0000000A1  0X00A1  A00  -  A1AAAA1  000 000\n* 1  S4048-ON-01-FE-52T  CN0000000A2  0X00A1  A00  -  A2AAAA2  000 000\n"},
			},
			Report{Version: "9.14(2.4)", Model: "S4048-ON", Serial: "CN0000000A2"},
		},
		{
			"the master among the slots", "huawei_vrp",
			[]Output{{Command: "display esn", Text: "ESN of slot 0: 2102350000000000A1\nESN of master: 2102350000000000A2\n"}},
			Report{Serial: "2102350000000000A2", Members: []ReportedMember{{Member: "0", Serial: "2102350000000000A1"}}},
		},
		{
			"a model with nothing behind it", "cisco_xr",
			[]Output{{Command: "show version", Text: "Cisco IOS XR Software, Version 7.5.2 LNT\n\ncisco NCS-540\nSystem uptime is 2 hours\n"}},
			Report{Version: "7.5.2", UptimeSeconds: seconds(7200), Model: "NCS-540"},
		},
		{
			"a counter of 32 bits beside one that does not run over", "huawei_smartax",
			[]Output{{Command: "display version", Text: "  VERSION : MA5600V800R018C10\n  PRODUCT : MA5680T\n  Uptime is 3 day(s), 2 hour(s), 4 minute(s), 33 second(s)\n"}, {Command: "display sysuptime", Text: "  System up time: 500 day 4 hour 32 minute 26 second\n"}},
			Report{Version: "MA5600V800R018C10", UptimeSeconds: seconds(43216346), Model: "MA5680T"},
		},
		{
			"the boot time beside a counter that ran over", "extreme_exos",
			[]Output{{Command: "show switch", Text: "Current Time:     Fri Mar 14 10:00:00 2025\nBoot Time:        Fri Nov  3 07:32:07 2023\nSystem UpTime:    0 days 0 hours 0 minutes 0 seconds\n"}},
			Report{UptimeSeconds: seconds(42949673)},
		},
		{
			"two uptimes that differ are not a counter that ran over", "huawei_smartax",
			[]Output{{Command: "display version", Text: "  VERSION : MA5600V800R018C10\n  Uptime is 3 day(s), 2 hour(s), 4 minute(s), 33 second(s)\n"}, {Command: "display sysuptime", Text: "  System up time: 700 day 4 hour 32 minute 0 second\n"}},
			Report{Version: "MA5600V800R018C10", UptimeSeconds: seconds(266673)},
		},
		{
			"a colon for the dots", "broadcom_icos",
			[]Output{{Command: "show version", Text: "Machine Model : AS5610-52X\nSoftware Version: 3.2.2.42\nSerial Number = X0000001\n"}, {Command: "show sysinfo", Text: "System Name  lab-icos-1\nSystem Up Time.... 1 days 0 hrs 0 mins 5 secs\n"}},
			Report{Version: "3.2.2.42", UptimeSeconds: seconds(86405), Model: "AS5610-52X", Serial: "X0000001", Hostname: "lab-icos-1"},
		},
		{
			"the first line has lost its blanks", "cisco_asa",
			[]Output{{Command: "show version", Text: "Cisco Adaptive Security Appliance Software Version 9.16(4)\n        lab-asa-1 up 2 days 1 hour\n        Hardware:   ASA5516, 8192 MB RAM\n        Serial Number: JAD0000A1AA\n"}},
			Report{Version: "9.16(4)", UptimeSeconds: seconds(176400), Model: "ASA5516", Serial: "JAD0000A1AA", Hostname: "lab-asa-1"},
		},
		{
			"the same where rules begin at the line's start", "aruba_aoscx",
			[]Output{{Command: "show system", Text: "Hostname               : lab-cx-1\n    ArubaOS-CX Version     : FL.10.10.1020\n    Product Name           : JL675A 6100\n    Chassis Serial Nbr     : SG00000001\n    Up Time                : 1 day, 2 hours\n"}},
			Report{Version: "FL.10.10.1020", UptimeSeconds: seconds(93600), Model: "JL675A 6100", Serial: "SG00000001", Hostname: "lab-cx-1"},
		},
		{
			"a successor under another brand", "dell_powerconnect",
			[]Output{{Command: "show system", Text: "System Description:                       Dell EMC Networking X1052 Smart Web Managed Switch\nSystem Up Time (days,hour:min:sec):       1,00:00:09\nSystem Name:                              lab-x-1\n"}},
			Report{UptimeSeconds: seconds(86409), Model: "X1052", Hostname: "lab-x-1"},
		},
		{
			"another family of the vendor", "netgear_prosafe",
			[]Output{{Command: "show version", Text: "Loader Version   : 1.0.0.9\nFirmware Version : 6.0.11.3 (6.0.11.3)\nMAC Address      : 00:00:5E:00:53:21\nSN               : 5XX0000A1AAAA\n"}, {Command: "show running-config", Text: "! Model: GS728TPP\n! System Up Time: 3 days, 1 hours, 0 mins, 2 secs\n"}},
			Report{Version: "6.0.11.3", UptimeSeconds: seconds(262802), Model: "GS728TPP", Serial: "5XX0000A1AAAA"},
		},
		{
			"a switch of another maker", "cisco_s300",
			[]Output{{Command: "show version", Text: "Loader Version    : 2011.12.45351\nFirmware Version : 1.1.4.1\nFirmware Date     : Jan 01 2019\n"}},
			Report{Version: "1.1.4.1"},
		},
		{
			"a letter ahead of the figures", "ericsson_ipos",
			[]Output{{Command: "show version", Text: "Ericsson IPOS Version IPOS-v21.1.0.5.77-Release\nRouter Up Time -   1 days, 0 hours 0 mins\n"}},
			Report{Version: "21.1.0.5.77", UptimeSeconds: seconds(86400)},
		},
		{
			"a clock without padding", "fiberstore_fsos",
			[]Output{{Command: "show version", Text: "System description      : FS Campus Switch (S5810-28TS) By FS.COM Inc\nSystem uptime           : 0:1:2:3\nSystem software version : FSOS 11.4(1)B12P11\n"}},
			Report{Version: "11.4(1)B12P11", UptimeSeconds: seconds(3723), Model: "S5810-28TS"},
		},
		{
			"a board ahead of a chassis without an entry", "hp_comware",
			[]Output{{Command: "display device manuinfo", Text: "Slot 0:\nDEVICE_NAME          : LSQ1SRP1CB0\nDEVICE_SERIAL_NUMBER : 210231A0000000000003\nSlot 2:\nDEVICE_NAME          : LSQ1GV48SC0\nDEVICE_SERIAL_NUMBER : 210231A0000000000004\n"}},
			Report{},
		},
		{
			"an access point", "aruba_os",
			[]Output{{Command: "show activate status", Text: "Activate Management Service: Enabled\nIAP MAC Address              :00:00:5e:00:53:31\nIAP Serial Number            :CNX0000001\n"}},
			Report{Serial: "CNX0000001"},
		},
		{
			"no gateway of Check Point knows all commands", "checkpoint_gaia",
			[]Output{{Command: "show version all", Text: "CLINFR0329  Invalid command:'show version all'."}, {Command: "show software-version", Text: "This is Check Point's 1590 Appliance R81.10.08 - Build 945\n"}},
			Report{Version: "R81.10.08", Model: "1590 Appliance"},
		},
		{
			"the prompt has the name that no command tells", "huawei_vrp",
			[]Output{{Command: "display version", Prompt: "<lab-ce-1>", Text: "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 8.180 (CE6850EI V200R005C10SPC800)\n"}},
			Report{Version: "V200R005C10SPC800", Hostname: "lab-ce-1"},
		},
		{
			"a prompt with the user's name", "zte_zxros",
			[]Output{{Command: "show version", Prompt: "lab@lab-zx-1(config)#", Text: "ZXR10 Router Operating System Software, ZTE Corporation\nZXR10 ROS Version V4.08.23\n"}},
			Report{Version: "V4.08.23", Hostname: "lab-zx-1"},
		},
		{
			"a switch without a name", "ruckus_fastiron",
			[]Output{{Command: "show version", Prompt: "SSH@ICX7250-48P Router#", Text: "  SW: Version 08.0.95\n"}},
			Report{Version: "08.0.95"},
		},
		{
			"a switch with one", "ruckus_fastiron",
			[]Output{{Command: "show version", Prompt: "SSH@lab-icx-1#", Text: "  SW: Version 08.0.95\n"}},
			Report{Version: "08.0.95", Hostname: "lab-icx-1"},
		},
		{
			"JSON on one line", "nokia_srl",
			[]Output{{Command: "show version | as json", Text: `{"basic system info": {"Hostname": "lab-srl-1", "Chassis Type": "7220 IXR-D2L", "Serial Number": "NS0000001", "Software Version": "v23.10.1", "Last Booted": "2024-01-05T09:10:11.000Z"}}`}},
			Report{Version: "23.10.1", BootTime: "2024-01-05T09:10:11Z", Model: "7220 IXR-D2L", Serial: "NS0000001", Hostname: "lab-srl-1"},
		},
		{
			"JSON of a state", "nokia_srl",
			[]Output{{Command: "info from state /platform chassis | as json", Text: `{"platform": {"chassis": {"type": "7220 IXR-D3L", "serial-number": "NS0000002"}}}`}, {Command: "info from state /system information | as json", Text: `{"system": {"information": {"version": "v24.3.2-118-g706b4f0d99", "current-datetime": "2024-05-02T10:00:00.000Z", "last-booted": "2024-05-01T10:00:00.000Z"}}}`}},
			Report{Version: "24.3.2", UptimeSeconds: seconds(86400), Model: "7220 IXR-D3L", Serial: "NS0000002"},
		},
		{
			"JSON for every fact", "cumulus",
			[]Output{{Command: "nv show platform -o json", Text: `{"hardware": {"product-name": "MSN2010", "serial-number": "MT0000X00001"}}`}, {Command: "nv show system -o json", Text: `{"hostname": "lab-leaf-1", "product-release": "5.9.2", "uptime": "1 day, 0:00:05"}`}},
			Report{Version: "5.9.2", UptimeSeconds: seconds(86405), Model: "MSN2010", Serial: "MT0000X00001", Hostname: "lab-leaf-1"},
		},
		{
			"the controller of a fabric that answers, in the middle of an upgrade", "cisco_apic",
			[]Output{{Command: "show version", Prompt: "lab-apic-2#", Text: " Role        Pod   Node  Name        Version\n controller  1     1     lab-apic-1  5.2(7g)\n controller  1     2     lab-apic-2  5.1(2e)\n leaf        1     101   lab-leaf-1  n9000-15.1(2e)\n"}},
			Report{Version: "5.1(2e)", Hostname: "lab-apic-2"},
		},
		{
			"an older generation with names of its own", "sonicwall",
			[]Output{{Command: "show version", Text: "Model: TZ 215\nSerial Number: 0000-5E00-5303\nFirmware Version: SonicOS Enhanced 5.9.1.7-2o\nUp Time: 3 Days, 4 Hours\n"}},
			Report{Version: "5.9.1.7-2o", UptimeSeconds: seconds(273600), Model: "TZ 215", Serial: "0000-5E00-5303"},
		},
		{
			"a version that its build follows without a blank", "raisecom_roap",
			[]Output{{Command: "show version", Text: "Product Name: ISCOM S5600-28C-EI-24F\nSoftware Version: 3.60.309(Compiled Feb 24 2020 18:39:04)\nROS Version: ROS_5.2.1_20200224\n"}},
			Report{Version: "3.60.309", Model: "ISCOM S5600-28C-EI-24F"},
		},
		{
			"the hardware of an appliance, in words of its own", "cisco_ise",
			[]Output{{Command: "show uptime", Text: "3 day(s), 18:55:02\n"}, {Command: "show udi", Text: "SPID: SNS-3615-K9\nVPID: V01\nSerial: ISE0000A0A1\n"}},
			Report{UptimeSeconds: seconds(327302), Model: "SNS-3615-K9", Serial: "ISE0000A0A1"},
		},
		{
			"a branch in the first line, and the release in the name of the image", "hillstone_stoneos",
			[]Output{{Command: "show version", Text: "Hillstone StoneOS software, Version 5.5\nProduct name: SG-6000-E3660 S/N: HS00000000000C03 Assembly number: B001\nBoot file is SG6000-M-5.5R9P4.img from flash\n"}},
			Report{Version: "5.5R9P4", Model: "SG-6000-E3660", Serial: "HS00000000000C03"},
		},
	} {
		p, _ := registry.Get(tt.platform)
		reading, _ := p.Parse(tt.outputs) // some hold no version
		if diff := cmp.Diff(tt.want, reading.Facts.Report("")); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", tt.platform, tt.kind, diff)
		}
	}
}
