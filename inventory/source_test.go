package inventory

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// put writes files, each as "name: text", below a folder and returns it.
func put(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// read lists a source: one line a target, and the problems; the names of files are relative to dir, if there is one.
func read(s Source, dir string) (lines, problems []string, err error) {
	documents, err := s.Read(context.Background())
	if err != nil {
		return nil, nil, err
	}
	targets, problems, err := s.Parse(documents)
	if dir != "" {
		dir += "/"
	}
	for _, t := range targets {
		line := t.Place + " " + t.Name
		for _, name := range slices.Sorted(maps.Keys(t.Labels)) {
			if name != "__meta_filepath" && name != "__meta_url" {
				line += fmt.Sprintf(" %s=%s", name, t.Labels[name])
			}
		}
		lines = append(lines, strings.TrimPrefix(line, dir))
	}
	for i := range problems {
		problems[i] = strings.TrimPrefix(problems[i], dir)
	}
	return lines, problems, err
}

func TestFiles(t *testing.T) {
	for _, test := range []struct {
		name     string
		files    map[string]string
		source   func(dir string) Source
		want     []string
		problems []string
	}{
		{
			name: "file_sd",
			files: map[string]string{
				"a.yml": "- targets: [192.0.2.1, '192.0.2.2:2222']\n  labels: {site: 1.50, device: sw1}\n- {targets: []}\n- targets:\n  - sw3\n",
				"b.yml": "[]",
				"c.txt": "not read",
			},
			source: func(dir string) Source { return FileSD{dir + "/*.yml"} },
			want: []string{
				"a.yml:1 192.0.2.1 __address__=192.0.2.1 device=sw1 site=1.50",
				"a.yml:1 192.0.2.2:2222 __address__=192.0.2.2:2222 device=sw1 site=1.50",
				"a.yml:5 sw3 __address__=sw3",
			},
		},
		{
			name: "file_sd in JSON",
			files: map[string]string{
				"b.json": "[\n {\"targets\": [\"sw4\", null],\n  \"labels\": {\"__address__\": \"192.0.2.4\"}},\n {\"targets\": [\"sw5\"]}]",
			},
			source:   func(dir string) Source { return FileSD{dir + "/b.json"} },
			want:     []string{"b.json:2 sw4 __address__=192.0.2.4", "b.json:4 sw5 __address__=sw5"},
			problems: []string{"b.json:2: a target has no name, so there is nothing to dial; name the device in the inventory"},
		},
		{
			name: "file_sd of the NetBox plugin",
			files: map[string]string{
				"a.json": `[{"targets": ["sw1"], "labels": {"__meta_netbox_primary_ip": "2001:db8::1", "__meta_netbox_primary_ip6": "2001:db8::1",
					"__meta_netbox_primary_ip4": "192.0.2.1/24", "__meta_netbox_platform_slug": "ios", "__meta_netbox_custom_field_x": "None"}},
					{"targets": ["sw2"], "labels": {"__meta_netbox_primary_ip": "None", "__meta_netbox_platform_slug": "None"}},
					{"targets": ["sw3"], "labels": {"__meta_netbox_primary_ip": "2001:db8::3", "platform": "eos", "__meta_netbox_platform_slug": "x"}}]`,
			},
			source: func(dir string) Source { return FileSD{dir + "/a.json"} },
			want: []string{
				"a.json:1 sw1 __address__=192.0.2.1 __meta_netbox_platform_slug=ios __meta_netbox_primary_ip=2001:db8::1 __meta_netbox_primary_ip4=192.0.2.1/24 __meta_netbox_primary_ip6=2001:db8::1 platform=ios",
				"a.json:3 sw2 __address__=sw2",
				"a.json:4 sw3 __address__=2001:db8::3 __meta_netbox_platform_slug=x __meta_netbox_primary_ip=2001:db8::3 platform=eos",
			},
		},
		{
			name:   "csv with a header",
			files:  map[string]string{"a.csv": "# fleet\nName,IP,Platform,Site,password,enabled\nsw1,192.0.2.1,ios,\"Köln, 1\",hunter2,no\n\nsw2\n,192.0.2.3\n"},
			source: func(dir string) Source { return CSV{Path: dir + "/a.csv"} },
			want: []string{
				"a.csv:3 sw1 __address__=192.0.2.1 __meta_csv_enabled=no __meta_csv_ip=192.0.2.1 __meta_csv_name=sw1 __meta_csv_platform=ios __meta_csv_site=Köln, 1 enabled=no platform=ios",
				"a.csv:5 sw2 __address__=sw2 __meta_csv_name=sw2",
			},
			problems: []string{"a.csv:6: the line has no name"},
		},
		{
			name:   "csv of a spreadsheet",
			files:  map[string]string{"a.csv": "\ufeffHostname;Address;IP;Port\r\nsw1;;2001:db8::1;2222\r\nsw2;;;22\r\nsw3;192.0.2.3;192.0.2.4;\r\n"},
			source: func(dir string) Source { return CSV{Path: dir + "/a.csv", Delimiter: ";"} },
			want: []string{
				"a.csv:2 sw1 __address__=[2001:db8::1]:2222 __meta_csv_hostname=sw1 __meta_csv_ip=2001:db8::1 __meta_csv_name=sw1 __meta_csv_port=2222",
				"a.csv:3 sw2 __address__=sw2:22 __meta_csv_hostname=sw2 __meta_csv_name=sw2 __meta_csv_port=22",
				"a.csv:4 sw3 __address__=192.0.2.3 __meta_csv_address=192.0.2.3 __meta_csv_hostname=sw3 __meta_csv_ip=192.0.2.4 __meta_csv_name=sw3",
			},
		},
		{
			name:   "rancid",
			files:  map[string]string{"router.db": "# comment\nsw1;cisco;up;a comment\nsw2;juniper;down\n"},
			source: func(dir string) Source { return CSV{Path: dir + "/router.db", Format: "rancid"} },
			want: []string{
				"router.db:2 sw1 __address__=sw1 __meta_csv_model=cisco __meta_csv_name=sw1 __meta_csv_state=up platform=cisco",
				"router.db:3 sw2 __address__=sw2 __meta_csv_model=juniper __meta_csv_name=sw2 __meta_csv_state=down enabled=false platform=juniper",
			},
		},
		{
			name:   "rancid before 3",
			files:  map[string]string{"router.db": "sw1:cisco:up\n"},
			source: func(dir string) Source { return CSV{Path: dir + "/router.db", Format: "rancid"} },
			want:   []string{"router.db:1 sw1 __address__=sw1 __meta_csv_model=cisco __meta_csv_name=sw1 __meta_csv_state=up platform=cisco"},
		},
		{
			name:  "oxidized",
			files: map[string]string{"router.db": "sw1:ios:192.0.2.1\nsw2:junos\n"},
			source: func(dir string) Source {
				return CSV{Path: dir + "/router.db", Format: "oxidized", Columns: map[string]int{"name": 0, "model": 1, "ip": 2}}
			},
			want: []string{
				"router.db:1 sw1 __address__=192.0.2.1 __meta_csv_ip=192.0.2.1 __meta_csv_model=ios __meta_csv_name=sw1 platform=ios",
				"router.db:2 sw2 __address__=sw2 __meta_csv_model=junos __meta_csv_name=sw2 platform=junos",
			},
		},
		{
			name: "netmiko",
			files: map[string]string{"netmiko.yml": "__meta__: {encryption: true}\nsw1: {device_type: cisco_ios, host: 192.0.2.1, password: __encrypt__x}\n" +
				"sw2:\n  device_type: arista_eos\n  ip: 2001:db8::2\n  port: 2222\nsw3: {device_type: __encrypt__y, host: a}\nsw4: text\nedge: [sw1, sw2]\nall: [sw1]\n"},
			source: func(dir string) Source { return Netmiko{dir + "/netmiko.yml"} },
			want: []string{
				"netmiko.yml:2 sw1 __address__=192.0.2.1 __meta_netmiko_groups=,edge,all, platform=cisco_ios",
				"netmiko.yml:4 sw2 __address__=[2001:db8::2]:2222 __meta_netmiko_groups=,edge, platform=arista_eos",
			},
			problems: []string{
				"netmiko.yml:7: device_type is encrypted; write it in clear, only passwords need be secret",
				"netmiko.yml:8: want a device with device_type and host",
			},
		},
		{
			name:     "a list of netmiko's dictionaries",
			files:    map[string]string{"devices.yml": "- {device_type: cisco_ios, host: 192.0.2.1}\n- {device_type: cisco_ios}\n- {device_type: autodetect, host: r1}\n"},
			source:   func(dir string) Source { return Netmiko{dir + "/devices.yml"} },
			want:     []string{"devices.yml:1 192.0.2.1 __address__=192.0.2.1 platform=cisco_ios", "devices.yml:3 r1 __address__=r1 platform=auto"},
			problems: []string{"devices.yml:2: the device has no host"},
		},
		{
			name: "nornir",
			files: map[string]string{
				"hosts.yaml": "sw1:\n  hostname: 192.0.2.1\n  groups: [access, ams]\n  data: {site: x, many: [a]}\nsw2: {port: 2222, platform: null, groups: [ams]}\nsw3: {platform: '', groups: [access]}\nsw4: {}\n",
				"groups.yaml": "access: {platform: ios, groups: [campus]}\ncampus: {port: 22, data: {tier: campus, site: c}}\n" +
					"ams: {platform: eos, port: 830, data: {site: ams, tier: ams}}\n",
				"defaults.yaml": "{platform: junos, data: {owner: net}}\n",
			},
			source: func(dir string) Source {
				return Nornir{dir + "/hosts.yaml", dir + "/groups.yaml", dir + "/defaults.yaml"}
			},
			want: []string{
				"hosts.yaml:2 sw1 __address__=192.0.2.1:22 __meta_nornir_data_owner=net __meta_nornir_data_site=x __meta_nornir_data_tier=campus __meta_nornir_groups=,access,ams, platform=ios",
				"hosts.yaml:5 sw2 __address__=sw2:2222 __meta_nornir_data_owner=net __meta_nornir_data_site=ams __meta_nornir_data_tier=ams __meta_nornir_groups=,ams, platform=eos",
				"hosts.yaml:6 sw3 __address__=sw3:22 __meta_nornir_data_owner=net __meta_nornir_data_site=c __meta_nornir_data_tier=campus __meta_nornir_groups=,access,",
				"hosts.yaml:7 sw4 __address__=sw4 __meta_nornir_data_owner=net platform=junos",
			},
		},
		{
			name:   "nornir with hosts alone",
			files:  map[string]string{"hosts.yaml": "sw1: {platform: ios}\n"},
			source: func(dir string) Source { return Nornir{dir + "/hosts.yaml", dir + "/groups.yaml", ""} },
			want:   []string{"hosts.yaml:1 sw1 __address__=sw1 platform=ios"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := put(t, test.files)
			got, problems, err := read(test.source(dir), dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// What is wrong with a file as a whole is an error that names it, so that the list before stays.
func TestBadFiles(t *testing.T) {
	for _, test := range []struct {
		text   string // of the file x
		source func(path string) Source
		want   string
	}{
		{"- targets: [a]\n  label: {}", yamlSD, "x.yml:2: [0].label: unknown key (did you mean labels?)"},
		{"targets: [a]", yamlSD, "x.yml:1: want a list"},
		{"- targets: a", yamlSD, "x.yml:1: [0].targets: want a list"},
		{"", yamlSD, "x.yml: the file is empty; it needs at least an empty list, []"},
		{"\tx", yamlSD, "x.yml: not YAML"},
		{`[{"targets": ["a"], "label": {}}]`, jsonSD, `x.json:1: json: unknown field "label"`},
		{"[\n{}, null]", jsonSD, "x.json:2: null is no group of targets"},
		{`{"targets": []}`, jsonSD, "x.json: want a list in JSON"},
		{"<html>", jsonSD, "x.json: this is a page in HTML; want a list in JSON"},
		{"", jsonSD, "x.json: it is empty; want a list in JSON"},
		{`[{"targets": ["a"]}`, jsonSD, "x.json: the text ends in the middle of the list"},
		{`[{"targets": ["a`, jsonSD, "x.json:1: the text ends in the middle of the list"},
		{`[] []`, jsonSD, "x.json: something follows the list"},
		{`[{"targets": [{}]}]`, jsonSD, "x.json:1: targets: want a text, not the object that is there"},
		{`[{"targets": "sw-1"}]`, jsonSD, "x.json:1: targets: want a list, not the string that is there"},
		{`[{"targets": ["sw-1"], "labels": {"rack": 7}}]`, jsonSD, "x.json:1: labels: want a text, not the number that is there"},
		{`[{"targets": ["sw-1"], "labels": []}]`, jsonSD, "x.json:1: labels: want keys with a value each, not the array that is there"},
		{`["sw-1"]`, jsonSD, "x.json:1: want keys with a value each, not the string that is there"},
		{"a,b\nsw1,2\n", func(path string) Source { return CSV{Path: path} }, `x:1: the first line names no column "name" or "hostname"; name the columns there`},
		{"name;b\nsw1;2\n", func(path string) Source { return CSV{Path: path} }, `x:1: the first line names no column "name" or "hostname"; if ";" parts the columns, give delimiter: ";"`},
		{"name\tb\nsw1\t2\n", func(path string) Source { return CSV{Path: path} }, `x:1: the first line names no column "name" or "hostname"; if "\t" parts the columns, give delimiter: "\t"`},
		{"name\n\"sw1\n", func(path string) Source { return CSV{Path: path} }, "x:2: extraneous or missing"},
		{"name\n\xff\n", func(path string) Source { return CSV{Path: path} }, "x: the file is not UTF-8"},
		{"sw1: {groups: [nope]}", func(path string) Source { return Nornir{Hosts: path} }, `x:1: host sw1: there is no group "nope"`},
		{"sw1: {groups: [a]}\na: {groups: [b]}\nb: {groups: [a]}", func(path string) Source { return Nornir{path, path, ""} }, `x:1: host sw1: group "a" is a member of itself`},
	} {
		path := filepath.Join(t.TempDir(), "x")
		s := test.source(path)
		if f, ok := s.(FileSD); ok {
			path = f.Pattern
		}
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := read(s, "")
		if err == nil || !strings.HasPrefix(err.Error(), filepath.Dir(path)+"/"+test.want) {
			t.Errorf("%q: %v; want %s", test.text, err, test.want)
		}
	}
}

func yamlSD(path string) Source { return FileSD{path + ".yml"} }
func jsonSD(path string) Source { return FileSD{path + ".json"} }

// What cannot be read is an error that names the file.
func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	for _, s := range []Source{
		FileSD{dir + "/missing.yml"}, CSV{Path: dir}, Netmiko{dir + "/missing"}, Nornir{Hosts: dir}, Ansible{Path: dir + "/missing"},
		FileSD{os.DevNull + "/x.yml"},
	} {
		if _, err := s.Read(t.Context()); err == nil || !strings.HasPrefix(err.Error(), dir) && !strings.HasPrefix(err.Error(), os.DevNull) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if err := syscall.Mkfifo(dir+"/pipe.yml", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/large.json", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(dir+"/large.json", 200<<20); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"pipe.yml": "is a pipe, socket or device, want a file", "large.json": "it is larger than 157286400 bytes"} {
		if _, err := (FileSD{dir + "/" + name}).Read(t.Context()); err == nil || err.Error() != dir+"/"+name+": "+want {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	if err := os.Remove(dir + "/pipe.yml"); err != nil {
		t.Fatal(err)
	}
	if documents, err := (FileSD{dir + "/*.yml"}).Read(t.Context()); err != nil || len(documents) != 0 {
		t.Errorf("a pattern that matches nothing: %v, %v", documents, err)
	}
}
