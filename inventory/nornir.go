package inventory

import (
	"cmp"
	"context"
	"fmt"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// Nornir lists the hosts of Nornir's SimpleInventory.
type Nornir struct {
	Hosts, Groups, Defaults string // files; Groups and Defaults may be missing
}

var _ Source = Nornir{}

// Read is that of Source: the hosts, the groups and the defaults, of which the last two may be empty.
func (s Nornir) Read(context.Context) ([]Document, error) {
	hosts, err := readFile(s.Hosts)
	if err != nil {
		return nil, err
	}
	documents := []Document{hosts}
	for _, name := range []string{s.Groups, s.Defaults} {
		d := Document{Name: name}
		if name != "" && !isMissing(file.Check(name)) {
			if d, err = readFile(name); err != nil {
				return nil, err
			}
		}
		documents = append(documents, d)
	}
	return documents, nil
}

// Folders is that of a source whose files can be watched.
func (s Nornir) Folders() []string {
	names := []string{s.Hosts}
	for _, name := range []string{s.Groups, s.Defaults} {
		if name != "" {
			names = append(names, name)
		}
	}
	return foldersOf(names...)
}

// Parse is that of Source. What a host does not say its groups do, depth first in the order in which they are listed, and then
// the defaults.
func (s Nornir) Parse(documents []Document) (targets []Target, problems []string, err error) {
	var roots [3]strictyaml.Value
	for i, d := range documents {
		if len(d.Text) == 0 && i > 0 {
			continue
		}
		document, err := strictyaml.Parse(d.Name, d.Text, "a host")
		if err != nil {
			return nil, nil, err
		}
		roots[i] = document.Value()
	}
	r := nornirReader{groups: map[string]strictyaml.Value{}, defaults: roots[2], file: documents[1].Name}
	for name, value := range roots[1].Entries() {
		r.groups[name] = value
	}
	for name, host := range roots[0].Entries() {
		place := fmt.Sprintf("%s:%d", documents[0].Name, host.Line())
		if name == "" {
			problems = append(problems, place+": a host has no name")
			continue
		}
		chain, err := r.chain(host)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: host %s: %w", place, name, err)
		}
		chain = append(chain, r.defaults)
		labels := nornirLabels(chain)
		labels[labelAddress] = withPort(cmp.Or(first(chain, "hostname"), name), first(chain, "port"))
		labels[labelPlatform] = first(chain, "platform")
		labels["__meta_nornir_groups"] = joined(texts(host.Get("groups")))
		labels[labelFilepath] = documents[0].Name
		targets = append(targets, Target{place, name, published(labels)})
	}
	return targets, problems, nil
}

type nornirReader struct {
	groups   map[string]strictyaml.Value
	defaults strictyaml.Value
	file     string // of the groups
}

// chain lists a host and the groups that it takes from, in order of precedence. A group that is met again adds nothing.
func (r *nornirReader) chain(host strictyaml.Value) (list []strictyaml.Value, err error) {
	met := map[string]bool{} // false: while its own groups are looked at
	var add func(v strictyaml.Value) error
	add = func(v strictyaml.Value) error {
		list = append(list, v)
		for _, name := range texts(v.Get("groups")) {
			group, known := r.groups[name]
			done, seen := met[name]
			switch {
			case !known:
				return fmt.Errorf("there is no group %q in %s", name, cmp.Or(r.file, "groups"))
			case seen && !done:
				return fmt.Errorf("group %q is a member of itself", name)
			case seen:
				continue
			}
			met[name] = false
			if err := add(group); err != nil {
				return err
			}
			met[name] = true
		}
		return nil
	}
	err = add(host)
	return list, err
}

// first is the first text of a key that is not null.
func first(chain []strictyaml.Value, key string) string {
	for _, v := range chain {
		if text, ok := v.Get(key).Text(); ok {
			return text
		}
	}
	return ""
}

// nornirLabels are the data of a host, those that are single values.
func nornirLabels(chain []strictyaml.Value) map[string]string {
	labels := map[string]string{}
	for _, v := range chain {
		for key, value := range v.Get("data").Entries() {
			name := "__meta_nornir_data_" + labelWord(key)
			if _, taken := labels[name]; !taken {
				text, _ := value.Text()
				labels[name] = text
			}
		}
	}
	return labels
}

// texts are the items of a list that are single values.
func texts(v strictyaml.Value) []string {
	var list []string
	for _, item := range v.Items() {
		if text, ok := item.Text(); ok {
			list = append(list, text)
		}
	}
	return list
}
