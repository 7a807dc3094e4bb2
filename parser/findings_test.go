package parser

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQuestions puts to the definitions what devices ask before their first prompt, and says what is typed.
func TestQuestions(t *testing.T) {
	registry := builtIns(t)
	for _, tt := range []struct{ platform, line, want string }{
		{"avaya_ers", "Enter Ctrl-Y to begin.", "\x19"},
		{"avaya_ers", "Use arrow keys to highlight option, press <Return> or <Enter> to select option.", "c"},
		{"extreme_vsp", "  Enter Ctrl-Y to begin.", "\x19"},
		{"extreme_vsp", "Login:", "{username}"},
		{"ubiquiti_edgeswitch", "lab-closet-US.v6.3.13#", "telnet localhost || cli"},
		{"ubiquiti_edgeswitch", "lab-usw-BZ.6.5.32#", "telnet localhost || cli"},
		{"ubiquiti_edgeswitch", "lab-usw-7-EU.7.0.50#", "telnet localhost || cli"},
		{"ubiquiti_edgeswitch", "lab-usw#", ""},
		{"checkpoint_gaia", "[Expert@lab-gw-1:0]#", "clish"},
		{"f5_tmsh", "[lab@lab-f5-1:Active:In Sync] ~ #", "tmsh"},
		{"f5_tmsh", "[corp\\lab@lab-f5-1:Standby:Not All Devices Synced] config #", "tmsh"},
		{"juniper_junos", "root@lab-srx-1:~ #", "cli"},
		{"juniper_junos", "root@lab-srx-1%", "cli"},
		{"huawei_smartax", "Are you sure to continue? [YES|NO]:", "YES"},
		{"huawei_smartax", "Do you agree with the terms above (YES/NO):", "YES"},
		{"huawei_smartax", ">>User name:", "{username}"},
		{"huawei_smartax", ">>User password:", "{password}"},
		{"huawei_smartax", "  Are you sure to log out? (y/n)[n]:", "y"},
		{"huawei_vrp", "Warning: There are security risks in the configuration file. Continue? [Y/N]:", "y"},
		{"huawei_vrp", "Continue? [Y/N]:", "y"},
		{"huawei_vrp", "The password needs to be changed. Change now? [Y/N]:", "N"},
		{"huawei_vrp", "Your password will expire in 3 days, please choose whether to change it [Y/N]:", "N"},
		{"hp_procurve", "Do you want to log out [y/n]?", "y"},
		{"hp_procurve", "Do you want to save current configuration [y/n/^C]?", "n"},
		{"hp_comware", "All commands can be displayed and executed. Continue? [Y/N]", "y"},
		{"juniper_screenos", "Accept this agreement y/[n]", "y"},
		{"lenovo_cnos", "Select Command Line Interface mode (ibmnos-cli/iscli):", "iscli"},
		{"fiberstore_fsos", "Password(1-16 chars):", "{password}"},
	} {
		p, _ := registry.Get(tt.platform)
		got := ""
		for _, g := range p.Session.Gates {
			if g.Fits(tt.line) {
				got = g.Answer
				break
			}
		}
		if got != tt.want {
			t.Errorf("%s answers %q with %q, want %q", tt.platform, tt.line, got, tt.want)
		}
	}
	for _, id := range []string{"avaya_ers", "extreme_vsp"} {
		if p, _ := registry.Get(id); !p.Session.Gates[0].Anywhere {
			t.Errorf("%s looks for Ctrl-Y on the last line only", id)
		}
	}
}

// TestEnableAlways names the platforms whose commands need a mode that asks for no password as a rule.
func TestEnableAlways(t *testing.T) {
	registry := builtIns(t)
	for _, id := range []string{"ubiquiti_edgeswitch", "netgear_prosafe", "broadcom_icos", "dell_os6", "extreme_vsp", "avaya_ers", "huawei_smartax"} {
		if p, _ := registry.Get(id); p.Session.Enable == nil || !p.Session.Enable.Always {
			t.Errorf("%s types enable with a secret only", id)
		}
	}
	p, _ := registry.Get("hp_comware")
	if e := p.Session.Enable; e == nil || e.Always || e.Command != "_cmdline-mode on" || !e.Ask.MatchString("Please input password:") || !e.When.MatchString("<lab-1910>") {
		t.Errorf("hp_comware: %+v", e)
	}
	p, _ = registry.Get("fortinet")
	if diff := cmp.Diff([]string{"config global"}, p.Session.Setup); diff != "" {
		t.Errorf("fortinet's setup (-want +got):\n%s", diff)
	}
}

