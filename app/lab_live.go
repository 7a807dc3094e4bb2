package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// WriteLiveLab is WriteLab for a fleet of lab.LiveDemo: it polls faster, takes the devices of the field's account from a
// source, and has a policy for versions that upgrades fulfil.
func WriteLiveLab(file string, fleet *lab.Fleet) error {
	fixed, field := splitField(fleet.Devices())
	list, err := fieldList(field)
	if err != nil {
		return err
	}
	fleetReleases := releasesByPlatform(fleet.Devices())
	ends, err := labEnds(fleetReleases)
	if err != nil {
		return err
	}
	return writeAllNew([]labFile{
		{file, liveLabConfig(file, fixed, fleetReleases)},
		{knownHosts(file), fleet.KnownHosts()},
		{fieldDevices(file), list},
		{labLifecycle(file), ends},
	})
}

// FieldChanges lets the source of the field's devices change until the context ends: each time the next of a device less, all of
// them again, and a file that cannot be read.
func FieldChanges(ctx context.Context, file string, fleet *lab.Fleet, every time.Duration) error {
	_, field := splitField(fleet.Devices())
	whole, err := fieldList(field)
	if err != nil {
		return err
	}
	fewer, err := fieldList(field[:max(0, len(field)-1)])
	if err != nil {
		return err
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		content := [][]byte{fewer, whole, []byte("this is no list of targets\n"), whole}[i%4]
		// Renamed into place, so that no reader meets half a list.
		if err := os.WriteFile(fieldDevices(file)+".new", content, 0o600); err != nil {
			return err
		}
		if err := os.Rename(fieldDevices(file)+".new", fieldDevices(file)); err != nil {
			return err
		}
	}
}

func fieldDevices(file string) string { return file + ".field.json" }
func labLifecycle(file string) string { return file + ".lifecycle.json" }

func splitField(devices []*lab.Device) (fixed, field []*lab.Device) {
	for _, d := range devices {
		if d.Login.Username == lab.FieldUsername {
			field = append(field, d)
		} else {
			fixed = append(fixed, d)
		}
	}
	return fixed, field
}

// fieldList is the devices in the form of file_sd.
func fieldList(devices []*lab.Device) ([]byte, error) {
	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	list := make([]group, 0, len(devices))
	for _, d := range devices {
		labels := maps.Clone(d.Labels)
		labels["device"], labels["platform"] = d.Name, d.Platform.ID
		list = append(list, group{[]string{d.Addr()}, labels})
	}
	return json.MarshalIndent(list, "", "  ")
}

// labReleases are the versions between which the devices of a platform change.
type labReleases struct {
	platform    string
	old, wanted []string // without duplicates, in the order of the devices
}

// releasesByPlatform reads the versions of devices that have releases, in the order of the fleet.
func releasesByPlatform(devices []*lab.Device) []labReleases {
	var all []labReleases
	for _, d := range devices {
		if len(d.Releases) == 0 {
			continue
		}
		if len(all) == 0 || all[len(all)-1].platform != d.Platform.ID {
			all = append(all, labReleases{platform: d.Platform.ID})
		}
		r := &all[len(all)-1]
		oldest, _ := d.Platform.Parse(d.Releases[0].Answers) // the lab has made sure of the version
		newest, _ := d.Platform.Parse(d.Releases[len(d.Releases)-1].Answers)
		if !slices.Contains(r.wanted, newest.Facts.Version) {
			r.old = append(r.old, oldest.Facts.Version)
			r.wanted = append(r.wanted, newest.Facts.Version)
		}
	}
	return all
}

// liveLabConfig judges every platform but the first, whose devices are to drift apart. Every third rule denies what is old, a wave is
// planned, and some versions are undecided, since the trains of IOS have no order among each other.
func liveLabConfig(file string, fixed []*lab.Device, releases []labReleases) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The fleet of "netver_exporter lab --live". Its addresses answer only while that runs.
poll: {interval: 5s, timeout: 4s, connect_timeout: 2s, concurrency: 32}
ssh: {known_hosts: [%q]}
collector: {members: true}
credentials:
  lab: {username: %s, password: %s}
  field: {username: %s, password: %s}
lifecycle: [%q]
versions:
`, filepath.Base(knownHosts(file)), lab.Username, lab.Password, lab.FieldUsername, lab.FieldPassword, filepath.Base(labLifecycle(file)))
	for i, r := range releases[min(1, len(releases)):] {
		if i == 0 {
			soon := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
			fmt.Fprintf(&b, "  - {name: %s-wave, match: {platform: %s, site: berlin}, want: %s, from: %s}\n", r.platform, r.platform, asJSON(r.wanted[:1]), soon)
		}
		if r.platform == "cisco_ios" {
			b.WriteString("  - {name: cisco_ios-train, match: {platform: cisco_ios, site: berlin}, want: [\">=15.2(4)M11\"]}\n")
		}
		fmt.Fprintf(&b, "  - {name: %s, match: {platform: %s}, want: %s", r.platform, r.platform, asJSON(r.wanted))
		if i%3 == 0 {
			severity := []string{"high", "critical"}[i/3%2]
			fmt.Fprintf(&b, ", deny: [{version: %s, note: LAB-%d, severity: %s}]", asJSON(r.old[0]), i+1, severity)
		}
		b.WriteString("}\n")
	}
	if len(releases) <= 1 {
		b.WriteString("  []\n")
	}
	b.WriteString("groups:\n")
	writeLabGroup(&b, fixed)
	fmt.Fprintf(&b, "  - name: field\n    credentials: field\n    file_sd: [%q]\n", filepath.Base(fieldDevices(file)))
	return b.Bytes()
}

// labEnds are ends of life for the first platform that a rule judges: what is old has reached its end, what is wanted will soon.
func labEnds(releases []labReleases) ([]byte, error) {
	type release struct {
		Name    string `json:"name"`
		IsEOL   bool   `json:"isEol"`
		EOLFrom string `json:"eolFrom"`
	}
	var ends struct {
		Platform string    `json:"platform"`
		Releases []release `json:"releases"`
	}
	at := min(1, len(releases)-1)
	if at < 0 {
		return nil, fmt.Errorf("no device of the lab has releases")
	}
	ends.Platform = releases[at].platform
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	for i := range releases[at].wanted {
		ends.Releases = append(ends.Releases, release{releases[at].old[i], true, day(-30)}, release{releases[at].wanted[i], false, day(90)})
	}
	return json.MarshalIndent(ends, "", "  ")
}

// asJSON writes texts in a way that YAML reads.
func asJSON(v any) []byte {
	b, _ := json.Marshal(v) // of texts, which always works
	return b
}
