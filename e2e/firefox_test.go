//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"github.com/netver/netver_exporter/poll"
)

// firefox is a window of Firefox, driven by WebDriver BiDi.
type firefox struct {
	t       *testing.T
	socket  *websocket.Conn
	context string
	last    int
	said    []string // in the console, and errors of scripts
}

var listening = regexp.MustCompile(`WebDriver BiDi listening on (ws://\S+)`)

func newFirefox(t *testing.T) *firefox {
	t.Helper()
	profile := t.TempDir()
	t.Setenv("HOME", profile)
	p := start(t, "firefox-esr", "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0", "--remote-allow-origins=http://127.0.0.1")
	var url string
	p.waitFor(t, "Firefox to listen", func() error {
		found := listening.FindStringSubmatch(p.out.String())
		if found == nil {
			return fmt.Errorf("it does not listen yet")
		}
		url = found[1]
		return nil
	})
	socket, err := websocket.Dial(url+"/session", "", "http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	f := &firefox{t: t, socket: socket}
	f.call("session.new", `{"capabilities":{}}`, nil)
	f.call("session.subscribe", `{"events":["log.entryAdded"]}`, nil)
	var tree struct{ Contexts []struct{ Context string } }
	f.call("browsingContext.getTree", `{}`, &tree)
	f.context = tree.Contexts[0].Context
	return f
}

// call carries out a command, and notes what the console says meanwhile.
func (f *firefox) call(method, params string, result any) {
	f.t.Helper()
	f.last++
	if err := f.socket.SetDeadline(time.Now().Add(patience)); err != nil {
		f.t.Fatal(err)
	}
	if err := websocket.Message.Send(f.socket, fmt.Sprintf(`{"id":%d,"method":%q,"params":%s}`, f.last, method, params)); err != nil {
		f.t.Fatal(err)
	}
	for {
		var text []byte
		if err := websocket.Message.Receive(f.socket, &text); err != nil {
			f.t.Fatalf("%s: %v", method, err)
		}
		var m struct {
			ID      int
			Type    string
			Message string
			Result  json.RawMessage
			Params  struct{ Text string }
		}
		if err := json.Unmarshal(text, &m); err != nil {
			f.t.Fatal(err)
		}
		switch {
		case m.Type == "event":
			f.said = append(f.said, m.Params.Text)
		case m.ID == f.last && m.Type == "error":
			f.t.Fatalf("%s: %s", method, m.Message)
		case m.ID == f.last:
			if result != nil {
				if err := json.Unmarshal(m.Result, result); err != nil {
					f.t.Fatal(err)
				}
			}
			return
		}
	}
}

func (f *firefox) open(url string, width int) {
	f.t.Helper()
	f.call("browsingContext.setViewport", fmt.Sprintf(`{"context":%q,"viewport":{"width":%d,"height":900}}`, f.context, width), nil)
	f.call("browsingContext.navigate", fmt.Sprintf(`{"context":%q,"url":%q,"wait":"complete"}`, f.context, url), nil)
}

// eval returns an expression, which may be a promise, as JSON.
func (f *firefox) eval(expression string) string {
	f.t.Helper()
	quoted, _ := json.Marshal("Promise.resolve(" + expression + ").then(JSON.stringify)")
	var result struct {
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	f.call("script.evaluate", fmt.Sprintf(`{"expression":%s,"awaitPromise":true,"target":{"context":%q}}`, quoted, f.context), &result)
	if result.ExceptionDetails.Text != "" {
		f.t.Fatalf("%s: %s", expression, result.ExceptionDetails.Text)
	}
	return result.Result.Value
}

// TestPagesInFirefox has a second engine show the pages: style and script are taken, the list is live, nothing is wider than the
// window, and the console says nothing.
func TestPagesInFirefox(t *testing.T) {
	m := fleetOf(5000)
	m.serve(t)
	f := newFirefox(t)
	for _, width := range []int{390, 1280} {
		for _, path := range []string{"/versions", "/devices/sw-000000", "/?sort=device"} {
			f.open(m.url+path, width)
			got := f.eval(`[getComputedStyle(document.querySelector(".top")).display, document.querySelector(".live").textContent, document.documentElement.scrollWidth <= innerWidth]`)
			if want := `["flex","Live",true]`; got != want {
				t.Errorf("%s at %d: %s, want %s", path, width, got, want)
			}
			if *screenshots != "" {
				f.picture(filepath.Join(*screenshots, fmt.Sprintf("firefox-%d-%d.png", width, len(path))))
			}
		}
	}
	press := `(key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))`
	if got := f.eval(`["j", "j", "k", "j"].map(` + press + `) && document.activeElement.textContent`); got != `"sw-000001"` {
		t.Errorf("after j, j, k, j the focus is on %s", got)
	}
	m.change("sw-000002", func(s *poll.Status) { s.Facts.Version = "99.9" })
	got := f.eval(`new Promise((done) => {
		const look = () => document.querySelector("#devices").textContent.includes("99.9") && done(document.activeElement.textContent);
		new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
		setTimeout(() => done("not refreshed"), 20000);
		look();
	})`)
	if got != `"sw-000001"` {
		t.Errorf("after a refresh the focus is on %s", got)
	}
	if len(f.said) > 0 {
		t.Errorf("the console says %q", f.said)
	}
}

func (f *firefox) picture(file string) {
	f.t.Helper()
	var result struct{ Data []byte }
	f.call("browsingContext.captureScreenshot", fmt.Sprintf(`{"context":%q}`, f.context), &result)
	if err := os.WriteFile(file, result.Data, 0o600); err != nil {
		f.t.Fatal(err)
	}
}
