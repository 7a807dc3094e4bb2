//go:build faults

package faults

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/lab"
)

// loginWindow is long enough for the refusals at start, one after the other, and for two canaries.
var loginWindow = 4*loginPlan.Timeout + 5*loginPlan.Interval/2

// run starts the exporter.
func (x *stage) run(t *testing.T, args ...string) *exporter {
	t.Helper()
	return run(t, x.config, args...)
}

// count ends the time that the bounds are for.
func (x *stage) count() {
	for _, c := range x.cells {
		c.took = time.Since(x.began)
	}
}

// awaitPaused waits until every credential is paused. That is so when the window ends, unless the machine is so busy that logins run out of
// time before they are refused; the bounds go by the time that it takes.
func (x *stage) awaitPaused(t *testing.T, e *exporter) {
	t.Helper()
	e.awaitScrape(t, "the pause of every credential", func(s scrape) error {
		for _, c := range x.cells {
			if err := paused(c.id, 1)(s); err != nil {
				return fmt.Errorf("%s, %s: %w after %d refused attempts", x.id, c.id, err, c.fleet.Stats().Refusals)
			}
		}
		return nil
	})
}

// wait lets the exporter do what it does.
func wait(t *testing.T, x *stage) {
	e := x.run(t)
	pause(t, loginWindow)
	x.awaitPaused(t, e)
	x.count()
}

// probes has two clients for each cell ask for its devices in turn.
func probes(t *testing.T, x *stage) {
	e := x.run(t)
	ctx, cancel := context.WithTimeout(t.Context(), loginWindow)
	defer cancel()
	var clients sync.WaitGroup
	for _, c := range x.cells {
		for _, half := range [][2]int{{0, 30}, {30, 60}} {
			clients.Go(func() {
				for {
					for _, d := range c.fleet.Devices()[half[0]:half[1]] {
						status, _, err := fetch(ctx, http.MethodGet, e.url("/probe?"+url.Values{"target": {d.Name}}.Encode()))
						switch {
						case ctx.Err() != nil:
							return
						case err != nil || status != http.StatusOK:
							t.Errorf("probe of %s: status %d, %v", d.Name, status, err)
						}
						pause(t, beat/5)
					}
				}
			})
		}
	}
	clients.Wait()
	x.awaitPaused(t, e)
	x.count()
}

// reloads reloads the unchanged file 20 times.
func reloads(t *testing.T, x *stage) {
	e := x.run(t)
	const times = 20
	for range times {
		pause(t, loginWindow/times)
		e.mustReload(t)
	}
	x.awaitPaused(t, e)
	x.count()
}

// restarts ends the exporter three times and starts it again with the state that it has left.
func restarts(t *testing.T, x *stage) {
	state := "--state.file=" + filepath.Join(t.TempDir(), "state.json")
	const times = 3
	for range times {
		e := x.run(t, state)
		pause(t, loginWindow/times)
		e.stop(t)
	}
	e := x.run(t, state)
	pause(t, loginPlan.Interval/2)
	x.awaitPaused(t, e)
	x.count()
}

// once runs the command, which fails, for no device lets it in. On a busy machine all logins of a fleet can run out of time
// before anything is asked: then it is run again.
func once(t *testing.T, x *stage) {
	const most = 5
	for unproven := true; unproven && x.cells[0].runs < most; {
		var log lab.Output
		command := exec.CommandContext(t.Context(), binary, append(x.command, "--config.file="+x.config)...)
		command.Stderr = &log
		err := command.Run()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
			t.Errorf("%s ended with %v, want exit code 1:\n%s", command, err, log.Tail(20))
		}
		unproven = false
		for _, c := range x.cells {
			c.runs++
			stats := c.fleet.Stats()
			unproven = unproven || stats.Refusals == 0 || c.key && stats.KeyRefusals == 0
		}
	}
	x.count()
}

// The exporter takes a while to learn of a refusal that is on its way: a login that it begins in that time was in flight. It is counted in
// looks of ours, which come less often on a machine that is as slow for the exporter.
const look = beat / 100

var reaction = int(loginPlan.Interval / 15 / look)

// changed changes the password on the servers when every device is up, and ends the sessions that are kept.
func changed(t *testing.T, x *stage) {
	e := x.run(t)
	for _, c := range x.cells {
		e.awaitScrape(t, "all devices up", upOnes(c.fleet.Devices()...))
	}
	x.began = time.Now()
	for _, c := range x.cells {
		for _, d := range c.fleet.Devices() {
			d.SetPassword(otherPassword)
			if x.kept {
				d.Disconnect()
			}
		}
	}
	first := make(map[*cell]time.Time) // when the first refusal was on its way
	looks := make(map[*cell]int)       // since it was to be there
	for time.Since(x.began) < loginWindow {
		for _, c := range x.cells {
			refused := c.fleet.Stats().Refusals
			if _, seen := first[c]; !seen && refused > 0 {
				first[c] = time.Now()
			}
			if refused > 0 && time.Since(first[c]) >= c.verdict {
				if looks[c]++; looks[c] <= reaction {
					c.inFlight = refused
				}
			}
		}
		pause(t, look)
	}
	x.awaitPaused(t, e)
	x.count()
}

// newKey is a private key as a configuration has it.
func newKey(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	key := string(pem.EncodeToMemory(block))
	witness.Give(key)
	return key
}
