package cli

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
)

// selection is which devices of the inventory are meant: those that each kind of flag that was given selects.
type selection struct {
	all    bool
	names  []string // or globs; one must match
	groups []string // it must be one of them
	labels []string // NAME=VALUE; all must be there
}

func addSelection(c *kingpin.CmdClause) *selection {
	s := &selection{}
	c.Arg("device", "Names of devices in the inventory, or globs such as 'sw-*'.").StringsVar(&s.names)
	c.Flag("group", "The devices of this group. Repeatable.").PlaceHolder("GROUP").StringsVar(&s.groups)
	c.Flag("label", "The devices with this label. Repeatable: those with all of them.").PlaceHolder("NAME=VALUE").StringsVar(&s.labels)
	c.Flag("all", "The whole inventory.").BoolVar(&s.all)
	return s
}

// none reports that nothing is selected.
func (s *selection) none() bool { return !s.all && len(s.names)+len(s.groups)+len(s.labels) == 0 }

// check reports what is wrong with the selection whatever the inventory.
func (s *selection) check() error {
	if some := len(s.names)+len(s.groups)+len(s.labels) > 0; s.all == some {
		return errors.New("say which devices: names, globs, --group, --label, or --all alone")
	}
	for _, l := range s.labels {
		if name, _, ok := strings.Cut(l, "="); !ok || name == "" {
			return fmt.Errorf("--label=%s: want NAME=VALUE", l)
		}
	}
	for _, pattern := range s.names {
		if _, err := path.Match(pattern, ""); err != nil && !strings.Contains(pattern, "]:") { // [2001:db8::1]:22 is a name
			return fmt.Errorf("bad glob %q; [ begins a set of characters and needs its ]", pattern)
		}
	}
	return nil
}

// apply leaves the selected devices in the plan. A name, glob or group that selects none is an error.
func (s *selection) apply(plan *poll.Plan) error {
	if s.all {
		return nil
	}
	used := map[string]bool{}
	var names, groups []string
	selected := 0
	for i := range plan.Groups {
		g := &plan.Groups[i]
		groups = append(groups, g.Name)
		kept := g.Devices[:0:0]
		for _, d := range g.Devices {
			names = append(names, d.Name)
			if s.named(d.Name, used) && s.labelled(d.Labels) && (s.groups == nil || slices.Contains(s.groups, g.Name)) {
				kept = append(kept, d)
			}
		}
		g.Devices = kept
		selected += len(kept)
	}
	for _, g := range s.groups {
		if !slices.Contains(groups, g) {
			return fmt.Errorf("there is no group %q%s", g, strictyaml.Suggest(g, groups))
		}
	}
	var missing []string
	for _, name := range s.names {
		if !used[name] {
			missing = append(missing, strconv.Quote(name)+strictyaml.Suggest(name, names))
		}
	}
	if missing != nil {
		return fmt.Errorf("not in the inventory: %s", strings.Join(missing, ", "))
	}
	if selected == 0 {
		return errors.New("no device of the inventory has all that was asked for")
	}
	return nil
}

// named reports whether one of the names or globs means the device, and notes all that do.
func (s *selection) named(device string, used map[string]bool) bool {
	match := s.names == nil
	for _, pattern := range s.names {
		globbed, _ := path.Match(flat(pattern), flat(device)) // check has tried it
		if globbed || pattern == device {
			match, used[pattern] = true, true
		}
	}
	return match
}

// flat is a name in which a slash is nothing special, unlike in that of a file.
func flat(name string) string { return strings.ReplaceAll(name, "/", "\x00") }

func (s *selection) labelled(labels []inventory.Label) bool {
	for _, want := range s.labels {
		name, value, _ := strings.Cut(want, "=")
		if !slices.Contains(labels, inventory.Label{Name: name, Value: value}) {
			return false
		}
	}
	return true
}
