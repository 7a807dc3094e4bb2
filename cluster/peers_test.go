package cluster

import (
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// most is how long answers may be here.
func most() int64 { return 1 << 20 }

// served is a replica that answers others over HTTP.
func served(t *testing.T) (*Replica, Entry) {
	t.Helper()
	r := New(Config{Self: Entry{Name: "a", Instance: "a1"}, TTL: time.Minute, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(r.Handler(func(w io.Writer, heir string) error {
		_, err := io.WriteString(w, "for "+heir)
		return err
	}, func(w io.Writer) error {
		_, err := io.WriteString(w, "all")
		return err
	}))
	t.Cleanup(server.Close)
	return r, Entry{Name: "a", Instance: "a1", Advertise: server.URL}
}

func TestPeers(t *testing.T) {
	r, e := served(t)
	asking := HTTP{http.DefaultClient, most}
	reaches := func(e Entry) (bool, error) { return asking.Reaches(t.Context(), e) }
	if yes, err := reaches(e); yes || err != nil {
		t.Errorf("before its first renewal: %v, %v", yes, err)
	}
	now := time.Now()
	r.lease.acknowledged.Store(&now)
	if yes, err := reaches(e); !yes || err != nil {
		t.Errorf("after an acknowledged renewal: %v, %v", yes, err)
	}
	restarted := e
	restarted.Instance = "a0"
	if _, err := reaches(restarted); !errors.Is(err, ErrGone) {
		t.Errorf("another process at its address: %v", err)
	}

	fetch := func(view string) (string, error) {
		answer, err := asking.Fetch(t.Context(), e, "b", view)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(answer)
		return string(text), err
	}
	if text, err := fetch("v1"); err == nil {
		t.Errorf("what it has not given up is told: %q", text)
	}
	r.update(func(e *Entry) { e.Applied = "v1" })
	if text, err := fetch("v1"); err != nil || text != "for b" || !r.served["b"] {
		t.Errorf("%q, %v; noted: %v", text, err, r.served)
	}
	if text, err := fetch("v2"); err == nil {
		t.Errorf("what was given up by other members is told: %q", text)
	}
	if answer, err := asking.Devices(t.Context(), e); err != nil {
		t.Error(err)
	} else if text, err := io.ReadAll(answer); string(text) != "all" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestPeerThatIsGone is known by its address refusing connections; one that answers with an error, or not at all, is not gone.
func TestPeerThatIsGone(t *testing.T) {
	asking := HTTP{&http.Client{Timeout: 200 * time.Millisecond}, most}
	ended := httptest.NewServer(http.NotFoundHandler())
	ended.Close()
	if _, err := asking.Reaches(t.Context(), Entry{Advertise: ended.URL}); !errors.Is(err, ErrGone) {
		t.Errorf("nobody listens: %v", err)
	}
	release := make(chan struct{})
	for name, h := range map[string]http.HandlerFunc{
		"an error":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"no answer": func(http.ResponseWriter, *http.Request) { <-release },
		"no JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") },
	} {
		server := httptest.NewServer(h)
		if _, err := asking.Reaches(t.Context(), Entry{Advertise: server.URL}); err == nil || errors.Is(err, ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "no answer" {
			close(release)
		}
		server.Close()
	}
}

// TestCompressedAnswer is read as one that is not.
func TestCompressedAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Error("it is not asked for")
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, "all")
		_ = packed.Close()
	}))
	defer server.Close()
	answer, err := HTTP{&http.Client{Transport: &http.Transport{DisableCompression: true}}, most}.Devices(t.Context(), Entry{Advertise: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(answer); string(text) != "all" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestAnswersOfNobody: an answer that is endless, plain or compressed, or empty, or an error, is none, and costs little.
func TestAnswersOfNobody(t *testing.T) {
	endless := func(w io.Writer) {
		for chunk := make([]byte, 64<<10); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"endless": {func(w http.ResponseWriter, _ *http.Request) { endless(w) }, "its answer is longer than 1048576 bytes"},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			endless(gzip.NewWriter(w))
		}, "its answer is longer than 1048576 bytes"},
		"empty": {func(http.ResponseWriter, *http.Request) {}, "its answer is empty"},
		"not gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "<html>who are you?</html>")
		}, "gzip"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "<html>")
		}, "unexpected EOF"},
		"no entry": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you?", http.StatusUnauthorized) }, "401 Unauthorized"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login"+r.URL.Path, http.StatusFound)
		}, "stopped after 10 redirects"},
		"no content": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "204 No Content"},
	} {
		server := httptest.NewServer(c.answer)
		asking := HTTP{http.DefaultClient, most}
		for what, ask := range map[string]func(Entry) error{
			"devices": func(e Entry) error { _, err := asking.Devices(t.Context(), e); return err },
			"state":   func(e Entry) error { _, err := asking.Fetch(t.Context(), e, "b", "v1"); return err },
			"status":  func(e Entry) error { _, err := asking.Reaches(t.Context(), e); return err },
		} {
			want := c.want
			if what == "status" {
				want = strings.Replace(want, "1048576", "65536", 1)
			}
			if err := ask(Entry{Name: "a", Advertise: server.URL}); err == nil || errors.Is(err, ErrGone) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %s: %v, want %q", name, what, err, want)
			}
		}
		server.Close()
	}
}
