package app

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// changes says how an inventory differs from the one before: what was added, removed and changed, as attributes for the log.
func changes(before, now []poll.Group) (attributes []any) {
	old := make(map[string]*inventory.Device)
	for _, g := range before {
		for i := range g.Devices {
			old[g.Devices[i].Name] = &g.Devices[i]
		}
	}
	var added, changed []string
	for _, g := range now {
		for i := range g.Devices {
			d := &g.Devices[i]
			if was, known := old[d.Name]; !known {
				added = append(added, d.Name)
			} else if !reflect.DeepEqual(was, d) {
				changed = append(changed, d.Name)
			}
			delete(old, d.Name)
		}
	}
	removed := slices.Collect(maps.Keys(old))
	for _, kind := range []struct {
		word  string
		names []string
	}{{"added", added}, {"removed", removed}, {"changed", changed}} {
		if len(kind.names) > 0 {
			attributes = append(attributes, kind.word, len(kind.names), kind.word+"_devices", firstOf(kind.names))
		}
	}
	return attributes
}

// mostNames is how many names of devices a line of the log has.
const mostNames = 20

// firstOf lists names on one line, the first of them if there are many.
func firstOf(names []string) string {
	slices.Sort(names)
	if len(names) <= mostNames {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNames], ", "), len(names)-mostNames)
}
