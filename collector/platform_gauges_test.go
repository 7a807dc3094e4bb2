package collector

import (
	"strings"
	"testing"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
)

// What a platform reads besides the facts is as fleeting as the uptime.
func TestGaugesOfPlatformsLeaveWithTheUptime(t *testing.T) {
	s := fleet()
	s.Devices[0].Reason, s.Devices[0].Facts.Uptime = failure.Timeout, nil
	c := watching(s)
	families, _, err := c.Gather()
	if err != nil {
		t.Fatal(err)
	}
	scraped, _ := get(t, c.Handler(options), "/metrics", asText, "")
	for _, got := range []string{textOf(t, families), scraped} {
		if !strings.Contains(got, `netver_device_info{device="lab-sw-1"`) || strings.Contains(got, "netver_fans_failed") ||
			strings.Contains(got, "netver_cpu_load_ratio") {
			t.Errorf("info without the gauges wanted while the device fails:\n%s", got)
		}
	}
}

func TestLint(t *testing.T) {
	for _, tc := range []struct{ name, help, want string }{ // want "": no problem
		{"fans_failed", "Fans that have failed.", ""},
		{"fans_total", "x", "_total"},
		{"uptimeMinutes", "x", "snake_case"},
		{"temperature_fahrenheit", "x", "celsius"},
	} {
		got := strings.Join(problems(parser.Gauge{Name: tc.name, Help: tc.help}), "; ")
		if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%q: %q, want something with %q", tc.name, got, tc.want)
		}
	}
	err := Lint([]*parser.Platform{platform("fans_failed", "Fans."), platform("temperature_fahrenheit", "Hot.")})
	if err == nil || !strings.Contains(err.Error(), `lab_os.yml: gauge "temperature_fahrenheit"`) {
		t.Errorf("error %v", err)
	}
	a, b := platform("fans_failed", "Fans."), platform("fans_failed", "Fans that failed.")
	a.Origin, b.Origin = "a.yml", "b.yml"
	err = Lint([]*parser.Platform{a, a, b})
	want := `b.yml: gauge "fans_failed": help is "Fans that failed.", but "Fans." in a.yml; write the same help in both, or rename one gauge`
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Two families of one name would cost a scrape both.
func TestGaugesOfPlatformsHaveOtherNames(t *testing.T) {
	families, _, err := New().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
	}
	for i := range metrics {
		names = append(names, metrics[i].name)
	}
	for i := range figures {
		names = append(names, figures[i].name)
	}
	for _, name := range names {
		name, own := strings.CutPrefix(name, prefix)
		if !own {
			continue
		}
		for _, name := range []string{name, strings.TrimSuffix(name, "_total")} { // OpenMetrics calls a counter's family so
			if _, err := loadPlatform(name, "Help."); err == nil {
				t.Errorf("a platform may have a gauge of the name %s", name)
			}
		}
	}
}
