//go:build faults

package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// witness sees what the exporter logs, prints, serves and writes, and knows the secrets that it was given. One that it finds fails
// the suite.
var witness lab.Witness

// pages are what an exporter serves beside what its test asks for; NAME is each of some devices. The probe polls and comes last.
var pages = []string{
	"/", "/metrics", "/versions", "/devices/NAME",
	"/api/v1/devices", "/api/v1/devices/NAME", "/api/v1/targets", "/api/v1/versions", "/api/v1/status", "/api/v1/openapi.yaml",
	"/probe?target=NAME",
}

// lookThrough shows the witness all pages of an exporter that still runs.
func (e *exporter) lookThrough() {
	ctx, cancel := context.WithTimeout(context.Background(), slowly(5*time.Second))
	defer cancel()
	names := []string{"nobody"}
	var listed []struct{ Device string }
	for _, query := range []string{"", "&state=down"} { // those that are down have a session to show
		if _, body, err := fetch(ctx, http.MethodGet, e.url("/api/v1/devices?limit=4"+query)); err == nil && json.Unmarshal(body, &listed) == nil {
			for _, d := range listed {
				names = append(names, d.Device)
			}
		}
	}
	for _, page := range pages {
		for _, name := range names {
			_, _, _ = fetch(ctx, http.MethodGet, e.url(strings.ReplaceAll(page, "NAME", url.PathEscape(name))))
			if !strings.Contains(page, "NAME") {
				break
			}
		}
	}
}

// seeFiles shows the witness the log, and the state file if the arguments name one.
func (e *exporter) seeFiles(t *testing.T, args []string) {
	t.Helper()
	witness.See("the log in "+t.Name(), []byte(e.log.String()))
	for _, arg := range args {
		if path, ok := strings.CutPrefix(arg, "--state.file="); ok {
			if text, err := os.ReadFile(path); err == nil {
				witness.See("the state file in "+t.Name(), text)
			}
		}
	}
}

// TestNothingShowsASecret has devices that tell what they were told: in answers, in prompts, in the messages with which they
// disconnect. It runs every command that shows something of devices or configuration, and the exporter with its most
// talkative log.
func TestNothingShowsASecret(t *testing.T) {
	t.Parallel()
	plan := pollSection{Interval: slowly(2 * time.Second), Timeout: slowly(1500 * time.Millisecond), ConnectTimeout: slowly(time.Second), Concurrency: 8}
	devices := newDevices(t, "secret", 8, "cisco_ios", "arista_eos", "cisco_wlc", "juniper_junos")
	for _, d := range devices {
		d.Sample.Answers = slices.Clone(d.Sample.Answers)
		for i := range d.Sample.Answers {
			a := &d.Sample.Answers[i]
			a.Text = "you said " + ourPassword + " and " + anAnswer + "lab\n" + a.Text + "\n" + ourPassword + "\n"
		}
	}
	devices[1].Login.Manner = lab.ByKeyboard
	devices[2].Login.Manner = lab.InSession
	devices[6].Login = lab.Login{Manner: lab.InSession, Password: otherPassword}
	devices[7].Fault = lab.WrongPassword
	fleet := startFleet(t, devices...)
	c := newConfig(t, fleet, plan)
	c.Credentials["lab"]["private_key"] = newKey(t)
	c.Credentials["lab"]["enable"] = otherPassword
	config := c.write(t)

	for _, command := range []string{
		"check", "inventory", "inventory --output=json", "poll --all --explain", "poll --all --output=json", "poll --all --output=csv",
		"poll --all --output=raw", "poll --all --detect", "report", "versions policy " + devices[0].Name,
	} {
		cmd := exec.CommandContext(t.Context(), binary, append(strings.Fields(command), "--config.file="+config)...)
		out, _ := cmd.CombinedOutput() // some devices fail on purpose
		if len(out) == 0 {
			t.Errorf("%s prints nothing", command)
		}
		if strings.HasSuffix(command, "raw") && !strings.Contains(string(out), "you said <redacted> and <redacted>") {
			t.Errorf("%s shows no answers:\n%s", command, out)
		}
		witness.See(command, out)
	}

	state := filepath.Join(t.TempDir(), "state.json")
	e := run(t, config, "--log.level=debug", "--state.file="+state)
	e.awaitScrape(t, "two polls of each", polledTimes(2))
	writeFile(t, config, strings.Replace(readFile(t, config), "password:", "pasword:", 1))
	if status := e.reload(t); status == http.StatusOK {
		t.Error("a broken file was loaded")
	}
	e.lookThrough()
	e.stop(t)
	if text := readFile(t, state); !strings.Contains(text, devices[0].Name) {
		t.Errorf("the state file holds nothing:\n%.200s", text)
	}
}
