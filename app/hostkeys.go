package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/transport"
)

// KnownHosts are the keys in the configuration's known_hosts files, also where no device's policy goes by them.
func (p *Plan) KnownHosts() (*transport.HostKeys, error) {
	if hostKeys(p.Config) != string(transport.Insecure) {
		return p.HostKeys, nil
	}
	keys, err := transport.OpenHostKeys(p.Config.SSH.KnownHosts, nil)
	if err != nil {
		return nil, fmt.Errorf("read known_hosts: %w", err)
	}
	return keys, nil
}

// JumpHost is a jump host of the configuration in the form of a device, to have its host key looked at.
func (p *Plan) JumpHost(name string) (d inventory.Device, ok bool) {
	j, ok := p.Config.JumpHosts[name]
	return inventory.Device{
		Name: name, Group: jumpHostGroup(name), Address: j.Address, Credential: j.Credentials, HostKeys: j.HostKeys, Jump: j.Jump,
		Legacy: j.LegacyAlgorithms,
	}, ok
}

// jumpHostGroup is the group of a jump host in the form of a device, which has settings of its own.
func jumpHostGroup(name string) string { return "jump host " + name }

// WayTo returns the jump hosts that lead to devices, in the form of devices: first those that are reached directly, then those
// behind them, and so on.
func (p *Plan) WayTo(groups []poll.Group) (steps [][]inventory.Device) {
	depths := map[string]int{}
	for _, g := range groups {
		for i := range g.Devices {
			p.addWay(depths, g.Devices[i].Jump)
		}
	}
	for name, depth := range depths {
		for len(steps) <= depth {
			steps = append(steps, nil)
		}
		d, _ := p.JumpHost(name)
		steps[depth] = append(steps[depth], d)
	}
	for _, step := range steps {
		slices.SortFunc(step, func(a, b inventory.Device) int { return strings.Compare(a.Name, b.Name) })
	}
	return steps
}

// addWay notes a jump host and those before it, each with how many come before, and returns how many come before what
// it leads to.
func (p *Plan) addWay(depths map[string]int, name string) int {
	if name == "" {
		return 0
	}
	depths[name] = p.addWay(depths, p.Config.JumpHosts[name].Jump)
	return depths[name] + 1
}
