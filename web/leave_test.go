package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// leaving is a client that leaves once it has had a part of the answer. The server does not find that out by writing.
type leaving struct {
	*httptest.ResponseRecorder
	leave context.CancelFunc
}

func (l *leaving) Write(p []byte) (int, error) {
	l.leave()
	return l.ResponseRecorder.Write(p)
}

// TestAnswerOfClientThatLeaves ends long answers with their clients.
func TestAnswerOfClientThatLeaves(t *testing.T) {
	var s poll.Snapshot
	for i := range 3000 {
		s.Devices = append(s.Devices, &poll.Status{Device: inventory.Device{Name: fmt.Sprintf("sw-%05d", i), Address: "192.0.2.1:22"}})
	}
	h := serving(t, func() poll.Snapshot { return s })
	for _, target := range []string{"/api/v1/devices", "/api/v1/targets"} {
		whole := request(h, http.MethodGet, target, nil).Body.Len()
		ctx, cancel := context.WithCancel(t.Context())
		w := &leaving{httptest.NewRecorder(), cancel}
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, target, nil))
		if n := w.Body.Len(); n == 0 || n > whole/50 {
			t.Errorf("%s: %d bytes of %d were written after the client left", target, n, whole)
		}
	}
}

// TestRequestOfClientThatLeaves ends requests that wait for other replicas, on every path that has to.
func TestRequestOfClientThatLeaves(t *testing.T) {
	for _, target := range []string{
		"/", "/versions", "/devices/lab-1", "/probe?target=lab-1", "/api/v1/devices", "/api/v1/devices/lab-1", "/api/v1/versions", "/api/v1/status", "/api/v1/targets",
	} {
		asked := make(chan struct{})
		c := newConfig()
		c.Views = fleet.NewCache(func(ctx context.Context) poll.Snapshot {
			close(asked)
			<-ctx.Done()
			return poll.Snapshot{}
		}, noOrder, noNames)
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan *httptest.ResponseRecorder)
		go func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, target, nil))
			ended <- w
		}()
		<-asked
		cancel()
		if w := <-ended; slices.Contains([]int{200, 404}, w.Code) && w.Body.Len() > 0 {
			t.Errorf("%s: %d %.100s", target, w.Code, w.Body)
		}
	}
}
