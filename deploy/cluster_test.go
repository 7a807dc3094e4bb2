package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/config"
)

// TestClusterDeployments: both deployments of a cluster have three replicas and a configuration that is a cluster's, and what one part names
// the others have.
func TestClusterDeployments(t *testing.T) {
	var inMap string
	kinds := map[string]map[string]any{}
	for _, m := range documents(t, "cluster/kubernetes.yaml") {
		kinds[m["kind"].(string)] = m
		if m["kind"] == "ConfigMap" {
			inMap = m["data"].(map[string]any)["config.yml"].(string)
		}
	}
	if n := kinds["StatefulSet"]["spec"].(map[string]any)["replicas"]; n != 3 {
		t.Errorf("%v replicas on Kubernetes, want 3", n)
	}
	rule := kinds["Role"]["rules"].([]any)[0].(map[string]any)
	for _, verb := range []string{"get", "list", "watch", "create", "update", "delete"} {
		found := false
		for _, v := range rule["verbs"].([]any) {
			found = found || v == verb
		}
		if !found {
			t.Errorf("the role may not %s leases", verb)
		}
	}
	ofCompose, err := os.ReadFile("cluster/config.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"kubernetes.yaml": inMap, "config.yml": string(ofCompose)} {
		file := filepath.Join(t.TempDir(), "config.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file, secrets)
		if err == nil {
			err = c.Document.Err()
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !c.Cluster.On() {
			t.Errorf("%s has no cluster", name)
		}
		if c.Cluster.Etcd == nil {
			continue
		}
		services := documents(t, "cluster/compose.yaml")[0]["services"].(map[string]any)
		for _, endpoint := range c.Cluster.Etcd.Endpoints {
			host := strings.TrimSuffix(strings.TrimPrefix(endpoint, "http://"), ":2379")
			if services[host] == nil {
				t.Errorf("compose.yaml has no service %s", host)
			}
		}
		replicas := 0
		for service := range services {
			if strings.HasPrefix(service, "netver-") {
				replicas++
			}
		}
		if replicas != 3 {
			t.Errorf("%d replicas in compose.yaml, want 3", replicas)
		}
	}
}
