package fleet

import (
	"fmt"
	"slices"
	"testing"

	"github.com/netver/netver_exporter/version"
)

// TestFound asks many questions of one view: each is answered as by a view that was never asked, and few answers are kept.
func TestFound(t *testing.T) {
	s := many(200)
	orders := func(string) *version.Order { return nil }
	asked := New(s, orders, noNames, now)
	for round := range 2 {
		for i := range 3 * mostFound {
			q := Query{Search: fmt.Sprintf("site%03d", i), Sort: []string{"-uptime", "version", "", "label.role"}[i%4]}
			if i%5 == 0 {
				q.Search = ""
			}
			got, want := asked.Find(q), New(s, orders, noNames, now).Find(q)
			if !slices.Equal(got.at, want.at) {
				t.Errorf("round %d, %v: %v, want %v", round, q, got.at, want.at)
			}
			if q.Search == "" && got.Len() != len(s.Devices) {
				t.Errorf("%v finds %d devices of %d", q, got.Len(), len(s.Devices))
			}
		}
	}
	if len(asked.found) != mostFound {
		t.Errorf("the view keeps %d answers, want %d", len(asked.found), mostFound)
	}
}
