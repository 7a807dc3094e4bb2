package inventory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// names is a source that lists what it is told, one name a line.
type names struct {
	mu     sync.Mutex
	text   string
	err    error
	reads  []time.Time
	parsed int
}

func (s *names) set(text string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.err = text, err
}

func (s *names) Read(context.Context) ([]Document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, time.Now())
	return []Document{{"names", []byte(s.text)}}, s.err
}

func (s *names) Parse(documents []Document) (targets []Target, problems []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parsed++
	for i, name := range strings.Fields(string(documents[0].Text)) {
		targets = append(targets, Target{fmt.Sprintf("names:%d", i+1), name, map[string]string{labelAddress: name}})
	}
	return targets, nil, nil
}

func listed(f *Feed) string {
	var list []string
	for _, l := range f.List().Devices {
		list = append(list, l.Entry.Name)
	}
	return strings.Join(list, " ")
}

func TestFeedKeepsItsList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &names{}
		f := NewFeed(Config{Group: "g", Name: "names", Source: s, Refresh: time.Minute, Keep: 24 * time.Hour})
		failures := uint64(0)
		for _, step := range []struct {
			wait    time.Duration
			text    string
			err     error
			want    string // the list afterwards
			changed bool
			fails   string // part of the error; "": none
		}{
			{0, "", errors.New("down"), "", false, "down"},
			{0, "a b c d", nil, "a b c d", true, ""},
			{time.Minute, "a b c d", nil, "a b c d", false, ""},
			{time.Minute, "a b c d", errors.New("down"), "a b c d", false, "down"},
			{48 * time.Hour, "a b c d", errors.New("down"), "a b c d", false, "down"}, // for as long as it lasts
			{time.Minute, "a b", nil, "a b", true, ""},                                // half
			{time.Minute, "", nil, "a b", false, "it lists 0 devices, and listed 2 before; the old list stays for 24h0m0s (keep)"},
			{time.Minute, "", nil, "a b", false, "shrunk"},
			{time.Minute, "a b", nil, "a b", false, ""}, // it was a mistake
			{time.Minute, "", nil, "a b", false, "stays for 24h0m0s"},
			{12 * time.Hour, "", nil, "a b", false, "shrunk"},
			{time.Minute, "", errors.New("down"), "a b", false, "down"},
			{12 * time.Hour, "", nil, "", true, ""}, // it was meant
			{time.Minute, "a", nil, "a", true, ""},
			{time.Minute, "a b c", nil, "a b c", true, ""},
			{time.Minute, "x", nil, "a b c", false, "it lists 1 devices"},
			{12 * time.Hour, "y", nil, "a b c", false, "stays for 12h0m0s"}, // the time counts from the first
			{12 * time.Hour, "y", nil, "y", true, ""},
		} {
			time.Sleep(step.wait)
			s.set(step.text, step.err)
			before := f.Status().LastSuccess
			changed, err := f.Load(t.Context())
			if changed != step.changed || (err == nil) != (step.fails == "") || err != nil && !strings.Contains(err.Error(), step.fails) {
				t.Errorf("%+v: changed %v, %v", step, changed, err)
			}
			if got := listed(f); got != step.want {
				t.Errorf("%+v: the list is %q", step, got)
			}
			status := f.Status()
			if err != nil {
				failures++
			}
			if (status.Err == "") != (err == nil) || err != nil && status.Err != err.Error() {
				t.Errorf("%+v: the status says %q, want %v", step, status.Err, err)
			}
			if status.Failures != failures || status.LastSuccess.Equal(time.Now()) != (err == nil) || err != nil && !status.LastSuccess.Equal(before) {
				t.Errorf("%+v: %+v", step, status)
			}
		}
		if s.parsed > 12 {
			t.Errorf("parsed %d times: what has not changed is parsed again", s.parsed)
		}
	})
}

func TestFeedWithoutKeep(t *testing.T) {
	s := &names{text: "a b c"}
	f := NewFeed(Config{Source: s})
	for _, text := range []string{"a b c", ""} {
		s.set(text, nil)
		if changed, err := f.Load(t.Context()); !changed || err != nil || listed(f) != text {
			t.Errorf("%q: changed %v, %v, %q", text, changed, err, listed(f))
		}
	}
}

// A source is read at once, at each interval, and sooner after a failure.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &names{err: errors.New("down")}
		f := NewFeed(Config{Source: s, Refresh: time.Minute})
		ctx, stop := context.WithCancel(t.Context())
		var told []Loaded
		done := make(chan struct{})
		go func() {
			defer close(done)
			Run(ctx, []*Feed{f}, func(l Loaded) { told = append(told, l) }, func(error) {})
		}()
		time.Sleep(80 * time.Second)
		s.set("a", nil)
		time.Sleep(200 * time.Second)
		stop()
		<-done
		wants := []time.Duration{5, 10, 20, 40, 60, 60}
		for i, want := range wants {
			got := s.reads[i+1].Sub(s.reads[i])
			if got > want*time.Second || got < want*time.Second*9/10-time.Millisecond {
				t.Errorf("reading %d came %v after the one before, want %vs at most", i+2, got, int(want))
			}
		}
		if len(told) != len(s.reads) || told[0].Err == nil || !told[5].Changed && !told[4].Changed {
			t.Errorf("told of %d readings of %d: %+v", len(told), len(s.reads), told)
		}
	})
}

