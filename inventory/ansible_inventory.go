package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// ansibleInventory is hosts and groups as the files of an inventory give them.
type ansibleInventory struct {
	groups    map[string]*ansibleGroup
	hosts     map[string]*ansibleHost
	order     []*ansibleHost    // as they were met
	undefined map[string]string // groups that are named and not defined yet: where
	met       map[groupAt]bool
}

type ansibleGroup struct {
	name     string
	hosts    []*ansibleHost // as they were met
	parents  []*ansibleGroup
	children []*ansibleGroup
	vars     map[string]ansibleVar // of the inventory
	more     map[string]ansibleVar // of group_vars
	depth    int
}

type ansibleHost struct {
	name, file, place string
	groups            []*ansibleGroup // directly
	vars, more        map[string]ansibleVar
}

// ansibleVar is a variable that is a single value.
type ansibleVar struct {
	text, place string
	tag         string // of YAML
}

// unusable says why the value is not known; "": it is.
func (v ansibleVar) unusable() string {
	switch {
	case v.tag == "!vault" || strings.HasPrefix(v.text, "$ANSIBLE_VAULT;"):
		return "is in a vault, which is not opened; write it in clear"
	case strings.Contains(v.text, "{{") || strings.Contains(v.text, "{%"):
		return "is a template, which is not evaluated; write the value"
	}
	return ""
}

const (
	groupAll       = "all"
	groupUngrouped = "ungrouped"
	groupPriority  = "ansible_group_priority"
)

func newAnsibleInventory() *ansibleInventory {
	v := &ansibleInventory{groups: map[string]*ansibleGroup{}, hosts: map[string]*ansibleHost{}, undefined: map[string]string{}, met: map[groupAt]bool{}}
	v.group(groupAll)
	v.group(groupUngrouped)
	return v
}

func (v *ansibleInventory) group(name string) *ansibleGroup {
	g, ok := v.groups[name]
	if !ok {
		g = &ansibleGroup{name: name, vars: map[string]ansibleVar{}}
		v.groups[name] = g
	}
	return g
}

// host adds a host to a group.
func (v *ansibleInventory) host(name string, g *ansibleGroup, file, place string) *ansibleHost {
	h, ok := v.hosts[name]
	if !ok {
		h = &ansibleHost{name: name, file: file, place: place, vars: map[string]ansibleVar{}}
		v.hosts[name] = h
		v.order = append(v.order, h)
	}
	if !slices.Contains(h.groups, g) {
		h.groups = append(h.groups, g)
		g.hosts = append(g.hosts, h)
	}
	return h
}

// child puts a group into another one.
func (v *ansibleInventory) child(parent, child *ansibleGroup) error {
	if parent == child || slices.Contains(ancestors(parent), child) {
		return fmt.Errorf("group %q would be a member of itself, through %q", child.name, parent.name)
	}
	if !slices.Contains(parent.children, child) {
		parent.children, child.parents = append(parent.children, child), append(child.parents, parent)
	}
	return nil
}

// ancestors are the groups that a group is in, directly or not.
func ancestors(g *ansibleGroup) []*ansibleGroup {
	var all []*ansibleGroup
	for next := slices.Clone(g.parents); len(next) > 0; next = next[1:] {
		if !slices.Contains(all, next[0]) {
			all = append(all, next[0])
			next = append(next, next[0].parents...)
		}
	}
	return all
}

// complete puts what is in no group where Ansible puts it, and works out how deep groups are.
func (v *ansibleInventory) complete() error {
	for name, place := range v.undefined {
		return fmt.Errorf("%s: there is no group %q; define it with [%s]", place, name, name)
	}
	all := v.groups[groupAll]
	for _, name := range slices.Sorted(maps.Keys(v.groups)) {
		if g := v.groups[name]; g != all && len(g.parents) == 0 {
			if err := v.child(all, g); err != nil {
				return err
			}
		}
	}
	for _, h := range v.order {
		if len(h.groups) == 0 || len(h.groups) == 1 && h.groups[0] == all {
			v.host(h.name, v.groups[groupUngrouped], h.file, h.place)
		}
	}
	for changed := true; changed; { // there is no circle
		changed = false
		for _, g := range v.groups {
			for _, p := range g.parents {
				if g.depth < p.depth+1 {
					g.depth, changed = p.depth+1, true
				}
			}
		}
	}
	return nil
}

