package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
)

func bindInventory(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	config := configFlag(c).String()
	output := c.Flag("output", "table, json, csv or addresses.").Default("table").Enum("table", "json", "csv", "addresses")
	dropped := c.Flag("dropped", "Show what relabelling dropped, and the rule that did, instead of the inventory.").Bool()
	return func(ctx context.Context) error {
		plan, err := app.Load(*config, app.Wiring{})
		if err != nil {
			return err
		}
		failed := plan.Gather(ctx)
		for _, warning := range plan.Warnings {
			fmt.Fprintln(s.Err, "warning:", warning)
		}
		l := members(plan)
		if *dropped {
			l = droppedTargets(plan)
		}
		if err := l.write(s.Out, *output); err != nil {
			return err
		}
		if *dropped && len(l.rows) == 0 {
			fmt.Fprintln(s.Err, "relabelling drops nothing")
		}
		return failed
	}
}

// listing is a list in every form in which it may be asked for.
type listing struct {
	values    any // of JSON
	columns   []string
	rows      [][]string
	addresses []string
}

func (l *listing) write(w io.Writer, output string) error {
	switch output {
	case "json":
		return encode(w, l.values)
	case "csv":
		return csv.NewWriter(w).WriteAll(append([][]string{l.columns}, l.rows...))
	case "addresses":
		_, err := io.WriteString(w, strings.Join(append(l.addresses, ""), "\n"))
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.ToUpper(strings.Join(l.columns, "\t")))
	for _, row := range l.rows {
		fmt.Fprintln(table, strings.Join(row, "\t"))
	}
	return table.Flush()
}

// listedDevice is a device as the inventory command shows it.
type listedDevice struct {
	Device      string            `json:"device"`
	Address     string            `json:"address"`
	Platform    string            `json:"platform"`
	Credentials string            `json:"credentials"`
	Group       string            `json:"group"`
	Source      string            `json:"source"`
	Place       string            `json:"place,omitempty"`
	Enabled     bool              `json:"enabled"`
	Labels      map[string]string `json:"labels"`
}

func members(plan *app.Plan) *listing {
	l := &listing{columns: []string{"device", "address", "platform", "credentials", "group", "source", "enabled", "labels"}}
	devices := []listedDevice{}
	for _, m := range plan.Inventory.Members() {
		d := listedDevice{
			Device: m.Name, Address: m.Address, Platform: m.Platform, Credentials: m.Credential, Group: m.Group,
			Source: m.Source, Place: m.Place, Enabled: !m.Disabled, Labels: map[string]string{},
		}
		for _, label := range m.Labels {
			d.Labels[label.Name] = label.Value
		}
		devices = append(devices, d)
		l.addresses = append(l.addresses, short(d.Address))
		l.rows = append(l.rows, []string{
			d.Device, d.Address, d.Platform, d.Credentials, d.Group, d.Source, strconv.FormatBool(d.Enabled), pairs(d.Labels),
		})
	}
	l.values = devices
	return l
}

// pairs is labels on one line, sorted.
func pairs(labels map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, name+"="+labels[name])
	}
	return strings.Join(words, ",")
}

// short is an address without the port if that is SSH's own.
func short(address string) string {
	if host, port, err := net.SplitHostPort(address); err == nil && port == "22" {
		return host
	}
	return address
}

// droppedTarget is what a rule of relabelling dropped.
type droppedTarget struct {
	Target string            `json:"target"`
	Group  string            `json:"group"`
	Source string            `json:"source"`
	Place  string            `json:"place"`
	Why    string            `json:"why"`
	Labels map[string]string `json:"labels"`
}

func droppedTargets(plan *app.Plan) *listing {
	l := &listing{columns: []string{"target", "group", "source", "place", "why", "labels"}}
	targets := []droppedTarget{}
	for _, f := range plan.Inventory.Feeds() {
		for _, d := range f.List().Dropped {
			targets = append(targets, droppedTarget{d.Name, f.Group, f.Name, d.Place, d.Why, d.Labels})
			l.addresses = append(l.addresses, d.Address())
			l.rows = append(l.rows, []string{d.Name, f.Group, f.Name, d.Place, d.Why, pairs(d.Labels)})
		}
	}
	l.values = targets
	return l
}
