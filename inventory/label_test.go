package inventory

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckLabel(t *testing.T) {
	for _, test := range []struct {
		label Label
		want  string // part of the error; "": none
	}{
		{Label{"site", "Köln 1"}, ""},
		{Label{"_rack", ""}, ""},
		{Label{"A1", "x"}, ""},
		{Label{"", "x"}, "no label name"},
		{Label{"1st", "x"}, "no label name"},
		{Label{"data-centre", "x"}, "no label name"},
		{Label{"größe", "x"}, "no label name"},
		{Label{"site\n", "x"}, "no label name"},
		{Label{"__address__", "x"}, "Prometheus"},
		{Label{"device", "x"}, "the exporter or"},
		{Label{"member_role", "x"}, "the exporter or"}, // of a metric to come
		{Label{"credentials", "x"}, "the exporter or"},
		{Label{"role", "x"}, ""},
		{Label{"tenant", "x"}, ""},
		{Label{"region", "x"}, ""},
		{Label{"site", "\xff"}, "UTF-8"},
	} {
		err := CheckLabel(test.label)
		if got := (err == nil); got != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("CheckLabel(%q) = %v, want %q", test.label, err, test.want)
		}
	}
	for _, name := range ReservedLabels {
		if CheckLabel(Label{Name: name, Value: "x"}) == nil {
			t.Errorf("the reserved label %s is allowed", name)
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"lab-sw-1", ""},
		{"Köln 1, Schrank 7", ""},
		{strings.Repeat("x", 200), ""},
		{"", "empty"},
		{strings.Repeat("x", 201), "longer"},
		{"lab\xff", "UTF-8"},
		{"lab\n", "cannot be seen"},
		{"lab\u200b", "cannot be seen"},
		{".", "would have no page"},
		{"..", "would have no page"},
		{"...", ""},
		{"a/../b", ""},
	} {
		err := CheckName(test.name)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("CheckName(%q) = %v, want %q", test.name, err, test.want)
		}
	}
}

func TestMergeLabels(t *testing.T) {
	got := MergeLabels(map[string]string{"site": "a", "rack": "1", "floor": "2"}, map[string]string{"rack": "", "role": "edge", "site": "b"})
	want := []Label{{"floor", "2"}, {"role", "edge"}, {"site", "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// A label that is accepted has a name and value that Prometheus takes.
func FuzzCheckLabel(f *testing.F) {
	f.Add("site", "a")
	f.Add("__x", "")
	f.Add("1", "\xff")
	f.Fuzz(func(t *testing.T, name, value string) {
		if CheckLabel(Label{name, value}) != nil {
			return
		}
		ok := name != "" && !strings.HasPrefix(name, "__") && !slices.Contains(ReservedLabels, name)
		for i, r := range name {
			ok = ok && (r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9')
		}
		if !ok || strings.ToValidUTF8(value, "") != value {
			t.Errorf("CheckLabel accepts %q=%q", name, value)
		}
	})
}
