package inventory

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// Netmiko lists the devices of a .netmiko.yml, or of a file with a list of Netmiko's device dictionaries.
type Netmiko struct{ Path string }

var _ Source = Netmiko{}

// Read is that of Source.
func (s Netmiko) Read(context.Context) ([]Document, error) { return readFiles(s.Path) }

// Folders is that of a source whose files can be watched.
func (s Netmiko) Folders() []string { return foldersOf(s.Path) }

// Parse is that of Source. In a .netmiko.yml a list is a group of devices, by their names.
func (s Netmiko) Parse(documents []Document) (targets []Target, problems []string, err error) {
	for _, d := range documents {
		document, err := strictyaml.Parse(d.Name, d.Text, "a device")
		if err != nil {
			return nil, nil, err
		}
		root := document.Value()
		r := netmikoReader{file: d.Name, groups: map[string][]string{}}
		for name, value := range root.Entries() {
			for _, member := range value.Items() {
				if device, ok := member.Text(); ok {
					r.groups[device] = append(r.groups[device], name)
				}
			}
		}
		for _, device := range root.Items() {
			r.device("", device)
		}
		for name, value := range root.Entries() {
			if name != "__meta__" && !value.IsList() {
				r.device(name, value)
			}
		}
		targets, problems = append(targets, r.targets...), append(problems, r.problems...)
	}
	return targets, problems, nil
}

type netmikoReader struct {
	file     string
	groups   map[string][]string // of each device
	targets  []Target
	problems []string
}

// device reads a device dictionary. A list of them may hold names of the program's own: name, or else host.
func (r *netmikoReader) device(name string, device strictyaml.Value) {
	place := fmt.Sprintf("%s:%d", r.file, device.Line())
	if !device.IsMapping() {
		r.problems = append(r.problems, place+": want a device with device_type and host")
		return
	}
	values := map[string]string{}
	for _, key := range []string{"device_type", "host", "ip", "port", "name"} {
		value := device.Get(key)
		text, _ := value.Text()
		if strings.HasPrefix(text, "__encrypt__") || value.Tag() != "" {
			r.problems = append(r.problems, fmt.Sprintf("%s:%d: %s is encrypted; write it in clear, only passwords need be secret", r.file, value.Line(), key))
			return
		}
		values[key] = text
	}
	host := cmp.Or(values["host"], values["ip"])
	if name = cmp.Or(name, values["name"], host); name == "" {
		r.problems = append(r.problems, place+": the device has no host")
		return
	}
	platform := values["device_type"]
	if platform == "autodetect" { // Netmiko's word for it
		platform = Auto
	}
	labels := map[string]string{
		labelAddress: withPort(host, values["port"]), labelPlatform: platform,
		"__meta_netmiko_groups": joined(r.groups[name]), labelFilepath: r.file,
	}
	r.targets = append(r.targets, Target{place, name, published(labels)})
}
