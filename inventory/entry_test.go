package inventory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testNames = Names{
	Platform: func(name string) (string, error) {
		if name == "unknown" {
			return "", errors.New("unknown platform")
		}
		return strings.TrimSuffix(name, "_alias"), nil
	},
	Credential: func(name string) error {
		if name == "unknown" {
			return errors.New("unknown credential")
		}
		return nil
	},
}

func TestComplete(t *testing.T) {
	yes, no := true, false
	group, faults := testNames.Common(Device{Group: "site1", HostKeys: "strict", Legacy: true}, &Entry{
		Platform: "ios_alias", Credentials: "netops", Mode: "exec", Labels: map[string]string{"site": "a", "rack": "1"},
	})
	if faults != nil {
		t.Fatal(faults)
	}
	common := Device{Group: "site1", HostKeys: "strict", Legacy: true, Platform: "ios", Credential: "netops", Mode: "exec",
		Labels: []Label{{"rack", "1"}, {"site", "a"}}}
	with := func(change func(*Device)) Device {
		d := common
		change(&d)
		return d
	}
	for _, test := range []struct {
		entry Entry
		want  Device
	}{
		{Entry{Address: "192.0.2.1"}, with(func(d *Device) { d.Name, d.Address = "192.0.2.1", "192.0.2.1:22" })},
		{Entry{Address: "SW-1", Port: new(830), Name: "sw"}, with(func(d *Device) { d.Name, d.Address = "sw", "SW-1:830" })},
		{Entry{Address: "[2001:DB8::1]", Port: new(830)}, with(func(d *Device) { d.Name, d.Address = "[2001:DB8::1]:830", "[2001:db8::1]:830" })},
		{
			Entry{Address: "sw", Platform: "eos_alias", Credentials: "other", Mode: "shell", LegacyAlgorithms: &no, Enabled: &no, Labels: map[string]string{"rack": "", "role": "edge"}},
			Device{Name: "sw", Address: "sw:22", Group: "site1", HostKeys: "strict", Platform: "eos", Credential: "other", Mode: "shell", Disabled: true,
				Labels: []Label{{"role", "edge"}, {"site", "a"}}},
		},
		{Entry{Address: "sw", Enabled: &yes}, with(func(d *Device) { d.Name, d.Address = "sw", "sw:22" })},
	} {
		got, faults := testNames.Complete(&test.entry, &group)
		if diff := cmp.Diff(test.want, got); diff != "" || faults != nil {
			t.Errorf("%+v: %v (-want +got):\n%s", test.entry, faults, diff)
		}
	}
}

func TestCompleteFaults(t *testing.T) {
	_, faults := testNames.Common(Device{}, &Entry{Platform: "unknown", Labels: map[string]string{"1st": "x"}})
	if got, want := describe(faults), `platform: unknown platform|labels.1st: "1st" is no label name; use letters, digits and _, and no digit first`; got != want {
		t.Errorf("group: %s, want %s", got, want)
	}
	for _, test := range []struct {
		entry Entry
		want  string
	}{
		{Entry{}, "address: address is missing|platform: platform is missing; name it here or in each device|credentials: credentials are missing; name them here or in each device"},
		{Entry{Address: "sw:22", Port: new(22), Platform: "x", Credentials: "x"}, "port: the address has a port of its own; keep one"},
		{Entry{Address: "sw", Port: new(-1), Platform: "x", Credentials: "x"}, `port: "sw:-1" has no port between 1 and 65535`},
		{Entry{Address: "a b", Name: "\a", Platform: "unknown", Credentials: "unknown", Mode: "telnet"},
			`address: "a b" is neither a host name nor an IP address|platform: unknown platform|credentials: unknown credential|` +
				`mode: unknown mode "telnet"; want exec or shell|name: the name holds a character that cannot be seen; write it without`},
		{Entry{Address: "..", Platform: "x", Credentials: "x"}, `address: ".." is neither a host name nor an IP address`},
		{Entry{Address: "sw", Name: "..", Platform: "x", Credentials: "x"},
			`name: ".." is no name that a device can have: in a URL it stands for a folder, so that the device would have no page`},
		{Entry{Address: "sw", Platform: "x", Credentials: "x", Labels: map[string]string{"site": strings.Repeat("x", 1001)}},
			"labels.site: the value has 1001 bytes, want 1000 at most: it stands on every series of the device"},
	} {
		_, faults := testNames.Complete(&test.entry, &Common{})
		if diff := cmp.Diff(test.want, describe(faults)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.entry, diff)
		}
	}
}

func describe(faults []Fault) string {
	var all []string
	for _, f := range faults {
		all = append(all, fmt.Sprintf("%s: %v", strings.Join(f.Keys, "."), f.Err))
	}
	return strings.Join(all, "|")
}
