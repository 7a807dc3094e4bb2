package app

import (
	"context"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/lab"
)

// TestPeersOverTLS asks another replica that wants TLS and a password. When it does not tell, that is logged once, with the reason and without the password.
func TestPeersOverTLS(t *testing.T) {
	const password = "swordfish"
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, given, _ := r.BasicAuth(); user != "peer" || given != password {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, strings.Replace(stateOfTwo, "%[1]s", time.Now().UTC().Format(time.RFC3339), 4))
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer server.Close()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	save(t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	other := cluster.Entry{Name: "b", Instance: "b1", Advertise: server.URL}
	for _, c := range []struct{ peers, want string }{
		{"{basic_auth: {username: peer, password: " + password + "}, tls_config: {ca_file: " + authority + "}}", ""},
		{"{basic_auth: {username: peer, password: sword}, tls_config: {ca_file: " + authority + "}}", "401 Unauthorized"},
		{"{basic_auth: {username: peer, password: " + password + "}}", "certificate"},
		{"{tls_config: {ca_file: " + authority + "}}", "401 Unauthorized"},
	} {
		p := planOf(t, strings.Replace(clusterConfig, "cluster: {", "cluster: {peers: "+c.peers+", ", 1))
		client, err := peersClient(&p.Config.Cluster)
		if err != nil {
			t.Fatal(err)
		}
		log := &lab.Output{}
		x := &exporter{log: slog.New(slog.NewTextHandler(log, nil))}
		m := x.member(cluster.Entry{Name: "a", Instance: "a1"}, time.Minute, alone{}, client)
		for range 2 {
			m.fleet.asked = time.Time{}
			known, silent := m.ask(t.Context(), []cluster.Entry{other}, 2)
			if told := known["b1"] != nil && known["b1"].Len() == 2; told != (c.want == "") || slices.Contains(silent, "b") != (c.want != "") {
				t.Errorf("%s: known %v, silent %v", c.peers, known, silent)
			}
		}
		warnings := strings.Count(log.String(), "a replica does not tell")
		if c.want == "" && warnings != 0 || c.want != "" && (warnings != 1 || !strings.Contains(log.String(), c.want)) || strings.Contains(log.String(), "sword") {
			t.Errorf("%s: the log has\n%s", c.peers, log)
		}
	}
}

// TestPeersTalkNonsense: what another replica answers that is nothing of ours is taken for no answer.
func TestPeersTalkNonsense(t *testing.T) {
	for _, answer := range []string{
		"<!DOCTYPE html><html>sign in</html>", "null", "{}", `{"header":{}}`, strings.TrimSuffix(stateOfTwo, "{\"end\":2}\n"), stateOfTwo[:200], "\x00\xff\xfe",
		strings.Replace(stateOfTwo, `"version":1`, `"version":9`, 1), `{"header":{"format":"netver_exporter state","version":1}}` + "\n" + `{"device":` + strings.Repeat(`{"facts":`, 20_000),
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, answer)
		}))
		x := &exporter{log: slog.New(slog.DiscardHandler)}
		m := x.member(cluster.Entry{Name: "a", Instance: "a1"}, time.Minute, alone{}, http.DefaultClient)
		known, silent := m.ask(t.Context(), []cluster.Entry{{Name: "b", Instance: "b1", Advertise: server.URL}}, 2)
		if len(known) != 0 || !slices.Contains(silent, "b") {
			t.Errorf("%.80q: known %v, silent %v", answer, known, silent)
		}
		server.Close()
	}
}

// TestSlowPeer: a page waits for a replica that does not end its answer no longer than it should, and names it.
func TestSlowPeer(t *testing.T) {
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		_, _ = io.WriteString(w, "{")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	x := &exporter{log: slog.New(slog.DiscardHandler)}
	m := x.member(cluster.Entry{Name: "a", Instance: "a1"}, time.Minute, alone{}, http.DefaultClient)
	ctx, cancel := context.WithTimeout(t.Context(), 10*peerPatience)
	defer cancel()
	done := make(chan []string, 1)
	go func() {
		_, silent := m.ask(t.Context(), []cluster.Entry{{Name: "b", Instance: "b1", Advertise: server.URL}}, 2)
		done <- silent
	}()
	select {
	case silent := <-done:
		if !slices.Equal(silent, []string{"b"}) {
			t.Errorf("silent: %v", silent)
		}
	case <-ctx.Done():
		t.Error("the page still waits")
	}
	<-ended
}

// TestAskForClientThatLeaves has a replica that does not answer: who waits for it may leave, and then it does not count as asked.
func TestAskForClientThatLeaves(t *testing.T) {
	asked := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer silent.Close()
	x := &exporter{log: slog.New(slog.DiscardHandler)}
	m := x.member(cluster.Entry{Name: "a", Instance: "a1"}, time.Minute, alone{}, silent.Client())
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
