package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/cluster"
)

const clusterConfig = `
cluster: {name: a, etcd: {endpoints: ["http://192.0.2.1:2379"]}}
ssh: {host_keys: insecure}
credentials:
  one: {username: u, password: p}
  two: {username: u, password: q}
  three: {username: u, password: r}
groups:
  - {name: g, platform: vyos, credentials: one, labels: {site: eu, role: core}, devices: [192.0.2.10, 192.0.2.11]}
`

func planOf(t *testing.T, text string) *Plan {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Load(file, Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFingerprint is the same for the same configuration, however often it is read, and another one for another: what replicas go by to
// know that they agree. A secret is no part of it, and neither are the replica's own name and address.
func TestFingerprint(t *testing.T) {
	want := fingerprint(planOf(t, clusterConfig))
	for range 20 {
		if got := fingerprint(planOf(t, clusterConfig)); got != want {
			t.Fatalf("%s, and then %s", want, got)
		}
	}
	for name, c := range map[string]struct {
		old, with string
		same      bool
	}{
		"another device":    {"192.0.2.11", "192.0.2.12", false},
		"another label":     {"site: eu", "site: us", false},
		"another interval":  {"ssh:", "poll: {interval: 1m}\nssh:", false},
		"another password":  {"password: q", "password: s", true},
		"another name":      {"name: a,", "name: b,", true},
		"another address":   {"name: a,", "name: a, advertise: \"http://192.0.2.5:9733\",", true},
		"another rate":      {"password: r", "password: r, login_rate: 3", false},
		"another name's":    {"three:", "drei:", false},
		"another device's":  {"platform: vyos", "platform: frr", false},
		"one more group":    {"groups:", "groups:\n  - {name: more, platform: vyos, credentials: one, devices: [192.0.2.20]}", false},
		"one that is empty": {"groups:", "groups:\n  - {name: more, platform: vyos, credentials: one, devices: []}", false},
	} {
		got := fingerprint(planOf(t, strings.Replace(clusterConfig, c.old, c.with, 1)))
		if (got == want) != c.same {
			t.Errorf("%s: the fingerprint is the same: %v", name, got == want)
		}
	}
}

// TestShardOfACluster: two ways to share the inventory do not go together.
func TestShardOfACluster(t *testing.T) {
	o := Options{Shard: cluster.Shard{Index: 0, Total: 2}}
	if err := o.check(planOf(t, clusterConfig)); err == nil || !strings.Contains(fmt.Sprint(err), "use one of them") {
		t.Error(err)
	}
}

// TestNoCluster: what is written of a cluster is for nothing without a place where the replicas meet.
func TestNoCluster(t *testing.T) {
	const alone = "cluster: neither etcd nor kubernetes is given, so that this process is in no cluster and polls all devices; " +
		"give one of them, such as etcd: {endpoints: [\"http://192.0.2.1:2379\"]} or kubernetes: {}"
	for written, want := range map[string]bool{
		"":                            false,
		"cluster:\n":                  false,
		"cluster: {}\n":               false,
		"cluster: {ttl: 15s}\n":       false,
		"cluster: {ttl: 20s}\n":       true,
		"cluster: {name: x}\n":        true,
		"cluster: {etcd: }\n":         true,
		"cluster: {kubernetes: }\n":   true,
		"cluster: {labels: {a: b}}\n": true,
		"cluster: {kubernetes: {}}\n": false,
	} {
		p := planOf(t, written+strings.SplitAfterN(clusterConfig, "\n", 3)[2])
		got := strings.Contains(strings.Join(p.Warnings, "\n")+"\n", "config.yml:1: "+alone+"\n")
		if got != want {
			t.Errorf("%q: warnings %q, want one of no cluster: %v", written, p.Warnings, want)
		}
	}
}

// TestReplicaNames: a name goes into keys, objects and logs, and an address onto pages of others.
func TestReplicaNames(t *testing.T) {
	long := strings.Repeat("a", 200)
	for name, good := range map[string]bool{
		"a": true, "netver-0": true, "core.example.net": true, "Site_1": true, long: true,
		long + "a": false, strings.Repeat("a", 10_000): false, "a/b": false, "/": false, ".": false, "..": false, "a..": false, "-a": false, "a b": false, "a\\n": false, "ä": false,
		"東京": false, "a\\u202e": false, "a%2fb": false, "a*": false,
	} {
		problems := problemsOf(t, strings.Replace(clusterConfig, "name: a,", `name: "`+name+`",`, 1))
		if good && problems != "" || !good && !strings.Contains(problems, "config.yml:2: cluster.name: ") || len(problems) > 500 {
			t.Errorf("%.40s: %.600s", name, problems)
		}
	}
	for advertise, good := range map[string]bool{
		"http://a:9733": true, "https://[2001:db8::1]:9733/": true, "https://proxy.example/netver": true,
		"a:9733": false, "javascript:alert(1)": false, "http://": false, "http://u:p@a:9733": false, "http://a:9733?x=1": false,
	} {
		problems := problemsOf(t, strings.Replace(clusterConfig, "name: a,", `name: a, advertise: "`+advertise+`",`, 1))
		if good != (problems == "") || !good && !strings.Contains(problems, "cluster.advertise: want http://host:port") {
			t.Errorf("%s: %s", advertise, problems)
		}
	}
}

// problemsOf is what is wrong with a configuration.
func problemsOf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yml")
	save(t, file, text)
	if _, err := Load(file, Wiring{}); err != nil {
		return err.Error()
	}
	return ""
}
