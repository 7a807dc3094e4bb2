package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/version"
)

// BenchmarkJudge is one verdict under 20 rules and 100 advisories of one platform with three fixes each.
func BenchmarkJudge(b *testing.B) {
	var rules, advisories strings.Builder
	rules.WriteString("advisories: [a.yml]\nversions:\n")
	for i := range 20 {
		fmt.Fprintf(&rules, "  - {match: {platform: cisco_nxos, site: 's%d*'}, want: ['10.2(%d)', '>= 10.3(4a)']}\n", 19-i, i+1)
	}
	for i := range 100 {
		fmt.Fprintf(&advisories, "- {match: {platform: cisco_nxos}, fixed: ['9.3(%d)', '10.2(%d)', '10.3(%d)'], note: CVE-%d}\n", i+1, i+1, i+1, i)
	}
	p, _, _ := policyFrom(b, rules.String(), map[string]string{"a.yml": advisories.String()})
	var devices []version.Device
	for i := range 50 {
		devices = append(devices, version.Device{Platform: "cisco_nxos", Labels: map[string]string{"site": "s0"}, Version: fmt.Sprintf("10.2(%d)", i+1)})
	}
	now, n := time.Now(), 0
	for b.Loop() {
		if v := p.Judge(devices[n%len(devices)], now); v.Rule == "" {
			b.Fatal("no rule holds")
		}
		n++
	}
}
