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
	knownHosts := file + ".known_hosts"
	if err := writeNew(file, labConfig(filepath.Base(knownHosts), fleet.Devices())); err != nil {
		return err
	}
	if err := writeNew(knownHosts, fleet.KnownHosts()); err != nil {
		return errors.Join(err, os.Remove(file))
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
  - name: lab
    credentials: lab
    devices:
`, knownHosts, lab.Username, lab.Password)
	for _, d := range devices {
		fmt.Fprintf(&b, "      - {name: %s, address: %q, platform: %s, labels: {", d.Name, d.Addr(), d.Platform.ID)
		for i, name := range slices.Sorted(maps.Keys(d.Labels)) {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s: %q", name, d.Labels[name])
		}
		b.WriteString("}}\n")
	}
	return b.Bytes()
}
