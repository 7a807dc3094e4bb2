package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/config"
)

// secrets stands for the environment and for the files that a configuration names.
func secrets(string) (string, bool) { return "secret", true }

// TestShippedConfigurations loads the configuration of the package and of the chart.
func TestShippedConfigurations(t *testing.T) {
	manifests := documents(t, "kubernetes/netver-exporter.yaml")
	at := slices.IndexFunc(manifests, func(m map[string]any) bool { return m["kind"] == "ConfigMap" })
	if at < 0 {
		t.Fatal("the manifests hold no ConfigMap")
	}
	packaged, err := os.ReadFile("package/config.yml")
	if err != nil {
		t.Fatal(err)
	}
	// Its example is a comment that is to be taken out of it.
	example := strings.ReplaceAll(string(packaged), "\n#", "\n")
	example = strings.ReplaceAll(example[strings.Index(example, "include:"):], "{file: /run/credentials/netver_exporter.service/secrets_netops}", "{env: NETOPS}")
	_, rest, _ := strings.Cut(example, "credentials:")
	for name, text := range map[string]string{
		"package": string(packaged),
		"example": "ssh: {known_hosts: [/var/lib/netver/known_hosts]}\ncredentials:" + rest,
		"chart":   manifests[at]["data"].(map[string]any)["config.yml"].(string),
	} {
		file := filepath.Join(t.TempDir(), "config.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(file, secrets); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// TestChartValues holds values.yaml, the schema and the cases of scripts/chart.sh together.
func TestChartValues(t *testing.T) {
	const chart = "helm/netver-exporter/"
	schema, err := jsonschema.NewCompiler().Compile(chart + "values.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := filepath.Glob(chart + "ci/*-values.yaml")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range append(cases, chart+"values.yaml") {
		if err := schema.Validate(documents(t, file)[0]); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, wrong := range []string{`{"replica": 2}`, `{"service": {"port": "9733"}}`, `{"extraArgs": ["log.level=debug"]}`, `{"persistence": {"size": "big"}}`, `{"image": {"tag": "a b"}}`} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(wrong))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("the schema allows %s", wrong)
		}
	}

	var described struct{ Properties map[string]any }
	read(t, chart+"values.schema.json", json.Unmarshal, &described)
	values := documents(t, chart+"values.yaml")[0]
	for name := range described.Properties {
		if _, shown := values[name]; !shown && name != "global" { // which Helm adds
			t.Errorf("values.yaml does not show %s", name)
		}
	}
}

// TestManifestsAreHardened looks at the pod of the plain manifests, which are what the chart renders.
func TestManifestsAreHardened(t *testing.T) {
	for _, manifest := range documents(t, "kubernetes/netver-exporter.yaml") {
		if manifest["kind"] != "StatefulSet" {
			continue
		}
		var set struct {
			Spec struct {
				Template struct {
					Spec struct {
						AutomountServiceAccountToken *bool `yaml:"automountServiceAccountToken"`
						SecurityContext              struct {
							RunAsNonRoot bool `yaml:"runAsNonRoot"`
							FSGroup      int  `yaml:"fsGroup"`
						} `yaml:"securityContext"`
						Containers []struct {
							SecurityContext struct {
								ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
								AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
								Capabilities             struct{ Drop []string }
							} `yaml:"securityContext"`
						}
					}
				}
			}
		}
		again, err := yaml.Marshal(manifest)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(again, &set); err != nil {
			t.Fatal(err)
		}
		pod := set.Spec.Template.Spec
		container := pod.Containers[0].SecurityContext
		switch {
		case pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken:
			t.Error("the pod has a token of the API")
		case !pod.SecurityContext.RunAsNonRoot || pod.SecurityContext.FSGroup != 65534:
			t.Errorf("the pod's user is %+v, and the volume is to be the image's user's", pod.SecurityContext)
		case !container.ReadOnlyRootFilesystem, container.AllowPrivilegeEscalation == nil || *container.AllowPrivilegeEscalation,
			!slices.Equal(container.Capabilities.Drop, []string{"ALL"}):
			t.Errorf("the container may too much: %+v", container)
		}
		return
	}
	t.Error("the manifests hold no StatefulSet")
}

// documents are those of a YAML file.
func documents(t *testing.T, file string) (all []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var one map[string]any
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if one != nil {
			all = append(all, one)
		}
	}
}
