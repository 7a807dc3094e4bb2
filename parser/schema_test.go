package parser

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// TestSchema holds every built-in definition to the schema, and the schema to what a definition may not have.
func TestSchema(t *testing.T) {
	schema := compiled(t, Schema())
	registry := builtIns(t)
	for _, p := range registry.All() {
		if err := schema.Validate(plain(t, p.Definition())); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
	const good = "id: acme_os\nvendor: Acme\ntitle: AcmeOS\nsession: {mode: shell}\ncommands: {run: show version, facts: {version: '^v(\\S+)'}}\n"
	if err := schema.Validate(plain(t, []byte(good))); err != nil {
		t.Errorf("short forms: %v", err)
	}
	for name, bad := range map[string]string{
		"an unknown key":      good + "colour: red\n",
		"a missing key":       strings.Replace(good, "vendor: Acme\n", "", 1),
		"an unknown fact":     strings.Replace(good, "{version: ", "{colour: ", 1),
		"an unknown mode":     strings.Replace(good, "mode: shell", "mode: telnet", 1),
		"a text for a list":   strings.Replace(good, "{mode: shell}", "shell", 1),
		"an empty text":       strings.Replace(good, "title: AcmeOS", "title: ''", 1),
		"a key of a rule":     strings.Replace(good, `'^v(\S+)'`, `{lines: x}`, 1),
		"a text for a number": strings.Replace(good, "facts: {version: '^v(\\S+)'}", "optional: perhaps, facts: {version: x}", 1),
	} {
		if bad == good || schema.Validate(plain(t, []byte(bad))) == nil {
			t.Errorf("%s is valid", name)
		}
	}
}

func compiled(t *testing.T, of map[string]any) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	name := filepath.Join(t.TempDir(), "schema.json")
	if err := c.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

// plain is a YAML document as an editor hands it to a validator.
func plain(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	return document
}
