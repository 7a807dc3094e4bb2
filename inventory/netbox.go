package inventory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
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

const (
	pageSize = 1000 // NetBox's own limit, unless it is configured otherwise
	maxPages = 5000
)

// fields are those that are used: NetBox answers several times faster if it need not make the others.
var fields = "id,name,status,platform,primary_ip4,primary_ip6,oob_ip,role,site,location,rack,tenant,device_type,virtual_chassis,vc_position,custom_fields,tags,serial"

// NetBoxToken is the Authorization of a token: those of NetBox 4.5 and later begin with nbt_.
func NetBoxToken(token string) string {
	if strings.HasPrefix(token, "nbt_") {
		return "Bearer " + token
	}
	return "Token " + token
}

// Read is that of Source.
func (s NetBox) Read(ctx context.Context) ([]Document, error) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "fields": {fields}, "exclude": {"config_context"}}
	maps.Copy(query, s.Filter)
	if !query.Has("ordering") && !query.Has("offset") {
		query.Set("start", "0") // pages from a cursor on, since NetBox 4.6: they do not shift while they are read. Earlier ones use offsets
	}
	return readPages(ctx, s.Client, strings.TrimSuffix(s.URL, "/")+"/api/dcim/devices/", query)
}

// readPages follows the links from page to page, as far as they stay on the host.
func readPages(ctx context.Context, c *Client, address string, query url.Values) ([]Document, error) {
	first, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address is no URL")
	}
	first.RawQuery = query.Encode()
	var pages []Document
	seen := map[string]bool{}
	for next := first; next != nil; {
		if seen[next.String()] {
			return nil, fmt.Errorf("%s: page %d leads back to an earlier one", ShortURL(address), len(pages))
		}
		seen[next.String()] = true
		if len(pages) == maxPages {
			return nil, fmt.Errorf("%s: there are more than %d pages; raise the server's MAX_PAGE_SIZE or narrow the filter", ShortURL(address), maxPages)
		}
		text, _, err := c.get(ctx, next.String())
		if err != nil {
			return nil, err
		}
		pages = append(pages, Document{ShortURL(address), text})
		link, err := nextPage(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ShortURL(address), err)
		}
		if next, err = follow(first, link); err != nil {
			return nil, fmt.Errorf("%s: %w", ShortURL(address), err)
		}
	}
	return pages, nil
}

// follow resolves the link to the next page. A server behind a proxy may call itself by http where it was asked by https.
func follow(first *url.URL, link string) (*url.URL, error) {
	if link == "" {
		return nil, nil
	}
	next, err := first.Parse(link)
	switch {
	case err != nil:
		return nil, errors.New("the link to the next page is no URL")
	case next.Hostname() != first.Hostname():
		return nil, fmt.Errorf("the next page is on another host, %s, which is not asked; name that one, or let the server know its own name", next.Host)
	}
	next.Scheme, next.Host, next.User = first.Scheme, first.Host, nil
	return next, nil
}

// nextPage finds the link to the next page, "" if there is none, without reading the results.
func nextPage(text []byte) (string, error) {
	var page struct {
		Next *string `json:"next"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if t, err := decoder.Token(); err != nil || t != json.Delim('{') {
		return "", notJSON(text, "a page of devices", err)
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return "", notJSON(text, "a page of devices", err)
		}
		if key != "next" {
			if key == "results" && page.Next != nil {
				break
			}
			var skipped json.RawMessage
			if err := decoder.Decode(&skipped); err != nil {
				return "", notJSON(text, "a page of devices", err)
			}
			continue
		}
		if err := decoder.Decode(&page.Next); err != nil {
			return "", errors.New("next is no link")
		}
		if page.Next == nil {
			return "", nil
		}
	}
	if page.Next == nil {
		return "", errors.New("this is no page of devices: it has no next")
	}
	return *page.Next, nil
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
			targets = append(targets, Target{place, name, withoutEmpty(s.labels(d))})
		}
	}
	return targets, problems, nil
}

// results are the elements of all pages.
func results[T any](pages []Document) ([]*T, error) {
	var all []*T
	for _, page := range pages {
		var list struct {
			Results *[]*T `json:"results"`
		}
		if err := json.Unmarshal(page.Text, &list); err != nil || list.Results == nil {
			return nil, fmt.Errorf("%s: %w", page.Name, notJSON(page.Text, "a page with results", err))
		}
		all = append(all, *list.Results...)
	}
	return all, nil
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

// withoutEmpty takes labels out that have no value, and returns the rest.
func withoutEmpty(labels map[string]string) map[string]string {
	maps.DeleteFunc(labels, func(_, value string) bool { return value == "" })
	return labels
}

// labelWord is a name with what a label's name cannot have replaced by _.
func labelWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// fieldText is a value of any type as a label has it: texts, numbers and truths as they are, others in JSON.
func fieldText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, _ := json.Marshal(v)
	return string(text)
}
