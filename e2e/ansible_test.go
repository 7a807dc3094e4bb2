//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inventories are read by Ansible and by us. The file named hosts or hosts.yml is the inventory.
var inventories = map[string]map[string]string{
	"hosts alone":   {"hosts": "sw1\nsw2 ansible_host=192.0.2.2\n"},
	"ranges":        {"hosts": "[a]\nsw[01:10:3].x ansible_port=2222\nsw[a:c]\n[b]\ne[1:2]p[1:2]:830\n"},
	"quotes":        {"hosts": "sw1 a=\"x y\" b='x # y' c=x\\ y d=\"'q'\" e=1.5 # comment\nsw2 a=[1,2]\n"},
	"variables":     {"hosts": "[a]\nsw1\n[a:vars]\nx = 'quoted'\ny=\"also\"\nz=plain text # kept\nn=22 # not\nzero=022\n"},
	"children":      {"hosts": "[a]\nsw1\n[b:children]\na\n[c:children]\nb\n[b:vars]\nx=b\ny=b\n[c:vars]\nx=c\nz=c\n[a:vars]\ny=a\n[all:vars]\nx=all\nw=all\n"},
	"priority":      {"hosts": "[a]\nsw1\n[b]\nsw1\n[a:vars]\nx=a\nansible_group_priority=10\n[b:vars]\nx=b\n"},
	"siblings":      {"hosts": "[b]\nsw1\n[a]\nsw1\n[a:vars]\nx=a\n[b:vars]\nx=b\n"},
	"yaml":          {"hosts.yml": "all:\n  vars: {x: all, port: 22}\n  hosts: {sw0: }\n  children:\n    a: {hosts: {'sw[1:2]': {x: host}, 'sw3:2222': }, vars: {y: a}}\n    b: {children: {a: }, vars: {y: b, z: b}}\n"},
	"anchors":       {"hosts.yml": "a:\n  hosts:\n    sw1: &one {x: 1, y: text}\n    sw2: {<<: *one, x: 2}\n"},
	"no extension":  {"hosts": "all:\n  hosts:\n    sw1: {x: 1}\n"},
	"files":         {"hosts": "[a]\nsw1 x=host e=host\n[a:vars]\nx=a\nf=a\ng=a\n", "group_vars/all.yml": "x: all\nf: all\nh: all\n", "group_vars/a.yml": "x: a file\nh: a file\n", "host_vars/sw1.yml": "e: file\n"},
	"folders":       {"hosts": "[a]\nsw1\n[b:children]\na\n", "group_vars/a/1.yml": "x: 1\ny: 1\n", "group_vars/a/2.yml": "x: 2\n", "group_vars/a/.no.yml": "x: 3\n", "group_vars/b": "y: b\nz: b\n", "group_vars/b.yml": "z: not read\n"},
	"json":          {"hosts.json": `{"all": {"hosts": {"sw1": {"x": "1"}}, "children": {"a": {"hosts": {"sw1": null, "sw2": {}}, "vars": {"y": "a"}}}}}`},
	"vault at side": {"hosts": "[a]\nsw1\n", "group_vars/a/vars.yml": "x: 1\n"},
}

// Ansible and we agree, host by host and variable by variable.
func TestAnsibleInventory(t *testing.T) {
	for name, files := range inventories {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			inventory := ""
			for name, text := range files {
				write(t, filepath.Join(dir, name), text)
				if strings.HasPrefix(name, "hosts") {
					inventory = filepath.Join(dir, name)
				}
			}
			config := filepath.Join(dir, "config.yml")
			write(t, config, fmt.Sprintf(`ssh: {host_keys: insecure}
credentials: {netops: {username: netops, password: x}}
groups:
  - name: a
    platform: cisco_ios
    credentials: netops
    ansible: [%q]
    relabel_configs: [{action: labelmap, regex: __meta_ansible_(.*), replacement: v_$1}]
`, inventory))
			if diff := cmp.Diff(ofAnsible(t, inventory), ofOurs(t, config)); diff != "" {
				t.Errorf("(-Ansible +ours):\n%s", diff)
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ofAnsible is the single-valued variables of each host.
func ofAnsible(t *testing.T, inventory string) map[string]map[string]string {
	t.Helper()
	out, err := exec.Command("ansible-inventory", "-i", inventory, "--list").Output()
	if err != nil {
		t.Fatalf("ansible-inventory: %v (apt-get install ansible-core)", err)
	}
	var list map[string]json.RawMessage
	var meta struct {
		Hostvars map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(list["_meta"], &meta); err != nil {
		t.Fatal(err)
	}
	hosts := map[string]map[string]string{}
	for _, group := range list { // a host without variables is in its group alone
		var g struct{ Hosts []string }
		_ = json.Unmarshal(group, &g)
		for _, host := range g.Hosts {
			hosts[host] = map[string]string{}
		}
	}
	for host, vars := range meta.Hostvars {
		for name, value := range vars {
			var text string
			if json.Unmarshal(value, &text) != nil {
				if text = string(value); strings.ContainsAny(text[:1], "[{") {
					continue
				}
			}
			hosts[host][name] = text
		}
	}
	return hosts
}

func ofOurs(t *testing.T, config string) map[string]map[string]string {
	t.Helper()
	out, err := exec.Command(binary, "inventory", "--output=json", "--config.file="+config).Output()
	if err != nil {
		t.Fatalf("inventory: %v", err)
	}
	var devices []struct {
		Device string
		Labels map[string]string
	}
	if err := json.Unmarshal(out, &devices); err != nil {
		t.Fatal(err)
	}
	hosts := map[string]map[string]string{}
	for _, d := range devices {
		hosts[d.Device] = map[string]string{}
		for name, value := range d.Labels {
			if name = strings.TrimPrefix(name, "v_"); name != "groups" && !strings.HasPrefix(value, "[") {
				hosts[d.Device][name] = value
			}
		}
	}
	return hosts
}
