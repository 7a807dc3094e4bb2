package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Entry is a device as a source lists it, or what a group gives to all of its devices. A zero field is not given.
type Entry struct {
	Name             string            `yaml:"name"`
	Address          string            `yaml:"address,short" alias:"host"` // as ParseAddress takes it
	Port             *int              `yaml:"port"`                       // of an address that has none
	Platform         string            `yaml:"platform"`                   // id or alias
	Credentials      string            `yaml:"credentials"`
	Mode             string            `yaml:"mode"`
	LegacyAlgorithms *bool             `yaml:"legacy_algorithms"`
	Jump             *string           `yaml:"jump"` // "" reaches the device directly, whatever the group says
	Enabled          *bool             `yaml:"enabled"`
	Labels           map[string]string `yaml:"labels"` // laid over the group's; an empty value removes one of those
}

// Fault is one thing that is wrong with an entry. Keys lead to it, as the YAML form calls them; what is missing counts too.
type Fault struct {
	Keys []string
	Err  error
}

// Faults that an entry owes to its group, which could have given what is missing.
var (
	ErrNoPlatform    = errors.New("platform is missing; name it here or in each device")
	ErrNoCredentials = errors.New("credentials are missing; name them here or in each device")
)

// Names looks up what an entry refers to. Errors are messages to the operator.
type Names struct {
	Platform   func(name string) (id string, err error) // knows Auto as well
	Credential func(name string) error
	Jump       func(name string) error // not asked about ""
}

// Common is what a group gives to all of its devices, checked. Make it with Names.Common.
type Common struct {
	device Device
	labels map[string]string
}

// Common checks what a group gives. base holds what entries cannot say: the group's name, its host key policy, and the
// Legacy that holds unless the group says otherwise.
func (n Names) Common(base Device, group *Entry) (Common, []Fault) {
	var c completion
	c.overlay(n, &base, group)
	base.Labels = MergeLabels(group.Labels)
	return Common{base, group.Labels}, c.faults
}

// Complete lays a device's entry over what its group gives. The device is as complete as the faults allow.
func (n Names) Complete(e *Entry, group *Common) (Device, []Fault) {
	var c completion
	d := group.device
	c.address(&d, e)
	c.overlay(n, &d, e)
	if e.Name != "" {
		if err := CheckName(e.Name); err != nil {
			c.fault(err, "name")
		}
		d.Name = e.Name
	}
	if len(e.Labels) > 0 {
		d.Labels = MergeLabels(group.labels, e.Labels)
	}
	if d.Platform == "" {
		c.fault(ErrNoPlatform, "platform")
	}
	if d.Credential == "" {
		c.fault(ErrNoCredentials, "credentials")
	}
	return d, c.faults
}

// completion collects what is wrong with one entry.
type completion struct{ faults []Fault }

func (c *completion) fault(err error, keys ...string) { c.faults = append(c.faults, Fault{keys, err}) }

// overlay sets what groups and devices may both say.
func (c *completion) overlay(n Names, d *Device, e *Entry) {
	if e.Platform != "" {
		d.Platform = e.Platform
		if id, err := n.Platform(e.Platform); err != nil {
			c.fault(err, "platform")
		} else {
			d.Platform = id
		}
	}
	if e.Credentials != "" {
		if err := n.Credential(e.Credentials); err != nil {
			c.fault(err, "credentials")
		}
		d.Credential = e.Credentials
	}
	if e.Mode != "" {
		if e.Mode != "exec" && e.Mode != "shell" {
			c.fault(fmt.Errorf("unknown mode %q; want exec or shell", e.Mode), "mode")
		}
		d.Mode = e.Mode
	}
	if e.LegacyAlgorithms != nil {
		d.Legacy = *e.LegacyAlgorithms
	}
	if e.Jump != nil {
		if d.Jump = *e.Jump; d.Jump != "" {
			if err := n.Jump(d.Jump); err != nil {
				c.fault(err, "jump")
			}
		}
	}
	if e.Enabled != nil {
		d.Disabled = !*e.Enabled
	}
	for _, name := range slices.Sorted(maps.Keys(e.Labels)) {
		if err := CheckLabel(Label{name, e.Labels[name]}); err != nil {
			c.fault(err, "labels", name)
		}
	}
}

// address sets address and name: a device without a name has its address's, as written.
func (c *completion) address(d *Device, e *Entry) {
	text, key := e.Address, "address"
	if text == "" {
		c.fault(errors.New("address is missing"), "address")
		return
	}
	if e.Port != nil {
		if _, _, err := net.SplitHostPort(text); err == nil {
			c.fault(errors.New("the address has a port of its own; keep one"), "port")
			return
		}
		text, key = net.JoinHostPort(strings.Trim(text, "[]"), strconv.Itoa(*e.Port)), "port"
	}
	d.Name = cmp.Or(d.Name, text)
	var err error
	if d.Address, err = ParseAddress(text); err != nil {
		c.fault(err, key)
	}
}
