package parser

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const acmeVersion = `AcmeOS  release 7.2.1
lab-acme-1 has been up for 3 days, 4 hours
Chassis AC-4
  unit 1 serial AC0000A1
  unit 2 serial AC0000A2
`

func ownPlatform(t *testing.T) *Platform {
	t.Helper()
	p, err := LoadFile("testdata/own/acme_os.yml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTextFSM(t *testing.T) {
	p := ownPlatform(t)
	want := Facts{
		Version: "7.2.1", Model: "AC-4", Serial: "AC0000A1", Hostname: "lab-acme-1",
		Uptime: &Uptime{Age: 76 * time.Hour, Resolution: time.Hour},
	}
	var wg sync.WaitGroup
	for range 8 { // one platform serves all workers
		wg.Go(func() {
			reading, err := p.Parse([]Output{{Command: "show version", Text: acmeVersion}})
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want, reading.Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
	wg.Wait()

	reading, err := p.Parse([]Output{{Command: "show version", Text: "Model AC-9\n" + acmeVersion}})
	if err != nil || reading.Facts.Model != "AC-9" {
		t.Errorf("model %q, %v; want the rule's", reading.Facts.Model, err)
	}
}

func TestTextFSMErrorState(t *testing.T) {
	reading, err := ownPlatform(t).Parse([]Output{{Command: "show version", Text: acmeVersion + "  unit 3 mad AC0000A3\n"}})
	if err == nil {
		t.Error("no error")
	}
	if len(reading.Matches) != 1 || !strings.Contains(reading.Matches[0].Problem, "mad unit") {
		t.Errorf("matches: %+v", reading.Matches)
	}
}

func TestGauges(t *testing.T) {
	p := ownPlatform(t)
	reading, err := p.Parse([]Output{
		{Command: "show version", Text: acmeVersion},
		{Command: "show environment", Text: "Inlet   -7.5 C\nFans in service for 1 week, 1 day\nCalibrated 2024-01-05 09:10:11 UTC\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"inlet_temperature_celsius": -7.5, "fan_age_seconds": 691200, "calibrated_timestamp_seconds": 1704445811}
	if diff := cmp.Diff(want, reading.Facts.Gauges); diff != "" {
		t.Errorf("gauges (-want +got):\n%s", diff)
	}
	names := []string{}
	for _, g := range p.Gauges() {
		names = append(names, g.Name+": "+g.Help)
	}
	if diff := cmp.Diff([]string{
		"inlet_temperature_celsius: Temperature of the air that comes in.",
		"fan_age_seconds: Age of the fan tray.",
		"calibrated_timestamp_seconds: Unix time of the last calibration.",
	}, names); diff != "" {
		t.Errorf("Gauges (-want +got):\n%s", diff)
	}

	reading, err = p.Parse([]Output{{Command: "show version", Text: acmeVersion}, {Command: "show environment", Text: "Inlet hot C\nCalibrated 2024-01-05 09:10:11\n"}})
	if err != nil || reading.Facts.Gauges != nil {
		t.Errorf("gauges %v, %v; want none: no number, no zone", reading.Facts.Gauges, err)
	}
}

// FuzzTemplate loads arbitrary templates and runs them: the library may fail, not fall.
func FuzzTemplate(f *testing.F) {
	f.Add("Value VERSION (\\S+)\n\nStart\n  ^v${VERSION} -> Record\n", "v1\nv2")
	f.Add("Value List,Fillup A (\\d(?P<x>y))\n\nStart\n  ^${A} -> Continue.Record Other\n\nOther\n  ^. -> Error\n\nEOF\n", "1y\n2")
	f.Fuzz(func(t *testing.T, source, text string) {
		tmpl := template{name: "fuzz"}
		if err := recovered(func() error { return tmpl.fsm.ParseString(source) }); err != nil {
			return
		}
		tmpl.fact = map[string]fact{}
		for name := range tmpl.fsm.Values {
			tmpl.fact[name] = factVersion
		}
		var s search
		s.template(&tmpl, &Output{Command: "show version", Text: text})
	})
}
