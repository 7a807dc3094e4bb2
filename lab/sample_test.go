package lab

import (
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// builtIns are the platforms and samples that come with the program.
func builtIns(t *testing.T) (*parser.Registry, []parser.Sample) {
	t.Helper()
	registry, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	return registry, samples
}

// Every sample makes a device whose prompt and refusal its platform recognises.
func TestSamplesBuild(t *testing.T) {
	registry, samples := builtIns(t)
	for _, s := range samples {
		t.Run(s.Platform+"/"+s.Name, func(t *testing.T) {
			p, known := registry.Get(s.Platform)
			if !known {
				t.Fatal("no such platform")
			}
			d := &Device{Name: "lab-1", Platform: p, Sample: s}
			start(t, d)
			talk := d.script.Load().talk
			if len(p.Session.Refusals) > 0 && !matches(talk.Refusal, p.Session.Refusals) {
				t.Errorf("no refusal in %q: set the sample's refusal", talk.Refusal)
			}
		})
	}
}

// Every uptime that a platform reads can also be written, so that a device of the lab ages.
func TestSamplesAge(t *testing.T) {
	registry, samples := builtIns(t)
	for _, s := range samples {
		t.Run(s.Platform+"/"+s.Name, func(t *testing.T) {
			p, _ := registry.Get(s.Platform)
			reading, _ := p.Parse(s.Answers)
			if reading.Facts.Uptime == nil {
				return
			}
			age := findAge(p, s.Answers)
			if age == nil {
				t.Fatal("the uptime stands still")
			}
			sc := script{age: age, oldName: "lab-", newName: "lab-"}
			for _, want := range []time.Duration{0, 59 * time.Minute, 100*24*time.Hour + 3*time.Hour} {
				var answers []parser.Output
				for _, a := range s.Answers {
					answers = append(answers, parser.Output{Command: a.Command, Text: sc.text(a, want)})
				}
				got, _ := p.Parse(answers)
				if up := got.Facts.Uptime; up == nil || (up.Age-want).Abs() > max(up.Resolution, time.Second) {
					t.Errorf("want %s, got %+v", want, up)
				}
			}
		})
	}
}

func TestDemo(t *testing.T) {
	registry, _ := builtIns(t)
	for _, n := range []int{1, 60, 200} {
		devices, err := Demo(n, registry.All()...)
		if err != nil {
			t.Fatal(err)
		}
		if len(devices) != n {
			t.Errorf("want %d devices, got %d", n, len(devices))
		}
		start(t, devices...)
	}
}

func TestDemoHasEverything(t *testing.T) {
	registry, samples := builtIns(t)
	devices, err := Demo(3*len(registry.All()), registry.All()...)
	if err != nil {
		t.Fatal(err)
	}
	start(t, devices...)
	healthy, faulty := make(map[string]int), make(map[Fault]int)
	versions := make(map[string]map[string]bool) // of each platform and model
	for _, d := range devices {
		if d.Fault != "" {
			faulty[d.Fault]++
			continue
		}
		healthy[d.Platform.ID]++
		facts := tells(t, d)
		model := d.Platform.ID + " " + facts.Model
		if versions[model] == nil {
			versions[model] = make(map[string]bool)
		}
		versions[model][facts.Version] = true
	}
	for _, s := range samples {
		if healthy[s.Platform] == 0 {
			t.Errorf("no healthy device of %s", s.Platform)
		}
	}
	for _, s := range specials {
		if s.fault != "" && faulty[s.fault] != 1 {
			t.Errorf("%s: want one device, got %d", s.fault, faulty[s.fault])
		}
	}
	drift := 0
	for _, v := range versions {
		if len(v) > 1 {
			drift++
		}
	}
	if drift == 0 {
		t.Error("no version drift to show")
	}
}

// tells is what a device says of itself.
func tells(t *testing.T, d *Device) parser.Facts {
	t.Helper()
	reading, err := d.Platform.Parse(d.Answers())
	if err != nil {
		t.Errorf("%s: %v", d.Name, err)
	}
	if name := reading.Facts.Hostname; name != "" && !strings.HasPrefix(name, d.Name) {
		t.Errorf("%s calls itself %s", d.Name, name)
	}
	return reading.Facts
}
