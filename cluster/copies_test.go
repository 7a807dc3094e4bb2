package cluster

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// copier is a replica whose archive is in the memory of the others.
type copier struct {
	*Copies
	t     *testing.T
	entry Entry
	stop  func()
}

// copiers are replicas of these names, and who of them lives.
type copiers struct {
	t     *testing.T
	alive map[string]*copier
}

func (c *copiers) start(name, instance string) *copier {
	made := &copier{t: c.t}
	made.Copies = &Copies{Peers: HTTP{http.DefaultClient, most}, Others: func() (others []Entry) {
		for _, other := range c.alive {
			if other != made {
				others = append(others, other.entry)
			}
		}
		return others
	}}
	r := New(Config{Self: Entry{Name: name, Instance: instance}, TTL: time.Minute, Archive: made.Copies, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(r.Handler(func(io.Writer, string) error { return nil }, func(io.Writer) error { return nil }))
	made.stop = server.Close
	c.t.Cleanup(server.Close)
	made.entry = Entry{Name: name, Instance: instance, Advertise: server.URL}
	c.alive[name] = made
	return made
}

func (c *copiers) kill(name string) {
	c.alive[name].stop()
	delete(c.alive, name)
}

func (c *copier) save(number int, text string) {
	c.t.Helper()
	if err := c.Save(c.t.Context(), c.entry.Name, number, []byte(text)); err != nil {
		c.t.Error(err)
	}
}

func (c *copier) refresh() {
	c.t.Helper()
	if err := c.Refresh(c.t.Context()); err != nil {
		c.t.Error(err)
	}
}

// has fails the test unless the archive has these texts of a replica.
func (c *copier) has(replica, want string) {
	c.t.Helper()
	all, err := c.Load(c.t.Context(), replica)
	var words []string
	for _, text := range all {
		words = append(words, string(text))
	}
	slices.Sort(words)
	if got := strings.Join(slices.Compact(words), " "); err != nil || got != want {
		c.t.Errorf("%s has %q of %s, want %q; %v", c.entry.Name, got, replica, want, err)
	}
}

// TestCopies: what a replica has saved is known to the others after it has crashed, to itself when it is started again, and not for ever.
func TestCopies(t *testing.T) {
	all := copiers{t, map[string]*copier{}}
	a, b := all.start("a", "a1"), all.start("b", "b1")
	a.save(0, "zero")
	a.save(1, "one")
	b.refresh()
	a.save(1, "two")
	if news := a.own.since(b.copies["a"].revision); len(news) != 1 || string(news[0].Text) != "two" {
		t.Errorf("%d texts are copied again: %v", len(news), news)
	}
	b.refresh()
	all.kill("a")
	b.has("a", "two zero")
	b.refresh()
	b.has("a", "two zero")

	a, d := all.start("a", "a2"), all.start("d", "d1")
	b.refresh()
	a.has("a", "two zero")
	d.has("a", "two zero")
	d.has("nobody", "")
	a.save(7, "seven")
	b.refresh()
	b.has("a", "seven")

	b.forget(nil, time.Now().Add(keepArchived-time.Minute))
	b.has("a", "seven")
	all.kill("a")
	b.forget(nil, time.Now().Add(keepArchived+time.Minute))
	b.has("a", "")
}

// TestCopiesOfNonsense: what a replica answers that is none, or an error, is left out.
func TestCopiesOfNonsense(t *testing.T) {
	all := copiers{t, map[string]*copier{}}
	a, b := all.start("a", "a1"), all.start("b", "b1")
	a.save(0, "zero")
	b.refresh()
	for _, answer := range []string{"<html>no</html>", "", `{"number": 1}`, `[{"number": 0, "text": 7}]`, "null"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
		a.entry.Advertise = server.URL
		b.refresh()
		server.Close()
		b.has("a", "zero")
	}
}
