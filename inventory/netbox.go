package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// NetBox lists the devices of NetBox 4 by its REST API.
type NetBox struct {
	URL    string              // of NetBox, without /api
	Filter map[string][]string // as the API's query takes it
	Family int                 // 4 or 6: whose address is taken where there are both; 0: 4
	Client *Client             // sends the token
}

var _ Source = NetBox{}

// netBoxFields are those that are used: NetBox answers several times faster if it need not make the others.
const netBoxFields = "id,name,status,platform,primary_ip4,primary_ip6,oob_ip,role,site,location,rack,tenant,device_type,virtual_chassis,vc_position,custom_fields,tags,serial"

// NetBoxToken is the Authorization of a token: those of NetBox 4.5 and later begin with nbt_.
func NetBoxToken(token string) string {
	if strings.HasPrefix(token, "nbt_") {
		return "Bearer " + token
	}
	return "Token " + token
}

// Read is that of Source.
func (s NetBox) Read(ctx context.Context) ([]Document, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "fields": {netBoxFields}, "exclude": {"config_context"}}
	maps.Copy(query, s.Filter)
	if !query.Has("ordering") && !query.Has("offset") {
		query.Set("start", "0") // pages from a cursor on, since NetBox 4.6: they do not shift while they are read. Earlier ones use offsets
	}
	return readPages(ctx, s.Client, strings.TrimSuffix(s.URL, "/")+"/api/dcim/devices/", query)
}

// thing is an object that a device refers to.
type thing struct {
	Name  string `json:"name"`
	Slug  string `json:"slug"`
	Model string `json:"model"`
}

type netBoxDevice struct {
	ID     int     `json:"id"`
	Name   *string `json:"name"`
	Status *struct {
		Value string `json:"value"`
	} `json:"status"`
	Platform   *thing  `json:"platform"`
	Role       *thing  `json:"role"`
	Site       *thing  `json:"site"`
	Location   *thing  `json:"location"`
	Rack       *thing  `json:"rack"`
	Tenant     *thing  `json:"tenant"`
	Tags       []thing `json:"tags"`
	Serial     string  `json:"serial"`
	DeviceType *struct {
		thing
		Manufacturer *thing `json:"manufacturer"`
	} `json:"device_type"`
	PrimaryIP4     *netBoxIP      `json:"primary_ip4"`
	PrimaryIP6     *netBoxIP      `json:"primary_ip6"`
	OOBIP          *netBoxIP      `json:"oob_ip"`
	CustomFields   map[string]any `json:"custom_fields"`
	VCPosition     *int           `json:"vc_position"`
	VirtualChassis *struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	} `json:"virtual_chassis"`
}

type netBoxIP struct {
	Address string `json:"address"`
}

func (ip *netBoxIP) String() string {
	if ip == nil {
		return ""
	}
	return withoutMask(ip.Address)
}

// Parse is that of Source.
func (s NetBox) Parse(pages []Document) (targets []Target, problems []string, err error) {
	devices, err := results[netBoxDevice](pages)
	if err != nil {
		return nil, nil, err
	}
	reached := map[int]bool{} // virtual chassis that have an address
	for _, d := range devices {
		if d != nil && d.VirtualChassis != nil && s.address(d) != "" {
			reached[d.VirtualChassis.ID] = true
		}
	}
	for i, d := range devices {
		place := fmt.Sprintf("%s[%d]", pages[0].Name, i)
		switch name := d.name(); {
		case d != nil && d.VirtualChassis != nil && s.address(d) == "" && reached[d.VirtualChassis.ID]: // a member, reached through its master
		case name == "":
			problems = append(problems, place+": a device has no name; name it in NetBox, or leave it out with filter")
		default:
			targets = append(targets, Target{place, name, published(s.labels(d))})
		}
	}
	return targets, problems, nil
}

// name is that of the device, or else of its virtual chassis.
func (d *netBoxDevice) name() string {
	switch {
	case d == nil:
		return ""
	case d.Name != nil && *d.Name != "":
		return *d.Name
	case d.VirtualChassis != nil:
		return d.VirtualChassis.Name
	}
	return ""
}

// address is IPv4 before IPv6, unless the source says otherwise.
func (s NetBox) address(d *netBoxDevice) string {
	return preferred(s.Family, d.PrimaryIP4, d.PrimaryIP6)
}

// preferred is the address of the family, or else the other one; "": there is none.
func preferred(family int, ip4, ip6 *netBoxIP) string {
	if family == 6 {
		return cmp.Or(ip6.String(), ip4.String())
	}
	return cmp.Or(ip4.String(), ip6.String())
}

// labels are those of NetBox's plugin for Prometheus, as far as the API tells them.
func (s NetBox) labels(d *netBoxDevice) map[string]string {
	labels := map[string]string{
		labelAddress: s.address(d), netBoxLabel + "name": d.name(),
		netBoxLabel + "id": strconv.Itoa(d.ID), netBoxLabel + "serial": d.Serial,
		netBoxLabel + "primary_ip4": d.PrimaryIP4.String(), netBoxLabel + "primary_ip6": d.PrimaryIP6.String(), netBoxLabel + "oob_ip": d.OOBIP.String(),
	}
	if d.Platform != nil {
		labels[labelPlatform] = d.Platform.Slug
	}
	if d.Status != nil {
		labels[netBoxLabel+"status"] = d.Status.Value
	}
	for name, about := range map[string]*thing{
		"platform": d.Platform, "role": d.Role, "site": d.Site, "location": d.Location, "rack": d.Rack, "tenant": d.Tenant,
	} {
		if about != nil {
			labels[netBoxLabel+name], labels[netBoxLabel+name+"_slug"] = about.Name, about.Slug
		}
	}
	if t := d.DeviceType; t != nil {
		labels[netBoxLabel+"device_type"], labels[netBoxLabel+"device_type_slug"] = t.Model, t.Slug
		if t.Manufacturer != nil {
			labels[netBoxLabel+"manufacturer"], labels[netBoxLabel+"manufacturer_slug"] = t.Manufacturer.Name, t.Manufacturer.Slug
		}
	}
	if d.VirtualChassis != nil {
		labels[netBoxLabel+"virtual_chassis"] = d.VirtualChassis.Name
	}
	var names, slugs []string
	for _, tag := range d.Tags {
		names, slugs = append(names, tag.Name), append(slugs, tag.Slug)
	}
	labels[netBoxLabel+"tags"], labels[netBoxLabel+"tag_slugs"] = strings.Join(names, ","), strings.Join(slugs, ",")
	for _, name := range slices.Sorted(maps.Keys(d.CustomFields)) {
		labels[netBoxLabel+"custom_field_"+labelWord(name)] = fieldText(d.CustomFields[name])
	}
	return labels
}
