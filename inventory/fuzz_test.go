package inventory

import (
	"strings"
	"testing"
)

// Whatever a file or an answer holds, a source yields targets that have a name and a place, or an error of theirs; it does not
// panic.
func FuzzSources(f *testing.F) {
	for _, text := range []string{
		`[{"targets": ["a", null], "labels": {"x": "y"}}]`, "- targets: [a]\n  labels: {x: y}", `{"next": null, "results": [{"id": 1, "name": "a"}, null]}`,
		"name,ip\na,b\n", "a:b:c\n", "a;b;up\n", "a: {device_type: x, host: b}\nc: [a]", "- {host: a}", "a: {groups: [a], port: 1}", `[{"hostname": "a", "os": 1}]`,
		"a: &a [*a]", "[[", "\x00", "<<: *x",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		d := []Document{{"x", []byte(text)}}
		for _, s := range []struct {
			Source
			documents []Document
		}{
			{FileSD{}, d}, {FileSD{}, []Document{{"x.json", d[0].Text}}}, {HTTPSD{}, d}, {NetBox{}, d}, {Nautobot{}, d}, {Netmiko{}, d},
			{Nornir{}, []Document{d[0], d[0], d[0]}}, {CSV{}, d}, {CSV{Format: "rancid"}, d}, {CSV{Format: "oxidized"}, d}, {Oxidized{}, d}, {Oxidized{Location: "a.b"}, d},
		} {
			targets, _, err := s.Parse(s.documents)
			if err != nil && !strings.HasPrefix(err.Error(), "x") {
				t.Errorf("%T: the error names no file: %v", s.Source, err)
			}
			for _, target := range targets {
				if target.Name == "" || target.Place == "" || err != nil {
					t.Errorf("%T: %+v with %v", s.Source, target, err)
				}
			}
		}
		_, _ = nextPage([]byte(text))
	})
}