func TestRelabeling(t *testing.T) {
	text := func(s string) *string { return &s }
	var r Relabeling
	for _, rule := range []Rule{
		{SourceLabels: []string{"__address__"}, Regex: text("(.*):.*"), TargetLabel: "device"},
		{SourceLabels: []string{"__address__"}, Regex: text("b.*"), Action: "DROP"},
		{Action: "labelmap", Regex: text("__meta_(.+)")},
		{TargetLabel: "owner", Replacement: text("net")},
	} {
		if err := r.Add(rule); err != nil {
			t.Fatal(err)
		}
	}
	f := NewFeed(Config{Source: &names{text: "a:22 b:22 c"}, Relabel: r, Explain: true})
	if _, err := f.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := f.List()
	want := []Listed{
		{"names:1", Entry{Name: "a", Address: "a:22", Labels: map[string]string{"owner": "net"}}},
		{"names:3", Entry{Name: "c", Address: "c", Labels: map[string]string{"owner": "net"}}},
	}
	if diff := cmp.Diff(want, list.Devices); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(list.Dropped) != 1 || list.Dropped[0].Name != "b:22" || list.Dropped[0].Why != "relabel_configs[1]: drop [__address__] b.*" {
		t.Errorf("dropped %+v", list.Dropped)
	}
	if err := r.Add(Rule{Action: "drop"}); err != nil {
		t.Fatal(err)
	}
	f = NewFeed(Config{Source: &names{text: "a b"}, Relabel: r})
	if _, err := f.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := f.List(); len(list.Devices) != 0 || len(list.Problems) != 1 || !strings.HasPrefix(list.Problems[0], "relabel_configs drop all 2 devices") {
		t.Errorf("with a rule that drops all: %+v", list)
	}
}

func TestControlLabels(t *testing.T) {
	no, bastion := false, "bastion"
	for _, test := range []struct {
		labels map[string]string
		want   Entry
		err    string
	}{
		{map[string]string{"__address__": "a:1", "device": "d", "platform": "p", "credentials": "c", "enabled": "No", "__meta_x": "x", "site": "s", "rack": ""},
			Entry{Name: "d", Address: "a:1", Platform: "p", Credentials: "c", Enabled: &no, Labels: map[string]string{"site": "s"}}, ""},
		{map[string]string{"__address__": "a"}, Entry{Name: "target", Address: "a"}, ""},
		{map[string]string{"enabled": "perhaps"}, Entry{}, `the label enabled is "perhaps"; want true or false`},
		{map[string]string{"jump": "bastion"}, Entry{Name: "target", Jump: &bastion}, ""},
	} {
		target := Target{"x:1", "target", test.labels}
		got, err := target.listed()
		if diff := cmp.Diff(test.want, got.Entry); diff != "" || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%v: %v (-want +got):\n%s", test.labels, err, diff)
		}
	}
}

// What feeds list outlives the process.
func TestRemember(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.sources")
	no, bastion := false, "bastion"
	first := NewFeed(Config{Group: "g", Name: "names", Source: &names{text: "a b"}})
	never := NewFeed(Config{Group: "g", Name: "never", Source: &names{err: errors.New("down")}})
	for _, f := range []*Feed{first, never} {
		_, _ = f.Load(t.Context())
	}
	first.list.Devices[1].Entry = Entry{Name: "b", Address: "b:1", Platform: "p", Credentials: "c", Jump: &bastion, Enabled: &no, Labels: map[string]string{"site": "s"}}
	if err := Remember(path, []*Feed{first, never}); err != nil {
		t.Fatal(err)
	}
	fresh := func() []*Feed {
		return []*Feed{NewFeed(Config{Group: "g", Name: "names"}), NewFeed(Config{Group: "g", Name: "never"}), NewFeed(Config{Group: "h", Name: "names"})}
	}
	again := fresh()
	if err := Recall(path, again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.List(), again[0].List()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if got := again[0].Status(); !got.LastSuccess.Equal(first.Status().LastSuccess) || again[0].Tried() {
		t.Errorf("status %+v, tried %v", got, again[0].Tried())
	}
	if listed(again[1]) != "" || listed(again[2]) != "" {
		t.Error("another source has the list")
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{string(whole[:len(whole)-12]), "{}\n", "text", `{"format":"other"}`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		feeds := fresh()
		if err := Recall(path, feeds); err == nil || !strings.Contains(err.Error(), path) || listed(feeds[0]) != "" {
			t.Errorf("%.20q: %v, the list is %q", bad, err, listed(feeds[0]))
		}
	}
	if err := Remember(path, again); err == nil || !strings.Contains(err.Error(), "none of our files") {
		t.Errorf("over another file: %v", err)
	}
	if err := Recall(path+".missing", fresh()); err != nil {
		t.Error(err)
	}
}
