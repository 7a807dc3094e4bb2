package inventory

import (
	"fmt"
	"strings"
)

// Target is a device as a source lists it: labels, as Prometheus's service discovery has them.
type Target struct {
	Place  string // where it stands: "hosts.yml:12", "https://netbox.example[17]"
	Name   string // unless a label says otherwise
	Labels map[string]string
}

// The labels of a target that are settings.
const (
	labelAddress     = "__address__"
	labelDevice      = "device"
	labelPlatform    = "platform"
	labelCredentials = "credentials"
	labelJump        = "jump"
	labelEnabled     = "enabled"
)

// Address is the target's address as its labels say it, "" if there is none.
func (t *Target) Address() string { return t.Labels[labelAddress] }

// Listed is a target after relabelling: what its labels say.
type Listed struct {
	Place string
	Entry Entry
}

// listed reads a target's labels. Those that begin with __ have served their purpose; an empty one means none.
func (t *Target) listed() (Listed, error) {
	e := Entry{Name: t.Name}
	for name, value := range t.Labels {
		switch {
		case value == "":
		case name == labelAddress:
			e.Address = value
		case name == labelDevice:
			e.Name = value
		case name == labelPlatform:
			e.Platform = value
		case name == labelCredentials:
			e.Credentials = value
		case name == labelJump:
			e.Jump = &value
		case name == labelEnabled:
			enabled, ok := truths[strings.ToLower(value)]
			if !ok {
				return Listed{}, fmt.Errorf("the label enabled is %q; want true or false", value)
			}
			e.Enabled = &enabled
		case !strings.HasPrefix(name, "__"):
			if e.Labels == nil {
				e.Labels = map[string]string{}
			}
			e.Labels[name] = value
		}
	}
	return Listed{t.Place, e}, nil
}

var truths = map[string]bool{"true": true, "false": false, "yes": true, "no": false, "1": true, "0": false, "on": true, "off": false}
