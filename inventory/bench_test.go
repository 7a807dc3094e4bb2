package inventory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const fleetSize = 50_000

// BenchmarkLoad is the first reading of 50,000 devices, and another one that brings nothing new.
func BenchmarkLoad(b *testing.B) {
	var groups []map[string]any
	for i := range fleetSize {
		groups = append(groups, map[string]any{
			"targets": []string{fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)},
			"labels":  map[string]string{"device": fmt.Sprintf("sw-%05d", i), "platform": "cisco_ios", "site": fmt.Sprintf("site-%d", i%200), "role": "access"},
		})
	}
	text, err := json.Marshal(groups)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for _, name := range []string{"a.json", "a.yml"} { // JSON is YAML
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	server := newNetBox(b, netBoxDevices(fleetSize))
	server.cached = map[string][]byte{}
	for name, source := range map[string]Source{
		"file_sd in JSON": FileSD{dir + "/a.json"},
		"file_sd in YAML": FileSD{dir + "/a.yml"},
		"netbox":          NetBox{URL: server.URL, Client: plainClient(b, "Authorization", "Token 0123")},
	} {
		load := func(b *testing.B, f *Feed) {
			if _, err := f.Load(b.Context()); err != nil || f.Status().Devices != fleetSize {
				b.Fatalf("%d devices, %v", f.Status().Devices, err)
			}
		}
		load(b, NewFeed(Config{Source: source})) // fills the server's cache
		b.Run(name+"/first", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				load(b, NewFeed(Config{Source: source}))
			}
		})
		b.Run(name+"/idle", func(b *testing.B) {
			f := NewFeed(Config{Source: source})
			load(b, f)
			b.ReportAllocs()
			for b.Loop() {
				load(b, f)
			}
		})
	}
}