// TestPrompts tries prompts of the field, and what is none.
func TestPrompts(t *testing.T) {
	registry := builtIns(t)
	for _, tt := range []struct {
		platform, line string
		want           bool
	}{
		{"huawei_vrp", "HRP_A<lab-fw-1>", true}, {"huawei_vrp", "HRP_M[lab-fw-1]", true}, {"huawei_vrp", "HRP_S<lab-fw-1>", true},
		{"dell_powerconnect", "Lab Switch 1#", true}, {"dell_os6", "Lab Switch 1>", true}, {"cisco_s300", "Lab Switch 1#", true}, {"netgear_prosafe", "Lab Switch#", true},
		{"fortinet", "Lab Gate 1 #", true}, {"fortinet", "lab-gate-1 (global) #", true}, {"nokia_sros", "A:Lab Router#", true},
		{"paloalto_panos", "lab@corp.example@lab-fw-1>", true}, {"paloalto_panos", `corp\lab@lab-fw-1(active)>`, true},
		{"juniper_junos", "lab@corp.example@lab-srx-1>", true}, {"juniper_junos", `corp\lab@lab-srx-1#`, true}, {"nokia_sros", "A:lab@corp.example@lab-sr-1#", true},
		{"vyos", "lab@corp.example@lab-vyos-1:~$", true}, {"f5_tmsh", "lab@corp.example@(lab-f5-1)(cfg-sync In Sync)(Active)(/Common)(tmos)#", true},
		{"openwrt", "lab@corp.example@lab-owrt-1:~#", true}, {"lancom_lcos", "lab@corp.example@lab-lc-1:/>", true}, {"sonicwall", `corp\lab@lab-fw-1>`, true},
		{"ubiquiti_unifios", "lab@corp.example@lab-udm-1:~#", true}, {"vmware_esxi", "[lab@corp.example@lab-esx-1:~]", true},
		{"cumulus", "lab@corp.example@lab-leaf-1:mgmt:~$", true}, {"ubiquiti_edgerouter", "lab@corp.example@lab-er-1:~$", true}, {"sonic", "lab@corp.example@lab-leaf-1:~$", true},
		{"netgear_prosafe", "lab-gs-1#", true}, {"ubiquiti_edgeswitch", "lab-usw-1#", true}, {"ubiquiti_edgeswitch", "(UBNT EdgeSwitch) >", true},
		{"avaya_ers", "LAB-ERS-1>#", true}, {"cisco_ios", "lab-1>>", true}, {"aruba_os", " (lab-md-1) ^*[mynode] #", true}, {"cisco_ios", "  lab-1#", true},
		{"cisco_ios", "[24;1Hlab-1#", true}, {"hp_procurve", "[?25hlab-1#", true}, {"nokia_sros", "#A:lab-sar-1#", true},
		{"cisco_ios", "Building configuration...", false}, {"hp_comware", "[lab-1", false},
	} {
		p, _ := registry.Get(tt.platform)
		if got := matchesAny(p.Session.Prompt, tt.line); got != tt.want {
			t.Errorf("%s takes %q for a prompt: %v", tt.platform, tt.line, got)
		}
	}
}

// TestRefusals has the ways in which devices, their shells and their AAA servers say no, and answers that look a bit like it.
func TestRefusals(t *testing.T) {
	registry := builtIns(t)
	for _, tt := range []struct {
		platform, text string
		want           bool
	}{
		{"juniper_junos", "show: Command not found.", true}, {"checkpoint_gaia", "bash: show: command not found", true},
		{"cisco_nxos", "% Authorization failed", true}, {"arista_eos", "% Authorization denied for command 'show version'", true}, {"cisco_xr", "% This command is not authorized", true},
		{"hp_procurve", "Command not authorized.", true}, {"aruba_aoscx", "Error: insufficient privileges", true}, {"dell_os9", "User lab is not authorized to run this command", true},
		{"ruckus_fastiron", "Error: You do not have permission to run this command", true}, {"brocade_fos", "Rejected by TACACS server", true},
		{"cisco_ios", "Command rejected by AAA", true}, {"fortinet", "Access denied", true}, {"linux", "-sh: cat: Permission denied", true},
		{"cisco_ios", "Cisco IOS Software, Version 15.2(4)E, authorized use only", false}, {"cisco_asa", "This platform has an ASA license. Permission notes follow.", false},
	} {
		p, _ := registry.Get(tt.platform)
		if _, got := p.refusal(tt.text); got != tt.want {
			t.Errorf("%s takes %q for a refusal: %v", tt.platform, tt.text, got)
		}
	}
}

// TestDetectLines shows banners of newer releases to the definitions.
func TestDetectLines(t *testing.T) {
	registry := builtIns(t)
	for _, tt := range []struct{ platform, line string }{
		{"dell_os9", "Dell EMC Real Time Operating System Software"},
		{"dell_os9", "Dell EMC Networking Real Time Operating System Software"},
		{"cisco_s300", " 1          SG550X-48MP"},
		{"cisco_s300", "System Description:                       CBS350-24P-4G 24-Port Gigabit PoE Managed Switch"},
		{"dell_powerconnect", "System Description:                       Dell Networking X1052 Smart Web Managed Switch"},
		{"sonic", "Software Version  : 4.1.2-Enterprise_Base"}, {"sonic", "Software Version  : '4.0.0-Enterprise_Standard'"},
		{"ericsson_ipos", "Ericsson IPOS Version IPOS-v21.1.0.5.77-Release"},
		{"ubiquiti_unifi", "Model:       USW-24-PoE"},
	} {
		if p, _ := registry.Get(tt.platform); !p.Detect.Line.MatchString(tt.line) {
			t.Errorf("%s does not know %q", tt.platform, tt.line)
		}
	}
}
