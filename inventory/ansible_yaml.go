package inventory

import (
	"fmt"

	"github.com/netver/netver_exporter/strictyaml"
)

// looksLikeYAML reports that a file whose name does not say so is an inventory in YAML.
func looksLikeYAML(d Document) bool {
	document, err := strictyaml.Parse(d.Name, d.Text, "a group")
	return err == nil && document.Value().IsMapping()
}

// readYAML adds an inventory in YAML, or in JSON, which is YAML.
func (v *ansibleInventory) readYAML(d Document) error {
	document, err := strictyaml.Parse(d.Name, d.Text, "the group all")
	if err != nil {
		return err
	}
	root := document.Value()
	if !root.IsMapping() {
		return fmt.Errorf("%s: want groups with their hosts, as in all: {hosts: {...}}", d.Name)
	}
	if plugin := root.Get("plugin"); !plugin.IsNull() {
		return fmt.Errorf("%s:%d: this file is for a plugin of Ansible, which is not run; use ansible-inventory --list --output FILE --export --yaml, and name that file", d.Name, plugin.Line())
	}
	for name, value := range root.Entries() {
		if err := v.yamlGroup(d.Name, name, value, nil); err != nil {
			return err
		}
	}
	return nil
}

// groupAt is a group as one place in a file gives it. Aliases lead to the same place many times.
type groupAt struct {
	name  string
	value strictyaml.Value
}

func (v *ansibleInventory) yamlGroup(file, name string, value strictyaml.Value, parent *ansibleGroup) error {
	place := fmt.Sprintf("%s:%d", file, value.Line())
	g := v.group(name)
	delete(v.undefined, name)
	if parent != nil {
		if err := v.child(parent, g); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	at := groupAt{name, value}
	if value.IsNull() || v.met[at] {
		return nil
	}
	v.met[at] = true
	if !value.IsMapping() {
		return fmt.Errorf("%s: group %s: want hosts, vars or children", place, name)
	}
	for _, part := range []string{"vars", "children", "hosts"} {
		entries := value.Get(part)
		text, single := entries.Text()
		if !entries.IsNull() && !entries.IsMapping() && !single {
			return fmt.Errorf("%s:%d: %s of group %s: want names, each with a colon behind it", file, entries.Line(), part, name)
		}
		switch {
		case part == "vars":
			addVars(file, entries, g.vars)
		case part == "children" && single:
			if err := v.yamlGroup(file, text, strictyaml.Value{}, g); err != nil {
				return err
			}
		case part == "children":
			for child, inside := range entries.Entries() {
				if err := v.yamlGroup(file, child, inside, g); err != nil {
					return err
				}
			}
		case single:
			if err := v.yamlHosts(file, text, strictyaml.Value{}, g); err != nil {
				return err
			}
		default:
			for pattern, vars := range entries.Entries() {
				if err := v.yamlHosts(file, pattern, vars, g); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (v *ansibleInventory) yamlHosts(file, pattern string, vars strictyaml.Value, g *ansibleGroup) error {
	place := fmt.Sprintf("%s:%d", file, vars.Line())
	names, port, err := expandHosts(pattern)
	if err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	for _, name := range names {
		h := v.host(name, g, file, place)
		if port != "" {
			h.vars["ansible_port"] = ansibleVar{text: port, place: place}
		}
		addVars(file, vars, h.vars)
	}
	return nil
}
