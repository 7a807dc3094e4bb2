package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/version"
)

// setting is one key of the file, as docs/configuration.md calls it: groups[].devices[].name.
type setting struct {
	key   string
	value string // its default; "": none
}

// shared are the words of many kinds of sources, which are listed once, below anySource.
var shared = []reflect.Type{reflect.TypeFor[refresh](), reflect.TypeFor[httpClient]()}

const anySource = "groups[].SOURCE[]"

// once takes settings out that are there already.
func once(list []setting) []setting {
	var kept []setting
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// settings lists every key below a value's.
func settings(v reflect.Value, at string) []setting {
	switch v.Kind() {
	case reflect.Pointer:
		return settings(reflect.Zero(v.Type().Elem()), at)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != reflect.TypeFor[version.Spec]() {
			return settings(reflect.Zero(v.Type().Elem()), at+"[]")
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Struct {
			return settings(reflect.Zero(v.Type().Elem()), at+".NAME")
		}
	case reflect.Struct:
		switch v.Interface().(type) {
		case secretRef, enableRef, regexp.Regexp, version.Spec, Date:
		default:
			var list []setting
			for i := range v.NumField() {
				key, options, tagged := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
				switch inner := v.Type().Field(i).Type; {
				case key == "" && !tagged: // not written
				case options != "inline":
					list = append(list, settings(v.Field(i), strings.TrimPrefix(at+"."+key, "."))...)
				case slices.Contains(shared, inner):
					list = append(list, settings(reflect.Zero(inner), anySource)...)
				default:
					list = append(list, settings(v.Field(i), at)...)
				}
			}
			return once(list)
		}
		return []setting{{at, ""}}
	}
	value := strings.TrimSpace(fmt.Sprint(v.Interface()))
	if v.IsZero() && strings.Contains(at, "[]") || v.Kind() == reflect.Map {
		value = ""
	}
	return []setting{{at, value}}
}

// config.yml as shipped loads, says what the defaults are, and has every key, some of them switched off by a #.
func TestShippedConfig(t *testing.T) {
	const path = "../config.yml"
	environment := func(name string) (string, bool) { return "/nonexistent", name == "HOME" }
	c, err := Load(path, environment)
	if err == nil {
		err = c.Document.Err()
	}
	if err != nil {
		t.Errorf("as shipped: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, shipped, err := decode(path, text, environment)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(defaults().Poll, shipped.Poll); diff != "" {
		t.Errorf("poll (-defaults +shipped):\n%s", diff)
	}
	if diff := cmp.Diff(defaults().SSH, shipped.SSH); diff != "" {
		t.Errorf("ssh (-defaults +shipped):\n%s", diff)
	}

	all := regexp.MustCompile(`(?m)^(\s*)#(\S|  +\S)`).ReplaceAll(text[len(preface(text)):], []byte("$1$2"))
	l, _, err := decode(path, all, environment)
	if err == nil {
		err = l.document.Err()
	}
	if err != nil {
		t.Fatalf("with every line switched on: %v", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(all, &document); err != nil {
		t.Fatal(err)
	}
	var got []string
	keys(document.Content[0], "", &got)
	var want []string
	for _, s := range settings(reflect.ValueOf(defaults()), "") {
		want = append(want, s.key)
	}
	var words []string
	for _, t := range shared {
		for field := range t.Fields() {
			word, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			words = append(words, word)
		}
	}
	ofAny := regexp.MustCompile(`^groups\[\]\.\w+\[\]\.(` + strings.Join(words, "|") + `)\b`)
	for i := range got {
		got[i] = ofAny.ReplaceAllString(got[i], anySource+".$1")
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("keys (-known +in config.yml):\n%s", diff)
	}
}

// preface is the comment at the top.
func preface(text []byte) []byte {
	return regexp.MustCompile(`^(#.*\n)*`).Find(text)
}

// keys lists the keys of a document in the words of setting.
func keys(n *yaml.Node, at string, list *[]string) {
	switch {
	case n.Kind == yaml.SequenceNode && slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return item.Kind == yaml.MappingNode }):
		for _, item := range n.Content {
			keys(item, at+"[]", list)
		}
	case n.Kind == yaml.MappingNode && !regexp.MustCompile(`labels$|match$|^credentials\.NAME\.\w+$|answer$|filter$|columns$|\.map$|endpoint_params$|token$|(_auth|etcd)\.password$|authorization\.credentials$|client_secret$|secrets\[\]$`).MatchString(at):
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if at == "credentials" || at == "jump_hosts" || strings.HasSuffix(at, "http_headers") {
				key = "NAME"
			}
			keys(n.Content[i+1], strings.TrimPrefix(at+"."+key, "."), list)
		}
	case !strings.HasSuffix(at, "devices[]"): // a device in its short form
		*list = append(*list, at)
	}
}

// docs/configuration.md has a row for every key, with its default.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []setting
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (?:`([^`]*)`|[^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		got = append(got, setting{row[1], row[2]})
	}
	if diff := cmp.Diff(settings(reflect.ValueOf(defaults()), ""), got, cmp.AllowUnexported(setting{})); diff != "" {
		t.Errorf("docs/configuration.md (-types +rows):\n%s", diff)
	}
	for _, name := range inventory.ReservedLabels {
		if !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/configuration.md does not name the reserved label %s", name)
		}
	}
}
