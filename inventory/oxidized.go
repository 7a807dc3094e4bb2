package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Oxidized lists the nodes of a service that speaks the format of Oxidized's HTTP source, as LibreNMS does.
type Oxidized struct {
	URL      string
	Map      map[string]string // Oxidized's words (name, ip, model, group) to the keys of the answer; nil: LibreNMS's
	Location string            // the key under which the list is, "a.b" for one in another; "": the answer is the list
	Client   *Client           // sends the token
}

var _ Source = Oxidized{}

// The keys of an answer where nothing else is said: LibreNMS's, or else Oxidized's own words.
var oxidizedKeys = map[string][]string{
	"name": {"hostname", "name"}, "model": {"os", "model"}, "ip": {"ip"}, "group": {"group"},
}

// OxidizedWords are those that a Map may have.
func OxidizedWords() []string { return slices.Sorted(maps.Keys(oxidizedKeys)) }

// Read is that of Source.
func (s Oxidized) Read(ctx context.Context) ([]Document, error) {
	text, _, err := s.Client.get(ctx, s.URL)
	if err != nil {
		return nil, err
	}
	return []Document{{ShortURL(s.URL), text}}, nil
}

const oxidizedLabel = "__meta_oxidized_"

// Parse is that of Source.
func (s Oxidized) Parse(documents []Document) (targets []Target, problems []string, err error) {
	d := documents[0]
	text := json.RawMessage(d.Text)
	if s.Location != "" {
		for key := range strings.SplitSeq(s.Location, ".") {
			var object map[string]json.RawMessage
			if err := json.Unmarshal(text, &object); err != nil || object[key] == nil {
				return nil, nil, fmt.Errorf("%s: there is no %s in the answer; check hosts_location", d.Name, s.Location)
			}
			text = object[key]
		}
	}
	var nodes []map[string]any
	if err := json.Unmarshal(text, &nodes); err != nil || nodes == nil {
		return nil, nil, fmt.Errorf("%s: %w", d.Name, notJSON(text, "a list of nodes", err))
	}
	for i, node := range nodes {
		place := fmt.Sprintf("%s[%d]", d.Name, i)
		name := s.value(node, "name")
		if name == "" {
			problems = append(problems, place+": a node has no name")
			continue
		}
		labels := map[string]string{labelAddress: cmp.Or(s.value(node, "ip"), name), labelPlatform: s.value(node, "model")}
		for key, value := range node {
			labels[oxidizedLabel+labelWord(key)] = fieldText(value)
		}
		targets = append(targets, Target{place, name, published(labels)})
	}
	return targets, problems, nil
}

// value is what a node has for one of Oxidized's words.
func (s Oxidized) value(node map[string]any, word string) string {
	keys := oxidizedKeys[word]
	if key, ok := s.Map[word]; ok {
		keys = []string{key}
	}
	for _, key := range keys {
		if text := fieldText(node[key]); text != "" {
			return text
		}
	}
	return ""
}
