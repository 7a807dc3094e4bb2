package web

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// manyDevices are n that are up, and named by their number.
func manyDevices(n int) poll.Snapshot {
	var s poll.Snapshot
	for i := range n {
		s.Devices = append(s.Devices, &poll.Status{
			Device:   inventory.Device{Name: fmt.Sprintf("lab-%05d", i), Address: "192.0.2.1:22", Labels: []inventory.Label{{Name: "site", Value: "a & b"}}},
			Revision: uint64(i), LastPoll: time.Unix(1_700_000_000, 0),
		})
	}
	return s
}

func serving(t testing.TB, snapshot func() poll.Snapshot) http.Handler {
	t.Helper()
	c := newConfig()
	c.Views = fleet.NewCache(func(context.Context) poll.Snapshot { return snapshot() }, noOrder, noNames)
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestPaging walks over a fleet by the links, while devices leave it and join it.
func TestPaging(t *testing.T) {
	fleet := manyDevices(25)
	var got []string
	url := "/api/v1/devices?limit=10&label.site=a+%26+b"
	for range 3 {
		w := request(serving(t, func() poll.Snapshot { return fleet }), "GET", url, nil) // another view each time
		var page []Device
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		for _, d := range page {
			got = append(got, d.Device)
		}
		if total := w.Header().Get("X-Total-Count"); total != fmt.Sprint(len(fleet.Devices)) {
			t.Errorf("total %s, want %d", total, len(fleet.Devices))
		}
		link, more := strings.CutSuffix(w.Header().Get("Link"), `>; rel="next"`)
		if !more {
			url = ""
			break
		}
		url = "/api/v1/devices" + strings.TrimPrefix(link, "<")
		fleet.Devices = fleet.Devices[1:] // one that was listed leaves
	}
	var want []string
	for _, s := range manyDevices(25).Devices {
		want = append(want, s.Device.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" || url != "" {
		t.Errorf("next %q; devices (-want +got):\n%s", url, diff)
	}
}

// TestUnchanged gives the same tag as long as the answer is the same, and another one after a poll and to another question.
func TestUnchanged(t *testing.T) {
	fleet := manyDevices(3)
	h := serving(t, func() poll.Snapshot { return fleet })
	tag := func(url string) string { return request(h, "GET", url, nil).Header().Get("ETag") }
	all := tag("/api/v1/devices")
	if all == "" || tag("/api/v1/devices") != all || tag("/api/v1/devices?state=up") != all {
		t.Error("the same answer has another tag")
	}
	if tag("/api/v1/devices?limit=3") != all || tag("/api/v1/devices?limit=2") == all || tag("/api/v1/devices?sort=-device") == all {
		t.Error("another answer has the same tag, or the same another")
	}
	targets := tag("/api/v1/targets")
	if targets == tag("/api/v1/targets?port=22") {
		t.Error("targets on another port have the same tag")
	}
	for given, want := range map[string]int{
		all: 304, `"x", ` + all: 304, "*": 304, strings.TrimPrefix(all, "W/"): 304, // a proxy may have made it strong
		`"x"`: 200, "": 200, all[1:]: 200,
	} {
		if w := request(h, "GET", "/api/v1/devices", http.Header{"If-None-Match": {given}}); w.Code != want {
			t.Errorf("If-None-Match %s: status %d, want %d", given, w.Code, want)
		}
	}
	polled := *fleet.Devices[1]
	polled.Revision = 100
	fleet.Devices = []*poll.Status{fleet.Devices[0], &polled, fleet.Devices[2]}
	if h = serving(t, func() poll.Snapshot { return fleet }); tag("/api/v1/devices") == all {
		t.Error("after a poll the tag is the same")
	}
}

func TestCompressed(t *testing.T) {
	h := serving(t, func() poll.Snapshot { return manyDevices(100) })
	plain := request(h, "GET", "/api/v1/devices", nil)
	if encoding := plain.Header().Get("Content-Encoding"); encoding != "" {
		t.Errorf("%s that nobody asked for", encoding)
	}
	for _, url := range []string{"/api/v1/devices", "/api/v1/openapi.yaml"} {
		w := request(h, "GET", url, http.Header{"Accept-Encoding": {"gzip"}})
		if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") == "" {
			t.Fatalf("%s: %v", url, w.Header())
		}
		unpacked, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		var all []Device
		if err := json.NewDecoder(unpacked).Decode(&all); url == "/api/v1/devices" && (err != nil || len(all) != 100) {
			t.Errorf("%d devices: %v", len(all), err)
		}
	}
	w := request(h, "GET", "/api/v1/devices", http.Header{"Accept-Encoding": {"gzip"}, "If-None-Match": {plain.Header().Get("ETag")}})
	if w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("unchanged, compressed: status %d, %d bytes", w.Code, w.Body.Len())
	}
}

// BenchmarkDevices: what a list costs, whole, as a page, and when nothing has changed.
func BenchmarkDevices(b *testing.B) {
	fleet := manyDevices(50_000)
	h := serving(b, func() poll.Snapshot { return fleet })
	for name, url := range map[string]string{"all": "/api/v1/devices", "page": "/api/v1/devices?limit=1000", "search": "/api/v1/devices?limit=100&q=lab-049"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", url, nil))
			}
		})
	}
	tag := request(h, "GET", "/api/v1/devices", nil).Header().Get("ETag")
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if w := request(h, "GET", "/api/v1/devices", http.Header{"If-None-Match": {tag}}); w.Code != http.StatusNotModified {
				b.Fatal(w.Code)
			}
		}
	})
}
