package app

import (
	"os"
	"testing"
)

// TestOrigin says where devices come from: the configuration, a file that it includes, and a source.
func TestOrigin(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"config.yml": `include: [site.yml]
ssh: {host_keys: strict, known_hosts: [known_hosts]}
credentials: {netops: {username: netops, password: hunter2}}
groups:
  - name: own
    platform: cisco_ios
    credentials: netops
    devices:
      - 192.0.2.1
      - {name: sw-2, address: 192.0.2.2}
    csv: [more.csv]
`,
		"site.yml": `groups:
  - name: site
    platform: cisco_ios
    credentials: netops
    devices: [{name: sw-3, address: 192.0.2.3}]
`,
		"more.csv":    "name,address\nsw-2,192.0.2.9\nsw-5,192.0.2.5\n",
		"known_hosts": "192.0.2.2 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := Load("config.yml", Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	if err := plan.Gather(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{
		"192.0.2.1": {"config", "config.yml:9"},
		"sw-2":      {"config", "config.yml:10"}, // not the source, whose device of that name is at another address
		"sw-3":      {"config", "site.yml:5"},
		"sw-5":      {"csv:more.csv", "more.csv:3"},
		"nobody":    {},
	} {
		if source, place := plan.Inventory.Origin(name); source != want[0] || place != want[1] {
			t.Errorf("%s: %q, %q, want %q", name, source, place, want)
		}
	}
}
