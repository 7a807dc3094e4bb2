package config

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// The configuration as shipped has the form that the schema describes, with and without the lines that are switched off.
func TestSchema(t *testing.T) {
	text, err := json.Marshal(Schema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("config.json")
	validate := func(source []byte) error {
		var v any
		if err := yaml.Unmarshal(source, &v); err != nil {
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
		return schema.Validate(document)
	}
	shipped, err := os.ReadFile("../config.yml")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^(\s*)#(\S|  +\S)`).ReplaceAll(shipped[len(preface(shipped)):], []byte("$1$2"))
	for name, source := range map[string][]byte{"as shipped": shipped, "with every line switched on": all} {
		if err := validate(source); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"poll: {intervall: 5m}", "groups: {name: site1}", "poll: 5m", "collector: {members: perhaps}"} {
		if validate([]byte(bad)) == nil {
			t.Errorf("%s is valid", bad)
		}
	}
}
