package cluster

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// apiServer is an http.RoundTripper that answers as Kubernetes does, and misbehaves when told to.
type apiServer struct {
	mu      sync.Mutex
	version int
	leases  map[string]*leaseObject
	watches map[*io.PipeWriter]bool
	calls   int

	down      bool
	cut       map[string]bool // names of replicas that do not reach it
	conflicts int             // answers 409 to that many writes, as if somebody else had written
	busy      int             // answers 429 to that many calls
	slow      time.Duration
}

func newAPIServer() *apiServer {
	return &apiServer{leases: map[string]*leaseObject{}, watches: map[*io.PipeWriter]bool{}, cut: map[string]bool{}}
}

// of is the coordinator of a replica.
func (s *apiServer) of(name string) Coordinator {
	return NewKubernetes(KubernetesConfig{URL: "https://api", Namespace: "netver", TTL: ttl, Client: &http.Client{Transport: &caller{s, name}}})
}

type caller struct {
	*apiServer
	name string
}

func (c *caller) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	slow, unreachable := c.slow, c.down || c.cut[c.name]
	c.mu.Unlock()
	if slow > 0 {
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(slow):
		}
	}
	if unreachable {
		return nil, errDown
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if c.busy > 0 {
		c.busy--
		return respond(http.StatusTooManyRequests, map[string]string{"message": "too many requests"}), nil
	}
	if r.URL.Query().Get("watch") != "" {
		return c.watch(r)
	}
	return c.answer(r), nil
}

func respond(status int, body any) *http.Response {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"1"}}, Body: io.NopCloser(bytes.NewReader(text))}
}

func (s *apiServer) answer(r *http.Request) *http.Response {
	name := path.Base(r.URL.Path)
	there := s.leases[name]
	var sent leaseObject
	if r.Body != nil && r.Method != http.MethodDelete {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			return respond(http.StatusBadRequest, err.Error())
		}
	}
	if r.Method != http.MethodGet && s.conflicts > 0 {
		s.conflicts--
		return respond(http.StatusConflict, nil)
	}
	switch {
	case r.Method == http.MethodGet && name == "leases":
		items := []*leaseObject{}
		for _, l := range s.leases {
			items = append(items, l)
		}
		return respond(http.StatusOK, map[string]any{"items": items})
	case r.Method == http.MethodPost && s.leases[sent.Metadata.Name] != nil:
		return respond(http.StatusConflict, nil)
	case r.Method == http.MethodPost:
		return s.store(http.StatusCreated, "ADDED", &sent)
	case there == nil:
		return respond(http.StatusNotFound, nil)
	case r.Method == http.MethodGet:
		return respond(http.StatusOK, there)
	case r.Method == http.MethodDelete:
		var sent struct{ Preconditions metadata }
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			return respond(http.StatusBadRequest, err.Error())
		}
		if sent.Preconditions.ResourceVersion != there.Metadata.ResourceVersion {
			return respond(http.StatusConflict, nil)
		}
		delete(s.leases, name)
		s.event("DELETED", there)
		return respond(http.StatusOK, nil)
	case sent.Metadata.ResourceVersion != there.Metadata.ResourceVersion:
		return respond(http.StatusConflict, nil)
	}
	return s.store(http.StatusOK, "MODIFIED", &sent)
}

func (s *apiServer) store(status int, event string, o *leaseObject) *http.Response {
	s.version++
	o.Metadata.ResourceVersion = strconv.Itoa(s.version)
	s.leases[o.Metadata.Name] = o
	s.event(event, o)
	return respond(status, o)
}

func (s *apiServer) event(kind string, o *leaseObject) {
	text, err := json.Marshal(map[string]any{"type": kind, "object": o})
	if err != nil {
		panic(err)
	}
	for w := range s.watches {
		if _, err := w.Write(text); err != nil {
			delete(s.watches, w)
		}
	}
}

