package parser

import (
	"slices"
	"strings"
	"testing"
)

// TestNames keeps the table complete and without contradictions.
func TestNames(t *testing.T) {
	r := builtIns(t)
	owner := map[string]string{}
	for id, byTool := range r.library.names {
		if !r.has(id) {
			t.Errorf("%s is no platform", id)
		}
		for tool, all := range byTool {
			if !slices.Contains(Tools, tool) {
				t.Errorf("%s: %s is no tool", id, tool)
			}
			for _, name := range all {
				if other := owner[name]; other != "" && other != id {
					t.Errorf("%s is a name of %s and of %s", name, id, other)
				}
				if r.has(name) && name != id {
					t.Errorf("%s is a name of %s, and a platform", name, id)
				}
				owner[name] = id
			}
		}
	}
	for _, id := range r.IDs() {
		if _, ok := r.library.names[id]; !ok {
			t.Errorf("%s has no row", id)
		}
	}
}

// TestBuiltIns reads every built-in definition, and holds them to what is known of them before they are read.
func TestBuiltIns(t *testing.T) {
	r := builtIns(t)
	for _, id := range r.IDs() {
		file := "platforms/" + id + ".yml"
		text, err := definitions.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Load(file, text)
		if err != nil {
			t.Error(err)
			continue
		}
		if p.ID != id {
			t.Errorf("%s: id is %q, want the file's name", file, p.ID)
		}
		if len(p.Aliases) > 0 {
			t.Errorf("%s: the aliases of built-in platforms stand in names.yml", id)
		}
		if len(p.Gauges()) > 0 {
			t.Errorf("%s: gauges are for platforms of one's own", id)
		}
	}
}

func TestFind(t *testing.T) {
	r := builtIns(t)
	for name, want := range map[string]string{
		"cisco_ios": "cisco_ios", "cisco_ios_ssh": "cisco_ios", "cisco_xe_ssh": "cisco_ios", "nxos_ssh": "cisco_nxos", "cisco.ios.ios": "cisco_ios", "iosxe": "cisco_ios",
		"fortios": "fortinet", "routeros": "mikrotik_routeros", "junipernetworks.junos.junos": "juniper_junos", "cisco_iosxe": "cisco_ios", "vrp": "huawei_vrp",
		"ubiquiti_unifiswitch": "ubiquiti_unifi", "linux_ssh": "linux", "cisco_fmc": "cisco_ftd",
	} {
		if p, err := r.Find(name); err != nil || p.ID != want {
			t.Errorf("%s: %v, %v; want %s", name, p, err, want)
		}
	}
	for name, want := range map[string]string{
		"cisco_ios_telnet": "is reached by telnet", "cisco_ios_serial": "is reached by a serial line", "cisco_iso": `unknown platform "cisco_iso"`, "_ssh": "unknown platform", "": "unknown platform",
	} {
		if p, err := r.Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", name, p, err, want)
		}
	}
}
