package lab_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// Every sample is a device that the real poller reads in a shell, although its paging stays on and its pages are short:
// what it finds is what the sample says, and it leaves as a guest should.
func TestEverySampleIsPolled(t *testing.T) {
	devices, poller := startSamples(t, func(d *lab.Device) { d.KeepPaging, d.Page, d.Exec = true, 3, lab.ExecNever })
	for _, d := range devices {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			var answers []parser.Output
			for _, a := range d.Answers() {
				if c := d.Platform.Command(a.Command); c == nil || !c.Host { // a shell is not that of a host
					a.Prompt = d.Sample.Talk.Prompt
					answers = append(answers, a)
				}
			}
			want, wantErr := d.Platform.Parse(answers)
			got := poller.Poll(ctx, &inventory.Device{
				Name: d.Name, Address: d.Addr(), Platform: d.Platform.ID, Credential: "lab", Mode: "shell",
			}, nil)
			if (got.Err == nil) != (wantErr == nil) {
				t.Fatalf("want error %v, got %v", wantErr, got.Err)
			}
			if got.Err != nil {
				return
			}
			if diff := cmp.Diff(want.Facts, got.Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			if s := d.Stats(); s.Polls != 1 || s.SessionsMax != 1 || s.Connects != 1 {
				t.Errorf("stats: %+v", s)
			}
		})
	}
}

// startSamples starts a device for every sample, changed as wanted, and makes the poller that may ask them.
func startSamples(t *testing.T, change func(*lab.Device)) ([]*lab.Device, *device.Poller) {
	t.Helper()
	registry, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var devices []*lab.Device
	for _, s := range samples {
		p, known := registry.Get(s.Platform)
		if !known {
			t.Fatalf("sample %s: no platform %s", s.Name, s.Platform)
		}
		d := &lab.Device{Name: s.Platform + "/" + s.Name, Platform: p, Sample: s}
		change(d)
		devices = append(devices, d)
	}
	ctx, cancel := context.WithCancel(context.Background()) // parallel tests outlive the function that starts them
	fleet, err := lab.Start(ctx, devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		fleet.Close()
	})
	return devices, newPoller(t, fleet, registry)
}

func newPoller(t *testing.T, fleet *lab.Fleet, registry *parser.Registry) *device.Poller {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, fleet.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{KnownHosts: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := transport.NewCredential(transport.Login{Username: lab.Username, Password: secret.New(lab.Password)})
	if err != nil {
		t.Fatal(err)
	}
	return device.New(device.Config{Client: client, Platforms: registry, Credentials: map[string]*transport.Credential{"lab": credential}})
}
