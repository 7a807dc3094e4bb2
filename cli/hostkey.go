package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
)

func bindHostkey(c *kingpin.CmdClause, streams Streams) func(context.Context) error {
	config := configFlag(c).String()
	var s subcommand
	add := func(name, help string, do func(context.Context, *app.Plan) error) *kingpin.CmdClause {
		command := c.Command(name, help)
		s.when(command, func(ctx context.Context) error {
			plan, err := load(ctx, *config, app.Wiring{}, streams)
			if err != nil {
				return err
			}
			return do(ctx, plan)
		})
		return command
	}
	var selected *selection
	scan := add("scan", "Add the keys of devices and jump hosts that have none yet to known_hosts. No password is sent to a device.",
		func(ctx context.Context, p *app.Plan) error { return scanKeys(ctx, p, selected, streams) })
	selected = addSelection(scan)

	var name string
	addForHost := func(command, help string, do func(context.Context, *app.Plan, inventory.Device) error) *kingpin.CmdClause {
		added := add(command, help, func(ctx context.Context, p *app.Plan) error {
			host, err := hostNamed(p, name)
			if err != nil {
				return err
			}
			return do(ctx, p, host)
		})
		added.Arg("device", "Name of a device in the inventory, or of a jump host.").Required().StringVar(&name)
		return added
	}
	var fingerprint string
	var ask bool
	show := addForHost("show", "Show what known_hosts says of a device or jump host.",
		func(ctx context.Context, p *app.Plan, host inventory.Device) error {
			return showKeys(ctx, p, host, ask, streams)
		})
	show.Flag("ask", "Also ask the device for the key that it has now.").BoolVar(&ask)
	accept := addForHost("accept", "Replace the keys of a device or jump host in known_hosts by the one that it shows now.",
		func(ctx context.Context, p *app.Plan, host inventory.Device) error {
			return acceptKey(ctx, p, host, fingerprint, streams)
		})
	accept.Flag("fingerprint", "Accept only the key with this fingerprint.").PlaceHolder("SHA256:...").StringVar(&fingerprint)
	addForHost("forget", "Remove the keys of a device or jump host from known_hosts.",
		func(_ context.Context, p *app.Plan, host inventory.Device) error {
			return forgetKeys(p, host, streams.Out)
		})
	return s.run
}

// scanKeys learns the keys of hosts that have none yet: first those of the jump hosts on the way, each step over those before.
func scanKeys(ctx context.Context, p *app.Plan, selected *selection, s Streams) error {
	selected.all = selected.all || selected.none()
	if err := selected.check(); err != nil {
		return err
	}
	devices := p.Plan
	if err := selected.apply(&devices); err != nil {
		return err
	}
	keys, err := p.KnownHosts()
	if err != nil {
		return err
	}
	var steps [][]poll.Group
	for _, hosts := range p.WayTo(devices.Groups) {
		steps = append(steps, []poll.Group{{Name: "jump hosts", Devices: hosts}})
	}
	learned, known, vouched, failed := 0, 0, 0, 0
	for _, groups := range append(steps, devices.Groups) {
		step := devices
		step.Groups = without(groups, func(d *inventory.Device) bool {
			has := keys.Known(d.Address)
			if has && !d.Disabled {
				known++
				if !keys.HasKey(d.Address) {
					vouched++
				}
			}
			return has || d.Disabled
		})
		seen, err := lookAtKeys(ctx, step, s.Err)
		if err != nil {
			return err
		}
		for i := range seen {
			one := &seen[i]
			if one.Err == nil {
				one.Err = keys.Learn(one.Device.Address, one.Key)
			}
			if one.Err != nil {
				failed++
			} else {
				learned++
			}
		}
		if err := writeSeen(s.Out, seen); err != nil {
			return err
		}
	}
	before := fmt.Sprintf("%d known before", known)
	if vouched > 0 {
		before += fmt.Sprintf(" (%d by an authority alone)", vouched)
	}
	fmt.Fprintf(s.Err, "%s learned, %s, %d failed\n", strictyaml.Count(learned, "key"), before, failed)
	if failed > 0 {
		return errSilent
	}
	return nil
}

// without leaves out the devices that leave says so of.
func without(groups []poll.Group, leave func(*inventory.Device) bool) []poll.Group {
	kept := slices.Clone(groups)
	for i := range kept {
		kept[i].Devices = slices.DeleteFunc(slices.Clone(kept[i].Devices), func(d inventory.Device) bool { return leave(&d) })
	}
	return kept
}

// hostNamed finds a device of the inventory or a jump host.
func hostNamed(p *app.Plan, name string) (inventory.Device, error) {
	var names []string
	for _, g := range p.Groups {
		for _, d := range g.Devices {
			if d.Name == name {
				return d, nil
			}
			names = append(names, d.Name)
		}
	}
	if d, ok := p.JumpHost(name); ok {
		return d, nil
	}
	return inventory.Device{}, fmt.Errorf("neither in the inventory nor a jump host: %s%s", name, strictyaml.Suggest(name, names))
}

func showKeys(ctx context.Context, p *app.Plan, d inventory.Device, ask bool, s Streams) error {
	keys, err := p.KnownHosts()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s at %s\n", d.Name, d.Address)
	known := keys.Show(d.Address)
	for _, k := range known {
		fmt.Fprintln(s.Out, "known", k)
	}
	if known == nil {
		fmt.Fprintln(s.Out, "known no key")
	}
	if !ask {
		return nil
	}
	seen, err := lookAtKey(ctx, p, d, s.Err)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, "now  ", seen.Key)
	return nil
}

func acceptKey(ctx context.Context, p *app.Plan, d inventory.Device, fingerprint string, s Streams) error {
	keys, err := p.KnownHosts()
	if err != nil {
		return err
	}
	seen, err := lookAtKey(ctx, p, d, s.Err)
	if err != nil {
		return err
	}
	if fingerprint != "" && strings.TrimRight(fingerprint, "=") != seen.Key.Fingerprint() {
		return fmt.Errorf("%s shows %v, which is not %s; nothing is changed", d.Name, seen.Key, fingerprint)
	}
	replaced, err := keys.Accept(d.Address, seen.Key)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s at %s\n", d.Name, d.Address)
	for _, k := range replaced {
		fmt.Fprintln(s.Out, "replaced", k)
	}
	fmt.Fprintln(s.Out, "accepted", seen.Key)
	return nil
}

func forgetKeys(p *app.Plan, d inventory.Device, out io.Writer) error {
	keys, err := p.KnownHosts()
	if err != nil {
		return err
	}
	removed, err := keys.Forget(d.Address)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s at %s\n", d.Name, d.Address)
	for _, k := range removed {
		fmt.Fprintln(out, "forgot", k)
	}
	if removed == nil {
		fmt.Fprintln(out, "no key was known")
	}
	return nil
}
