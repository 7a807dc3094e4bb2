package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/web"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const hostile = `<script>alert("x")</script> & 'y' | *z*`

// devices are one for each kind of verdict; names and texts of the first try to break out of their cells.
func devices() []web.Device {
	day := func(n int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, n) }
	judged := func(state web.Compliance, rule string) *web.Verdict {
		return &web.Verdict{State: state, Rule: rule, Wanted: ">= 2", Why: "rule " + rule + " wants >= 2"}
	}
	fleet := []web.Device{
		{Device: "=cmd()" + hostile, Platform: "p", Model: hostile, Version: "1.0", State: "up", LastSuccess: noon, BootTime: noon.Add(-time.Hour), Verdict: judged(web.NonCompliant, "a")},
		{Device: "b", Platform: "p", Model: "M", Version: "2.0", State: "up", LastSuccess: noon, BootTime: noon.Add(-8 * 24 * time.Hour), Verdict: judged(web.Compliant, "a")},
		{Device: "c", Platform: "p", Model: "M", Version: "2.0", State: "down", LastSuccess: noon, Verdict: judged(web.Compliant, "a")},
		{Device: "d", Platform: "p", Model: "M", Version: "build", State: "up", LastSuccess: noon, Verdict: judged(web.Undecided, "a")},
		{Device: "e", Platform: "p", State: "down", Reason: "auth", Error: "refused", Verdict: judged(web.Unjudged, "a")},
		{Device: "f", Platform: "q", State: "pending"},
		{Device: "g", Platform: "q", State: "disabled"},
	}
	fleet[0].Verdict.Denied = []web.Denial{{Advisory: "CVE-1", Severity: "critical"}}
	fleet[1].Verdict.EOL = &web.EOL{Release: "2", Date: day(30)}
	fleet[2].Verdict.EOL = &web.EOL{Release: "2", Date: day(30)}
	fleet[0].Verdict.EOL = &web.EOL{Release: "1"}
	fleet[3].Verdict.EOL = &web.EOL{Release: "3", Date: day(1000)}
	fleet[1].Verdict.Undecided = []web.Denial{{Advisory: "CVE-2"}}
	fleet[1].Verdict.Planned = "b"
	return fleet
}

func TestNew(t *testing.T) {
	first := devices()[0].Device
	want := &Report{
		At: noon, Devices: 7,
		Versions: []Version{{"p", hostile, "1.0", 1}, {"p", "M", "2.0", 2}, {"p", "M", "build", 1}},
		Rules:    []Rule{{Name: "a", Wanted: ">= 2", Compliant: 2, NonCompliant: 1, Undecided: 1, NotKnown: 1}, {Name: "b", Planned: 1}},
		NonCompliant: []Finding{
			{first, "p", hostile, "1.0", "rule a wants >= 2"},
		},
		Undecided: []Finding{
			{"b", "p", "M", "2.0", "rule a wants >= 2; cannot be compared with CVE-2"}, {"d", "p", "M", "build", "rule a wants >= 2"},
		},
		Denied: []Denied{{"CVE-1", "critical", "p", "1.0", []string{first}}},
		EndOfLife: []EndOfLife{
			{"p", "1", time.Time{}, 1}, {"p", "2", time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), 2}, {"p", "3", time.Date(2028, 11, 25, 0, 0, 0, 0, time.UTC), 1},
		},
		NoGoodPoll: []Unread{{"e", "", "down", "auth", "refused"}, {"f", "", "pending", "", ""}},
		Rebooted:   []Reboot{{first, noon.Add(-time.Hour), "1.0"}},
	}
	got := New(devices(), noon)
	got.all = nil
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Report{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var nearness []string
	for i := range got.EndOfLife {
		nearness = append(nearness, got.nearness(&got.EndOfLife[i]))
	}
	if diff := cmp.Diff([]string{"ended", "within 180 days", ""}, nearness); diff != "" {
		t.Errorf("ends of life (-want +got):\n%s", diff)
	}
}

func written(t *testing.T, output string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Outputs[output](&b, New(devices(), noon)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHTML reads the page as XML, so that no text has become an element, and looks for what the page would load.
func TestHTML(t *testing.T) {
	page := written(t, "html")
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	elements, text := map[string]bool{}, strings.Builder{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local] = true
			for _, a := range token.Attr {
				if a.Name.Local == "src" || a.Name.Local == "href" {
					t.Errorf("the page loads %s", a.Value)
				}
			}
		case xml.CharData:
			text.Write(token)
		}
	}
	if elements["script"] || !elements["table"] {
		t.Errorf("elements %v, want tables and no script", elements)
	}
	if !strings.Contains(text.String(), hostile) {
		t.Errorf("the page does not show %s as it is", hostile)
	}
}

func TestCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 8 || rows[1][0] != "'=cmd()"+hostile || rows[1][5] != hostile || rows[3][10] != "compliant" {
		t.Errorf("%q, want a head and 7 devices, none of whose names is a formula", rows)
	}
}

func TestMarkdown(t *testing.T) {
	text := written(t, "markdown")
	if strings.Contains(text, "<script") || !strings.HasPrefix(text, "# Software versions, 2026-03-01 12:00 UTC\n\n7 devices; 2 of 3 judged are compliant, 2 cannot be compared, 1 denied, 2 without a good poll.\n") {
		t.Errorf("not as expected:\n%s", text)
	}
	columns := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		if columns == 0 {
			columns = n
		}
		if n != columns {
			t.Errorf("%d separators, want %d: %s", n, columns, line)
		}
	}
}

func TestJSON(t *testing.T) {
	var got Report
	if err := json.Unmarshal([]byte(written(t, "json")), &got); err != nil {
		t.Fatal(err)
	}
	want := New(devices(), noon)
	want.all = nil
	if diff := cmp.Diff(*want, got, cmp.AllowUnexported(Report{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var empty bytes.Buffer
	if err := Outputs["json"](&empty, New(nil, noon)); err != nil || strings.Contains(empty.String(), "null") {
		t.Errorf("of no devices: %v\n%s", err, empty.String())
	}
}

// TestManyNames keeps a table's line within the screen.
func TestManyNames(t *testing.T) {
	var all []string
	for i := range 12 {
		all = append(all, fmt.Sprint("d", i))
	}
	if got, want := names(all), "d0, d1, d2, d3, d4, d5, d6, d7, d8, d9 and 2 more"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
