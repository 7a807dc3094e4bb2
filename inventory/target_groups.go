package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"strings"
)

// targetGroup is an element of the lists of Prometheus's service discovery.
type targetGroup struct {
	targets []target
	labels  map[string]string
}

type target struct{ place, name string }

// jsonGroups reads target groups that are written as JSON.
func jsonGroups(d Document) ([]targetGroup, error) {
	var groups []targetGroup
	err := eachElement(d, func(i, line int, decode func(any) error) error {
		var w *struct {
			Targets []*string         `json:"targets"`
			Labels  map[string]string `json:"labels"`
		}
		if err := decode(&w); err != nil {
			return err
		}
		if w == nil {
			return errors.New("null is no group of targets")
		}
		g := targetGroup{labels: w.Labels}
		for _, name := range w.Targets {
			t := target{place: place(d.Name, i, line)}
			if name != nil {
				t.name = *name
			}
			g.targets = append(g.targets, t)
		}
		groups = append(groups, g)
		return nil
	})
	return groups, err
}

// place names an element: by its line in a file, by its index in an answer, which has no lines.
func place(name string, index, line int) string {
	if strings.Contains(name, "://") {
		return fmt.Sprintf("%s[%d]", name, index)
	}
	return fmt.Sprintf("%s:%d", name, line)
}

// eachElement calls each for the elements of a JSON list. Errors name the place; decode refuses fields that are unknown.
func eachElement(d Document, each func(index, line int, decode func(any) error) error) error {
	decoder := json.NewDecoder(bytes.NewReader(d.Text))
	decoder.DisallowUnknownFields()
	if t, err := decoder.Token(); err != nil || t != json.Delim('[') {
		return fmt.Errorf("%s: %w", d.Name, notJSON(d.Text, "a list", err))
	}
	lines := lineCounter{text: d.Text}
	for i := 0; decoder.More(); i++ {
		line := lines.at(int(decoder.InputOffset()))
		if err := each(i, line, decoder.Decode); err != nil {
			return fmt.Errorf("%s: %w", place(d.Name, i, line), elementError(err))
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("%s: the text ends in the middle of the list", d.Name)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: something follows the list", d.Name)
	}
	return nil
}

// elementError is what keeps an element from being read, in words that know no types of Go.
func elementError(err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the text ends in the middle of the list")
	case !ok:
		return err
	}
	want, key := "a text", strings.TrimPrefix(wrong.Field, ".")
	switch wrong.Type.Kind() {
	case reflect.Slice:
		want = "a list"
	case reflect.Map, reflect.Struct:
		want = "keys with a value each"
	}
	if key != "" {
		key += ": "
	}
	return fmt.Errorf("%swant %s, not the %s that is there", key, want, wrong.Value)
}

// notJSON says what a text is instead of the JSON that is wanted.
func notJSON(text []byte, want string, err error) error {
	text = bytes.TrimSpace(text)
	wrong, other := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case len(text) == 0:
		return fmt.Errorf("it is empty; want %s in JSON", want)
	case text[0] == '<':
		return fmt.Errorf("this is a page in HTML; want %s in JSON. Is it the address of the API, and is the login right?", want)
	case other:
		return fmt.Errorf("want %s in JSON, not the %s at %s", want, wrong.Value, cmp.Or(wrong.Field, "the top"))
	case err != nil:
		return fmt.Errorf("want %s in JSON: %w", want, err)
	}
	return fmt.Errorf("want %s in JSON, which this is not", want) // the text may be a secret, under a wrong name
}

// lineCounter finds the lines of offsets that grow.
type lineCounter struct {
	text         []byte
	offset, line int
}

// at is the line, from 1, on which the next word after the offset begins.
func (c *lineCounter) at(offset int) int {
	for offset < len(c.text) && strings.IndexByte(" \t\r\n,", c.text[offset]) >= 0 {
		offset++
	}
	c.line += bytes.Count(c.text[c.offset:offset], []byte("\n"))
	c.offset = offset
	return c.line + 1
}

// flatten makes one list of groups. Each target has the label that says where it comes from.
func flatten(groups []targetGroup, label, origin string) (targets []Target, problems []string) {
	for _, g := range groups {
		for _, t := range g.targets {
			if t.name == "" {
				problems = append(problems, t.place+": a target has no name, so there is nothing to dial; name the device in the inventory")
				continue
			}
			labels := make(map[string]string, len(g.labels)+2)
			labels[labelAddress], labels[label] = t.name, origin
			fromPlugin(labels, g.labels)
			maps.Copy(labels, g.labels)
			maps.DeleteFunc(labels, func(name, value string) bool { return value == none && strings.HasPrefix(name, netBoxLabel) })
			targets = append(targets, Target{t.place, t.name, labels})
		}
	}
	return targets, problems
}

// netBoxLabel begins the labels of NetBox, whether its plugin gives them or this package. Where a device has no such property,
// the plugin may say none.
const (
	netBoxLabel = "__meta_netbox_"
	none        = "None"
)

// fromPlugin sets address and platform by the labels of NetBox's plugin.
func fromPlugin(labels, given map[string]string) {
	for _, name := range []string{"primary_ip4", "primary_ip6", "primary_ip"} {
		if ip := withoutMask(given[netBoxLabel+name]); ip != "" && ip != none {
			labels[labelAddress] = ip
			break
		}
	}
	if slug := given[netBoxLabel+"platform_slug"]; slug != "" && slug != none {
		labels[labelPlatform] = slug
	}
}

// withoutMask cuts the length of the network off an address.
func withoutMask(address string) string {
	ip, _, _ := strings.Cut(address, "/")
	return ip
}
