package app

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/netver/netver_exporter/config"
)

func BenchmarkLoad(b *testing.B) {
	for _, form := range []struct{ name, device string }{
		{"short", "      - 10.%[2]d.%[3]d.%[4]d\n"},
		{"long", "      - {name: lab-sw-%[1]d, address: \"10.%[2]d.%[3]d.%[4]d:22\", platform: cisco_ios, labels: {site: site%[3]d, role: access}}\n"},
	} {
		b.Run(form.name, func(b *testing.B) {
			var text bytes.Buffer
			text.WriteString("credentials: {netops: {username: netops, password: x}}\ngroups:\n" +
				"  - name: site1\n    platform: cisco_ios\n    credentials: netops\n    devices:\n")
			for i := range 50_000 {
				fmt.Fprintf(&text, form.device, i, i>>16, i>>8&255, i&255)
			}
			b.ReportAllocs()
			for b.Loop() {
				loadText(b, text.Bytes())
			}
		})
	}
	b.Run("empty", func(b *testing.B) {
		for b.Loop() {
			loadText(b, []byte("poll: {}"))
		}
	})
}

func loadText(b *testing.B, text []byte) {
	b.Helper()
	c, err := config.Parse("config.yml", text, environment)
	if err == nil {
		_, err = Build(c, Wiring{})
	}
	if err != nil {
		b.Fatal(err)
	}
}
