package app

import (
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/version"
)

// Whatever is in a file of a policy, reading it ends with entries that can judge, or with problems of one line each.
func FuzzPolicyFile(f *testing.F) {
	f.Add(false, []byte("- {match: {vendor: Cisco, site: 'a*'}, fixed: ['10.2(7)', '10.3(5)'], note: CVE-1, severity: High}\n- '17.3.4'\n"))
	f.Add(false, []byte("- {version: '< 9', fixed: ten}\n- {note: [}"))
	f.Add(true, []byte(`{"platform": "nxos", "releases": [{"name": "10.2", "isEol": true, "eolFrom": "2027-03-31"}]}`))
	known, err := parser.BuiltIns()
	if err != nil {
		f.Fatal(err)
	}
	c := compiler{known: known}
	f.Fuzz(func(t *testing.T, dates bool, text []byte) {
		file := policyFile{advisories, "a.yml"}
		if dates {
			file = policyFile{lifecycle, "a.json"}
		}
		r, problems, _ := c.parse(file, text)
		for _, p := range problems {
			if line := p.String(); strings.ContainsAny(line, "\n\r") || p.Text == "" || p.Line < 0 || p.File != file.name {
				t.Errorf("bad problem %q", line)
			}
		}
		if problems != nil {
			return
		}
		nexus, _ := known.Get("cisco_nxos")
		policy := version.Policy{Advisories: r.denies, Lifecycle: map[string][]version.Release{r.platform: r.releases}}
		policy.Judge(version.Device{Name: "a", Platform: "cisco_nxos", Vendor: "Cisco", Version: "10.2(5)"}, nexus.Order, time.Unix(0, 0))
	})
}
