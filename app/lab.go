package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/netver/netver_exporter/lab"
)

// WriteLab writes a configuration that polls the fleet, and the known_hosts file that it names, beside it. It never writes
// over a file that exists.
func WriteLab(file string, fleet *lab.Fleet) error {
	return writeAllNew([]labFile{
		{file, labConfig(filepath.Base(knownHosts(file)), fleet.Devices())},
		{knownHosts(file), fleet.KnownHosts()},
	})
}

// RemoveLab removes what WriteLab or WriteLiveLab has written.
func RemoveLab(file string) error {
	var all error
	for _, name := range []string{file, knownHosts(file), fieldDevices(file), labLifecycle(file)} {
		if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}

func knownHosts(file string) string { return file + ".known_hosts" }

// labFile is a file that belongs to the lab's configuration.
type labFile struct {
	name    string
	content []byte
}

// writeAllNew writes all of the files, or leaves none behind.
func writeAllNew(files []labFile) error {
	for i, f := range files {
		err := writeNew(f.name, f.content)
		if err == nil {
			continue
		}
		for _, written := range files[:i] {
			err = errors.Join(err, os.Remove(written.name))
		}
		return err
	}
	return nil
}

func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists and is not overwritten; name another file or remove it", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

func labConfig(knownHosts string, devices []*lab.Device) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The fleet of "netver_exporter lab". Its addresses answer only while that runs.
poll: {interval: 15s, timeout: 10s, connect_timeout: 3s, concurrency: 32}
ssh: {known_hosts: [%q]}
credentials:
  lab: {username: %s, password: %s}
groups:
`, knownHosts, lab.Username, lab.Password)
	writeLabGroup(&b, devices)
	return b.Bytes()
}

// writeLabGroup writes the group "lab" with the devices.
func writeLabGroup(b *bytes.Buffer, devices []*lab.Device) {
	b.WriteString("  - name: lab\n    credentials: lab\n    devices:\n")
	for _, d := range devices {
		fmt.Fprintf(b, "      - {name: %s, address: %q, platform: %s, labels: {", d.Name, d.Addr(), d.Platform.ID)
		for i, name := range slices.Sorted(maps.Keys(d.Labels)) {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%s: %q", name, d.Labels[name])
		}
		b.WriteString("}}\n")
	}
}
