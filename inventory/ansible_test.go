package inventory

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnsible(t *testing.T) {
	for _, test := range []struct {
		name, path, hosts string
		files             map[string]string
		want, problems    []string
	}{
		{
			name: "INI",
			path: "hosts",
			files: map[string]string{"hosts": "# comment\n; comment\nlonely ansible_host=192.0.2.9\n[routers]\nr[01:03:2].x ansible_network_os=cisco.ios.ios\n" +
				"r4 ansible_host=192.0.2.4 ansible_port=2222 note=\"a b # c\" # trailing\nedge-[a:b]:2022\n[2001:db8::1]:22\n[routers:vars]\nuser = 'x'\nport=22 # number\ntext=22a # text\n" +
				"[ams:children]\nrouters\n[ams:vars]\nuser=low\nsite=ams\n"},
			want: []string{
				"hosts:3 lonely __address__=192.0.2.9 __meta_ansible_ansible_host=192.0.2.9 __meta_ansible_groups=,ungrouped,",
				"hosts:5 r01.x __address__=r01.x __meta_ansible_ansible_network_os=cisco.ios.ios __meta_ansible_groups=,ams,routers, __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x platform=cisco.ios.ios",
				"hosts:5 r03.x __address__=r03.x __meta_ansible_ansible_network_os=cisco.ios.ios __meta_ansible_groups=,ams,routers, __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x platform=cisco.ios.ios",
				"hosts:6 r4 __address__=192.0.2.4:2222 __meta_ansible_ansible_host=192.0.2.4 __meta_ansible_ansible_port=2222 __meta_ansible_groups=,ams,routers, __meta_ansible_note=a b # c __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x",
				"hosts:7 edge-a __address__=edge-a:2022 __meta_ansible_ansible_port=2022 __meta_ansible_groups=,ams,routers, __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x",
				"hosts:7 edge-b __address__=edge-b:2022 __meta_ansible_ansible_port=2022 __meta_ansible_groups=,ams,routers, __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x",
				"hosts:8 2001:db8::1 __address__=[2001:db8::1]:22 __meta_ansible_ansible_port=22 __meta_ansible_groups=,ams,routers, __meta_ansible_port=22 __meta_ansible_site=ams __meta_ansible_text=22a # text __meta_ansible_user=x",
			},
		},
		{
			name: "precedence", // the file of all is above the inventory's groups, and a deeper group above its parent
			path: "hosts.yml",
			files: map[string]string{
				"hosts.yml": "all:\n  vars: {a: all, b: all, c: all, d: all, e: all, f: all}\n  children:\n    outer:\n      vars: {b: outer, c: outer, d: outer, e: outer, f: outer}\n" +
					"      children: {inner: {hosts: {sw1: {e: host, f: host}}, vars: {c: inner}}}\n",
				"group_vars/all.yml":      "d: all file\n",
				"group_vars/outer":        "e: outer file\n",
				"group_vars/inner/x.yml":  "e: inner file\n",
				"group_vars/other.yml":    "a: other\n",
				"host_vars/sw1.yml":       "f: host file\n",
				"group_vars/all.bak":      "a: bak\n",
				"group_vars/.hidden.yml":  "a: hidden\n",
				"group_vars/vault.yml":    "$ANSIBLE_VAULT;1.1;AES256\n3131\n",
				"host_vars/sw1.yaml":      "a: not the first\n",
				"group_vars/inner/~x.yml": "---\n# nothing\n",
			},
			want: []string{"hosts.yml:6 sw1 __address__=sw1 __meta_ansible_a=all __meta_ansible_b=outer __meta_ansible_c=inner __meta_ansible_d=all file __meta_ansible_e=host __meta_ansible_f=host file __meta_ansible_groups=,inner,outer,"},
		},
		{
			name:  "priority",
			path:  "hosts",
			files: map[string]string{"hosts": "[a]\nsw1\n[a:vars]\nx=a\nansible_group_priority=10\n[b]\nsw1\n[b:vars]\nx=b\n"},
			want:  []string{"hosts:2 sw1 __address__=sw1 __meta_ansible_groups=,a,b, __meta_ansible_x=a"},
		},
		{
			name: "what is not used",
			path: "hosts.yml",
			files: map[string]string{"hosts.yml": "all:\n  hosts:\n    sw1: {ansible_host: '{{ ip }}'}\n    sw2: {ansible_host: !vault x}\n    sw3: {ansible_connection: local}\n" +
				"    sw4: {ansible_password: hunter2, other: '{{ x }}'}\n    sw5: {ansible_connection: ansible.netcommon.netconf, ansible_port: 830}\n"},
			want: []string{
				"hosts.yml:6 sw4 __address__=sw4 __meta_ansible_groups=,ungrouped,",
				"hosts.yml:7 sw5 __address__=sw5 __meta_ansible_ansible_connection=ansible.netcommon.netconf __meta_ansible_ansible_port=830 __meta_ansible_groups=,ungrouped,",
			},
			problems: []string{
				"hosts.yml:3: host sw1: ansible_host is a template, which is not evaluated; write the value; the host is left out",
				"hosts.yml:4: host sw2: ansible_host is in a vault, which is not opened; write it in clear; the host is left out",
				"hosts.yml:5: host sw3: ansible_connection is local, which is not SSH; the host is left out",
				"hosts.yml:6: ansible_password is not used; devices log in with credentials of the configuration",
			},
		},
		{
			name: "a folder", path: "inventory", hosts: "a:!sw2",
			files: map[string]string{"inventory/1.yml": "a: {hosts: {'sw[1:2]': }}\n", "inventory/2": "[b]\nsw3\n", "inventory/group_vars/a.yml": "x: 1\n", "inventory/README.md": "text"},
			want:  []string{"inventory/1.yml:1 sw1 __address__=sw1 __meta_ansible_groups=,a, __meta_ansible_x=1"},
		},
		{
			name: "a pattern that matches nothing", path: "hosts", hosts: "nope,sw1",
			files:    map[string]string{"hosts": "sw1\n"},
			want:     []string{"hosts:1 sw1 __address__=sw1 __meta_ansible_groups=,ungrouped,"},
			problems: []string{`hosts: hosts: nothing matches "nope"`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := put(t, test.files)
			got, problems, err := read(Ansible{Path: dir + "/" + test.path, Hosts: test.hosts}, dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("hosts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnsiblePatterns(t *testing.T) {
	dir := put(t, map[string]string{"hosts": "[routers]\nr[1:4]\n[ams]\nr1\nr2\ns1\n[sw]\ns[1:2]\n2001:db8::1\n"})
	for _, test := range []struct{ hosts, want string }{
		{"", "r1 r2 r3 r4 s1 s2 2001:db8::1"},
		{"all", "r1 r2 r3 r4 s1 s2 2001:db8::1"},
		{"*", "r1 r2 r3 r4 s1 s2 2001:db8::1"},
		{"routers:&ams", "r1 r2"},
		{"routers,&ams", "r1 r2"},
		{"!sw", "r1 r2 r3 r4"},
		{"routers:!r3:s1", "r1 r2 r4 s1"},
		{"r*:!ams", "r3 r4"},
		{"~r[12]$", "r1 r2"},
		{"routers[0]", "r1"},
		{"routers[-1]", "r4"},
		{"routers[1:2]", "r2 r3"},
		{"routers[2:]", "r3 r4"},
		{"2001:db8::1", "2001:db8::1"},
		{"s?", "s1 s2 2001:db8::1"}, // the group sw, too,
		{"r[!12]", "r3 r4"},
		{"nope", ""},
	} {
		lines, _, err := read(Ansible{Path: dir + "/hosts", Hosts: test.hosts}, dir)
		var names []string
		for _, line := range lines {
			names = append(names, strings.Fields(line)[1])
		}
		if got := strings.Join(names, " "); got != test.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", test.hosts, got, err, test.want)
		}
	}
}

func TestBadInventories(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"hosts", "[a]\nsw1\n[b:children]\nnope\n", `hosts:4: there is no group "nope"; define it with [nope]`},
		{"hosts", "[a:vars]\nx=1\n", `hosts:1: there is no group "a"`},
		{"hosts", "[a:children]\nb\n[b:children]\na\n", `hosts:4: group "a" would be a member of itself, through "b"`},
		{"hosts.yml", "a: {children: {b: {children: {a: {}}}}}", `hosts.yml:1: group "a" would be a member of itself, through "b"`},
		{"hosts", "[a:nope]\n", "hosts:1: [a:nope] is no section"},
		{"hosts", "[a b]\n", "hosts:1: this is no section"},
		{"hosts", "sw1 nope\n", `hosts:1: want variables as name=value behind the host; "nope" is none`},
		{"hosts", "sw1 x='1\n", "hosts:1: a quote is not closed"},
		{"hosts", "sw[3:1]\n", "hosts:1: [3:1]: the range ends before it begins"},
		{"hosts", "sw[1]\n", "hosts:1: [1] is no range of hosts"},
		{"hosts", "sw[01:100]\n", "hosts:1: [01:100]: begin and end must have the same number of digits"},
		{"hosts", "sw[1:9999999]\n", "hosts:1: [1:9999999] stands for more than 1000000 hosts"},
		{"hosts", "sw[1:9999][1:9999]\n", "hosts:1: the ranges stand for more than 1000000 hosts"},
		{"hosts", "sw[1:2\n", "hosts:1: a range of hosts has no ]"},
		{"hosts", "#!/bin/sh\necho\n", "hosts: this is a program, and programs are not run"},
		{"hosts.yml", "plugin: netbox.netbox.nb_inventory\n", "hosts.yml:1: this file is for a plugin of Ansible"},
		{"hosts.yml", "- sw1\n", "hosts.yml: want groups with their hosts"},
		{"hosts.yml", "all: [sw1]\n", "hosts.yml:1: group all: want hosts, vars or children"},
		{"hosts.yml", "all:\n  hosts: [sw1]\n", "hosts.yml:2: hosts of group all: want names, each with a colon behind it"},
	} {
		dir := put(t, map[string]string{test.name: test.text})
		_, _, err := read(Ansible{Path: dir + "/" + test.name}, dir)
		if err == nil || !strings.HasPrefix(err.Error(), dir+"/"+test.want) {
			t.Errorf("%q: %v; want %s", test.text, err, test.want)
		}
	}
}

// Groups that contain each other in many ways, by aliases or by name, cost their number and not the number of ways.
func TestNestedGroups(t *testing.T) {
	var yaml, ini, nornir strings.Builder
	for i := range 60 {
		fmt.Fprintf(&yaml, "g%d: &a%d {children: {", i, i)
		fmt.Fprintf(&ini, "[g%d:children]\n", i)
		fmt.Fprintf(&nornir, "g%d: {groups: [", i)
		if i > 0 {
			for _, side := range []string{"l", "r"} {
				fmt.Fprintf(&yaml, "%s%d: *a%d, ", side, i-1, i-1)
				fmt.Fprintf(&ini, "%s%d\n", side, i)
				fmt.Fprintf(&nornir, "%s%d, ", side, i)
			}
			fmt.Fprintf(&ini, "[l%d:children]\ng%d\n[r%d:children]\ng%d\n", i, i-1, i, i-1)
		}
		yaml.WriteString("}}\n")
		nornir.WriteString("]}\n")
		fmt.Fprintf(&nornir, "l%d: {groups: [g%d]}\nr%d: {groups: [g%d]}\n", i+1, i, i+1, i)
	}
	dir := put(t, map[string]string{
		"hosts.yml": yaml.String(), "hosts": ini.String() + "[g0]\nsw1\n", "hosts.yaml": "sw1: {groups: [g59]}\n", "groups.yaml": nornir.String(),
	})
	for _, s := range []Source{
		Ansible{Path: dir + "/hosts.yml", Hosts: "g59"}, Ansible{Path: dir + "/hosts", Hosts: "g59"}, Nornir{dir + "/hosts.yaml", dir + "/groups.yaml", ""},
	} {
		lines, _, err := read(s, dir)
		if err != nil || len(lines) > 1 {
			t.Errorf("%T: %d hosts, %v", s, len(lines), err)
		}
	}
}

// No inventory makes the reader panic or run away.
func FuzzAnsible(f *testing.F) {
	f.Add("sw[1:3] a=b\n[g:vars]\nx=1\n", "a:&b:!c[0]")
	f.Add("all: {hosts: {a: {b: 1}}, children: {c: }}", "~x")
	f.Add("[a:children]\nb\n[b]\n[::1]:22\n", "*[-1]")
	f.Fuzz(func(t *testing.T, text, hosts string) {
		if len(text) > 1000 {
			return
		}
		for _, name := range []string{"hosts", "hosts.yml"} {
			_, _, _ = Ansible{Path: name, Hosts: hosts}.Parse([]Document{{name, []byte(text)}})
		}
	})
}
