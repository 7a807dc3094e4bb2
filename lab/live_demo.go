package lab

import "github.com/netver/netver_exporter/parser"

// FieldUsername opens, with FieldPassword, the devices of the live demonstration whose account has its password changed.
const (
	FieldUsername = "field"
	FieldPassword = "meadow"
)

// alike is how many devices of one platform the live demonstration has, so that its upgrades are seen to make progress.
const alike = 5

// LiveDemo is the fleet of `lab --live`: as Demo, with fewer platforms and more devices of each. Those without a fault have two
// releases, and all but every third of them begin with the older one. Every sixth is of the account FieldUsername.
func LiveDemo(n int, platforms ...*parser.Platform) ([]*Device, error) {
	casts, err := newCasts(platforms)
	if err != nil {
		return nil, err
	}
	fleet := assemble(n, casts[:min(len(casts), max(1, n/alike))])
	for i, d := range fleet {
		d.Labels["site"] = sites[i%len(sites)] // a platform at all of them
		if d.Fault != "" {
			continue
		}
		d.Releases = []parser.Sample{older(d.Platform, d.Sample), d.Sample}
		if i%3 != 0 {
			d.Sample = d.Releases[0]
		}
		if i%6 == 5 {
			d.Login.Username, d.Login.Password = FieldUsername, FieldPassword
		}
	}
	return fleet, nil
}
