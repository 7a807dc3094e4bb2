package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
)

// Nautobot lists the devices of Nautobot 2 by its REST API.
type Nautobot struct {
	URL    string              // of Nautobot, without /api
	Filter map[string][]string // as the API's query takes it
	Family int                 // as that of NetBox
	Client *Client             // sends the token
}

var _ Source = Nautobot{}

// NautobotToken is the Authorization of a token.
func NautobotToken(token string) string { return "Token " + token }

// Read is that of Source.
func (s Nautobot) Read(ctx context.Context) ([]Document, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "depth": {"1"}, "exclude_m2m": {"true"}}
	maps.Copy(query, s.Filter)
	return readPages(ctx, s.Client, strings.TrimSuffix(s.URL, "/")+"/api/dcim/devices/", query)
}

// nautobotThing is an object that a device refers to.
type nautobotThing struct {
	Name   string `json:"name"`
	Model  string `json:"model"`
	Driver string `json:"network_driver"` // of a platform: its name in Netmiko
}

type nautobotDevice struct {
	ID           string         `json:"id"`
	Name         *string        `json:"name"`
	Serial       string         `json:"serial"`
	Status       *nautobotThing `json:"status"`
	Platform     *nautobotThing `json:"platform"`
	Role         *nautobotThing `json:"role"`
	Location     *nautobotThing `json:"location"`
	Rack         *nautobotThing `json:"rack"`
	Tenant       *nautobotThing `json:"tenant"`
	DeviceType   *nautobotThing `json:"device_type"`
	PrimaryIP4   *netBoxIP      `json:"primary_ip4"`
	PrimaryIP6   *netBoxIP      `json:"primary_ip6"`
	CustomFields map[string]any `json:"custom_fields"`
}

const nautobotLabel = "__meta_nautobot_"

// Parse is that of Source.
func (s Nautobot) Parse(pages []Document) (targets []Target, problems []string, err error) {
	devices, err := results[nautobotDevice](pages)
	if err != nil {
		return nil, nil, err
	}
	for i, d := range devices {
		place := fmt.Sprintf("%s[%d]", pages[0].Name, i)
		if d == nil || d.Name == nil || *d.Name == "" {
			problems = append(problems, place+": a device has no name; name it in Nautobot, or leave it out with filter")
			continue
		}
		labels := map[string]string{
			nautobotLabel + "id": d.ID, nautobotLabel + "name": *d.Name, nautobotLabel + "serial": d.Serial,
			nautobotLabel + "primary_ip4": d.PrimaryIP4.String(), nautobotLabel + "primary_ip6": d.PrimaryIP6.String(),
			labelAddress: preferred(s.Family, d.PrimaryIP4, d.PrimaryIP6),
		}
		for name, about := range map[string]*nautobotThing{
			"status": d.Status, "platform": d.Platform, "role": d.Role, "location": d.Location, "rack": d.Rack, "tenant": d.Tenant,
			"device_type": d.DeviceType,
		} {
			if about != nil {
				labels[nautobotLabel+name] = cmp.Or(about.Name, about.Model)
			}
		}
		if d.Platform != nil {
			labels[labelPlatform] = cmp.Or(d.Platform.Driver, d.Platform.Name)
			labels[nautobotLabel+"network_driver"] = d.Platform.Driver
		}
		for name, value := range d.CustomFields {
			labels[nautobotLabel+"custom_field_"+labelWord(name)] = fieldText(value)
		}
		targets = append(targets, Target{place, *d.Name, published(labels)})
	}
	return targets, problems, nil
}