// groupsOf are all groups of a host but all, those that count less first.
func (v *ansibleInventory) groupsOf(h *ansibleHost) []*ansibleGroup {
	var list []*ansibleGroup
	for _, g := range h.groups {
		for _, each := range append(ancestors(g), g) {
			if each.name != groupAll && !slices.Contains(list, each) {
				list = append(list, each)
			}
		}
	}
	slices.SortFunc(list, func(a, b *ansibleGroup) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.priority(), b.priority()), strings.Compare(a.name, b.name))
	})
	return list
}

func (g *ansibleGroup) priority() int {
	n, err := strconv.Atoi(g.vars[groupPriority].text)
	if err != nil {
		return 1
	}
	return n
}

func (v *ansibleInventory) groupNames(h *ansibleHost) []string {
	var names []string
	for _, g := range v.groupsOf(h) {
		names = append(names, g.name)
	}
	slices.Sort(names)
	return names
}

// varsOf lays the variables of a host over each other in Ansible's order of precedence.
func (v *ansibleInventory) varsOf(h *ansibleHost) map[string]ansibleVar {
	vars := map[string]ansibleVar{}
	all, groups := v.groups[groupAll], v.groupsOf(h)
	maps.Copy(vars, all.vars)
	for _, g := range groups {
		maps.Copy(vars, g.vars)
	}
	maps.Copy(vars, all.more)
	for _, g := range groups {
		maps.Copy(vars, g.more)
	}
	maps.Copy(vars, h.vars)
	maps.Copy(vars, h.more)
	delete(vars, groupPriority) // of groups alone
	return vars
}

// readVars reads the files of group_vars and host_vars, whose names are relative to the inventory's folder.
func (v *ansibleInventory) readVars(files map[string]Document) error {
	byOwner := map[string][]Document{} // "group_vars/site1.yml", or the folder "group_vars/site1"
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parts := strings.SplitN(name, "/", 3)
		owner := parts[0] + "/" + parts[1]
		byOwner[owner] = append(byOwner[owner], files[name])
	}
	var errs []error
	load := func(owner string) map[string]ansibleVar {
		vars := map[string]ansibleVar{}
		for _, extension := range varsExtensions { // the first that is there counts
			if found := byOwner[owner+extension]; found != nil {
				for _, d := range found {
					errs = append(errs, readVarsFile(d, vars))
				}
				break
			}
		}
		return vars
	}
	for _, g := range v.groups {
		g.more = load("group_vars/" + g.name)
	}
	for _, h := range v.order {
		h.more = load("host_vars/" + h.name)
	}
	return errors.Join(errs...)
}

// readVarsFile adds a file's variables. A file that is a vault as a whole has none that are known.
func readVarsFile(d Document, vars map[string]ansibleVar) error {
	text := strings.TrimSpace(string(d.Text))
	if strings.HasPrefix(text, "$ANSIBLE_VAULT;") || strings.Trim(text, "-. \r\n") == "" {
		return nil
	}
	document, err := strictyaml.Parse(d.Name, d.Text, "a variable")
	if err != nil {
		if onlyComments(text) {
			return nil
		}
		return err
	}
	root := document.Value()
	if !root.IsMapping() {
		return fmt.Errorf("%s: want variables with a value each, as in name: value", d.Name)
	}
	addVars(d.Name, root, vars)
	return nil
}

// onlyComments reports that no line of a YAML file says anything.
func onlyComments(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line != "---" && line[0] != '#' {
			return false
		}
	}
	return true
}

// addVars adds the variables of a mapping. Those that are no single values hide others of their name.
func addVars(file string, mapping strictyaml.Value, vars map[string]ansibleVar) {
	for name, value := range mapping.Entries() {
		text, _ := value.Text()
		vars[name] = ansibleVar{text, fmt.Sprintf("%s:%d", file, value.Line()), value.Tag()}
	}
}
