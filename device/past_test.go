package device_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

func TestPhasesOfAPoll(t *testing.T) {
	const login = "resolve connect handshake auth shell "
	const asked = login + "setup show_version show_inventory show_boot close"
	for _, tt := range []struct {
		name    string
		change  func(*lab.Device)
		reason  failure.Reason
		phases  string // the one that failed has an !
		session string // a part of the session of the failure; "": there is none
	}{
		{"good", func(*lab.Device) {}, "", asked, ""},
		{"no connection", func(d *lab.Device) { d.Fault = lab.Refuse }, failure.Connect, "resolve connect!", ""},
		{"refused", func(d *lab.Device) { d.Fault = lab.WrongPassword }, failure.Auth, "resolve connect handshake auth!", ""},
		{"no prompt", func(d *lab.Device) { d.Fault = lab.NoPrompt }, failure.Prompt, login[:len(login)-1] + "! close", "Please wait"},
		{"refuses the command", func(d *lab.Device) { d.Sample = said(d.Sample, "% Invalid input detected at '^' marker.") }, failure.Command, strings.Replace(asked, "show_version", "show_version!", 1), "% Invalid input"},
		{"cannot be read", func(d *lab.Device) { d.Sample = said(d.Sample, "no such thing here") }, failure.Parse, asked + " parse!", "no such thing here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNetwork(t, 1, "shell", device.Keep{}, tt.change)
			d := n.device(0)
			timeout := 20 * time.Second
			if tt.reason == failure.Prompt { // what it takes is the timeout
				timeout = time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			o := n.Poll(ctx, d, nil)
			var phases []string
			for _, p := range o.Phases {
				name := p.Name
				if p.Command != "" {
					name = strings.ReplaceAll(p.Command, " ", "_")
				}
				if p.Failed {
					name += "!"
				}
				phases = append(phases, name)
			}
			if got := failure.Of(o.Err); got != tt.reason {
				t.Errorf("reason %q, want %q: %v", got, tt.reason, o.Err)
			}
			if diff := cmp.Diff(tt.phases, strings.Join(phases, " ")); diff != "" {
				t.Errorf("phases (-want +got):\n%s", diff)
			}
			var said strings.Builder
			if o.Session != nil {
				for _, l := range o.Session.Lines() {
					said.WriteString(l.Text + "\n")
				}
			}
			if tt.session == "" && o.Session != nil || !strings.Contains(said.String(), tt.session) {
				t.Errorf("session %q, want %q in it", said.String(), tt.session)
			}
		})
	}
}

// said is a sample in which a device gives another answer to each command.
func said(s parser.Sample, text string) parser.Sample {
	s.Answers = slices.Clone(s.Answers)
	for i := range s.Answers {
		s.Answers[i].Text = text
	}
	return s
}

func TestPhasesOfADetection(t *testing.T) {
	n := newNetwork(t, 1, "", device.Keep{})
	d := n.device(0)
	d.Platform = inventory.Auto
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o := n.Poll(ctx, d, nil)
	logins := 0
	for _, p := range o.Phases {
		if p.Name == "auth" {
			logins++
		}
	}
	if o.Err != nil || logins != 2 {
		t.Errorf("%v; %d logins among the phases %v, want that of the detection, too", o.Err, logins, o.Phases)
	}
}
