package app

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// warnIncomparable counts, for each rule, the devices that will be undecided whatever they run: the platform's versions cannot
// be compared with what the rule names. Devices of rules for a model are not counted, since models are not known yet.
func warnIncomparable(document *strictyaml.Document, rules []version.Rule, groups []poll.Group, known *parser.Registry) {
	for i := range rules {
		counts, reasons := map[string]int{}, map[string]error{}
		for _, g := range groups {
			for j := range g.Devices {
				d := &g.Devices[j]
				platform, ok := known.Get(d.Platform)
				if !ok || d.Disabled || !rules[i].Match.Matches(policyDevice(d, platform.ID, platform.Vendor)) {
					continue
				}
				if _, checked := reasons[platform.ID]; !checked {
					reasons[platform.ID] = withExample(rules[i].Check(platform.Order), platform)
				}
				if reasons[platform.ID] != nil {
					counts[platform.ID]++
				}
			}
		}
		for _, id := range slices.Sorted(maps.Keys(counts)) {
			document.Warn(strictyaml.At("versions").Item(i), "%s of platform %s will be undecided: %v", strictyaml.Count(counts[id], "device"), id, reasons[id])
		}
	}
}

// withExample adds a version of the platform to an error about one that has another form.
func withExample(err error, p *parser.Platform) error {
	if !errors.Is(err, version.ErrForm) {
		return err
	}
	if example := p.ExampleVersion(); example != "" {
		return fmt.Errorf("%w, such as %s", err, example)
	}
	return err
}