func (s *apiServer) watch(r *http.Request) (*http.Response, error) {
	in, out := io.Pipe()
	s.watches[out] = true
	go func() {
		<-r.Context().Done()
		out.CloseWithError(r.Context().Err())
	}()
	return &http.Response{StatusCode: http.StatusOK, Body: in}, nil
}

// endWatches cuts all watches, with an event of the API server's or without.
func (s *apiServer) endWatches(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.watches {
		if event != "" {
			_, _ = io.WriteString(w, event)
		}
		_ = w.CloseWithError(errors.New("cut"))
	}
	clear(s.watches)
}

func (s *apiServer) set(change func(*apiServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *apiServer) lease(replica string) *leaseObject {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leases[leasePrefix+replica]
}

// TestKubernetes plays to replicas on Lease objects what an API server may do.
func TestKubernetes(t *testing.T) {
	for name, play := range map[string]func(*world, *apiServer){
		"three": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) { s.calls = 0 })
			w.pass(time.Minute)
			s.set(func(s *apiServer) {
				if most := 3 * 60 / 3 * 2; s.calls > most+10 { // two calls each 3 s
					w.t.Errorf("%d calls a minute, want %d", s.calls, most)
				}
			})
		},
		"one leaves and comes back": func(w *world, _ *apiServer) {
			w.replica("b").stop()
			<-w.replica("b").ended
			w.pass(time.Second)
			w.whole("a", "c")
			w.start("b")
		},
		"one is gone": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) { s.cut["c"] = true })
			w.replica("c").mu.Lock()
			w.replica("c").dead = true
			w.replica("c").mu.Unlock()
			w.pass(ttl + ttl/5 + debounce + time.Second)
			w.whole("a", "b")
			s.set(func(s *apiServer) { delete(s.cut, "c") })
			w.replica("c").mu.Lock()
			w.replica("c").dead = false
			w.replica("c").mu.Unlock()
		},
		"conflicts": func(w *world, s *apiServer) {
			for range 10 {
				s.set(func(s *apiServer) { s.conflicts = 2 })
				w.pass(3 * time.Second)
				w.whole("a", "b", "c")
			}
		},
		"too many requests": func(w *world, s *apiServer) {
			for range 10 {
				s.set(func(s *apiServer) { s.busy = 3 })
				w.pass(5 * time.Second)
				w.whole("a", "b", "c")
			}
		},
		"slow": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) { s.slow = time.Second })
			w.pass(time.Minute)
			w.whole("a", "b", "c")
		},
		"watches cut, and told that they are too old": func(w *world, s *apiServer) {
			for range 5 {
				s.endWatches("")
				w.pass(2 * time.Second)
				s.endWatches(`{"type":"ERROR","object":{"kind":"Status","code":410}}`)
				w.pass(2 * time.Second)
				w.whole("a", "b", "c")
			}
		},
		"down": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) { s.down = true })
			w.pass(10 * ttl)
			w.whole("a", "b", "c")
			s.set(func(s *apiServer) { s.down = false })
		},
		"one is gone for good, and its lease is removed": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) {
				s.leases[leasePrefix+"d"] = &leaseObject{Metadata: metadata{Name: leasePrefix + "d", ResourceVersion: "d"}, Spec: leaseSpec{LeaseDurationSeconds: 15}}
			})
			w.pass(ttl)
			if s.lease("d") == nil {
				w.t.Error("it was removed at once")
			}
			time.Sleep(removeAfter)
			if s.lease("d") != nil {
				w.t.Error("it was not removed")
			}
		},
		"a lease is removed by hand": func(w *world, s *apiServer) {
			s.set(func(s *apiServer) { delete(s.leases, leasePrefix+"b") })
			w.pass(10 * time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newAPIServer()
				w := newWorld(t)
				w.of = s.of
				defer w.end()
				w.three()
				play(w, s)
				w.pass(2 * ttl)
				w.whole("a", "b", "c")
			})
		})
	}
}
