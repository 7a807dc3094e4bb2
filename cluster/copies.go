package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// keepArchived is how long what a replica has archived stays after its end.
const keepArchived = 24 * time.Hour

// Copies is the archive where the coordinator keeps nothing but entries: each replica has, in memory, a copy of what the others have saved. Its methods
// may be called at the same time.
type Copies struct {
	Peers  HTTP
	Others func() []Entry // that live

	mu     sync.Mutex
	own    texts
	copies map[string]*texts // by the replica's name
}

// texts are those of a replica. The zero value is none.
type texts struct {
	instance string
	revision uint64            // of the text that was saved last; 0: none was
	saved    map[int]savedText // by number
	alive    time.Time         // when the replica was alive last
}

type savedText struct {
	Number   int    `json:"number"`
	Revision uint64 `json:"revision"`
	Text     []byte `json:"text"`
}

// add takes in texts that are newer than those that are there.
func (t *texts) add(all []savedText) {
	if t.saved == nil {
		t.saved = map[int]savedText{}
	}
	for _, s := range all {
		t.saved[s.Number] = s
		t.revision = max(t.revision, s.Revision)
	}
}

// since are the texts that were saved after a revision.
func (t *texts) since(revision uint64) []savedText {
	all := []savedText{}
	for _, s := range t.saved {
		if s.Revision > revision {
			all = append(all, s)
		}
	}
	return all
}

// Save is Archive's.
func (c *Copies) Save(_ context.Context, _ string, number int, text []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own.add([]savedText{{number, c.own.revision + 1, text}})
	return nil
}

// Refresh is Archive's: it copies what the others have saved since, and forgets those that have been gone for long. A replica that does not answer
// is asked again the next time.
func (c *Copies) Refresh(ctx context.Context) error {
	others := c.Others()
	_ = c.askAll(ctx, others, func(e Entry) (string, uint64) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if had := c.copies[e.Name]; had != nil && had.instance == e.Instance {
			return "", had.revision
		}
		return "", 0
	}, func(e Entry, news []savedText) {
		had := c.copies[e.Name]
		if len(news) > 0 && (had == nil || had.instance != e.Instance) { // until a new process has saved something, the old one's counts
			had = &texts{instance: e.Instance}
			c.copies[e.Name] = had
		}
		if had != nil {
			had.add(news)
		}
	})
	c.forget(others, time.Now())
	return nil
}

// forget notes who is alive, and drops the copies of those that have not been for long.
func (c *Copies) forget(alive []Entry, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range alive {
		if had := c.copies[e.Name]; had != nil {
			had.alive = now
		}
	}
	for name, had := range c.copies {
		if now.Sub(had.alive) > keepArchived {
			delete(c.copies, name)
		}
	}
}

// Load is Archive's. A replica that was started a moment ago has no copies, and asks the others for theirs.
func (c *Copies) Load(ctx context.Context, replica string) ([][]byte, error) {
	var found [][]byte
	take := func(_ Entry, all []savedText) {
		for _, s := range all {
			found = append(found, s.Text)
		}
	}
	c.mu.Lock()
	if had := c.copies[replica]; had != nil {
		take(Entry{}, had.since(0))
	}
	c.mu.Unlock()
	if found != nil {
		return found, nil
	}
	err := c.askAll(ctx, c.Others(), func(Entry) (string, uint64) { return replica, 0 }, take)
	return found, err
}

// askAll asks replicas, all at once, for their copy of another one's texts, or for their own ("") that are newer than a revision. take is called with mu held.
func (c *Copies) askAll(ctx context.Context, replicas []Entry, what func(Entry) (of string, since uint64), take func(Entry, []savedText)) error {
	errs := make([]error, len(replicas))
	var asking sync.WaitGroup
	for i, e := range replicas {
		asking.Go(func() {
			of, since := what(e)
			answer, err := c.Peers.get(ctx, e, factsPath, url.Values{"of": {of}, "since": {strconv.FormatUint(since, 10)}}, c.Peers.Most())
			var all []savedText
			if err == nil {
				err = json.NewDecoder(answer).Decode(&all)
			}
			if err != nil {
				errs[i] = fmt.Errorf("copy facts of replica %s: %w", e.Name, err)
				return
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			if c.copies == nil {
				c.copies = map[string]*texts{}
			}
			take(e, all)
		})
	}
	asking.Wait()
	return errors.Join(errs...)
}

// serve answers askAll of another replica.
func (c *Copies) serve(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.ParseUint(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		http.Error(w, "since: want a number", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	from := &c.own
	if of := r.URL.Query().Get("of"); of != "" {
		if from = c.copies[of]; from == nil {
			from = &texts{}
		}
	}
	all := from.since(since)
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(all) // a client that went away
}
