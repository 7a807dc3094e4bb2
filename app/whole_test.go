package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/netver/netver_exporter/cluster"
)

// TestAskForClientThatLeaves has a replica that does not answer: who waits for it may leave, and then it does not count as asked.
func TestAskForClientThatLeaves(t *testing.T) {
	asked := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer silent.Close()
	m := &membership{log: slog.New(slog.DiscardHandler), peers: cluster.HTTP{Client: silent.Client()}}
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-asked
		leave()
	}()
	_, names := m.ask(ctx, []cluster.Entry{{Name: "netver-1", Instance: "1", Advertise: silent.URL}}, 0)
	if len(names) > 0 || !m.fleet.asked.IsZero() {
		t.Errorf("the replicas %q count as silent, asked at %v", names, m.fleet.asked)
	}
}
