package app

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/cluster"
)

// shelf is a coordinator with an archive that one replica has for itself.
type shelf struct {
	alone
	mu    sync.Mutex
	texts map[int][]byte // by number, as they were saved last
	saves int
	lost  bool
}

func (s *shelf) Save(_ context.Context, _ string, number int, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts[number] = text
	s.saves++
	return nil
}

func (s *shelf) Refresh(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost {
		s.lost = false
		return cluster.ErrLost
	}
	return nil
}

func (s *shelf) Load(context.Context, string) ([][]byte, error) { return nil, nil }

// kept is how many devices the archive has facts of, and how often one of its texts has been saved.
func (s *shelf) kept(m *membership) (devices, saves int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.texts {
		devices += m.unpack([][]byte{text}).Len()
	}
	return devices, s.saves
}

// TestArchive: facts are saved when they change, when a device is gone for good, and when the archive has lost them.
func TestArchive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ttl = 15 * time.Second
		state := filepath.Join(t.TempDir(), "state")
		save(t, state, fmt.Sprintf(stateOfTwo, time.Now().Add(-time.Second).UTC().Format(time.RFC3339)))
		config := strings.NewReplacer("192.0.2.10", "127.0.0.1:1", "192.0.2.11", "127.0.0.1:2").Replace(clusterConfig)
		x := inCluster(t, config, state)
		s := &shelf{texts: map[int][]byte{}}
		x.membership = x.member(cluster.Entry{Name: "a", Instance: "a"}, ttl, s, http.DefaultClient)
		if err := x.loadState(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		polling, _ := x.membership.join(ctx, &running)
		after := func(what string, devices, saves int) {
			t.Helper()
			time.Sleep(4 * ttl)
			synctest.Wait()
			if d, n := s.kept(x.membership); d != devices || n != saves {
				t.Errorf("%s: facts of %d devices, saved %d times; want %d, %d", what, d, n, devices, saves)
			}
		}
		after("at first", 2, 1)
		after("no change", 2, 1)
		s.mu.Lock()
		s.lost = true
		s.mu.Unlock()
		after("lost", 2, 2)
		save(t, x.file, strings.Replace(config, ", 127.0.0.1:2]", "]", 1))
		if err := x.reload(ctx); err != nil {
			t.Error(err)
		}
		after("a device less", 1, 3)
		cancel()
		<-polling.Done()
		running.Wait()
	})
}
