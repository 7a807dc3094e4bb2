package session

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/lab"
)

func TestOpeners(t *testing.T) {
	exec, shell, plain := byExec, byShell, plainShell
	for _, tt := range []struct {
		mode   dialogue.Mode
		prompt bool
		lacks  Lacks
		want   []kind
	}{
		{dialogue.Exec, true, Lacks{}, []kind{exec, shell, plain}},
		{dialogue.Exec, false, Lacks{}, []kind{exec}},
		{dialogue.Exec, false, Lacks{Exec: true}, []kind{exec}},
		{dialogue.Exec, true, Lacks{Exec: true}, []kind{shell, plain}},
		{dialogue.Shell, true, Lacks{}, []kind{shell, plain, exec}},
		{dialogue.Shell, true, Lacks{Shell: true}, []kind{exec}},
		{dialogue.Shell, true, Lacks{Terminal: true}, []kind{shell, plain, exec}},
		{"", true, Lacks{}, nil},
	} {
		s := Script{Dialogue: dialogue.Dialogue{Mode: tt.mode}, Lacks: tt.lacks}
		if tt.prompt {
			s.Prompt = append(s.Prompt, hostPrompt)
		}
		var got []kind
		for o := range slices.Values(openersOf(&s)) {
			got = append(got, o.kind)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%+v: -want +got\n%s", tt, diff)
		}
	}
}

func TestLacksAreFound(t *testing.T) {
	for _, tt := range []struct {
		name   string
		mode   dialogue.Mode
		change func(*lab.Device)
		want   Lacks
	}{
		{"exec refused", dialogue.Exec, func(d *lab.Device) { d.Exec = lab.ExecNever }, Lacks{Exec: true}},
		{"shell refused", dialogue.Shell, func(d *lab.Device) { d.NoShell = true }, Lacks{Shell: true}},
		{"all served", dialogue.Shell, func(*lab.Device) {}, Lacks{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := simulated(tt.change)
			client := clientFor(t, startLab(t, d), nil)
			script := scriptOf(d.Platform, tt.mode, "show version")
			got, err := Run(t.Context(), client, targetOf(d), script)
			if err != nil {
				t.Fatal(err)
			}
			if got.Lacks != tt.want {
				t.Errorf("lacks %+v, want %+v", got.Lacks, tt.want)
			}
			script.Lacks = got.Lacks
			if again, err := Run(t.Context(), client, targetOf(d), script); err != nil || again.Lacks != (Lacks{}) {
				t.Errorf("asked with what is known: found %+v, %v", again.Lacks, err)
			}
		})
	}
}

// A PTY may be refused for a moment, when all are taken. A device that refuses each time is not asked twice a poll.
func TestLastingRefusalOfATerminal(t *testing.T) {
	d := simulated(func(d *lab.Device) { d.Fault = lab.NoPTY })
	client := clientFor(t, startLab(t, d), nil)
	script := scriptOf(d.Platform, dialogue.Shell, "show version")
	for _, transient := range []bool{true, false} {
		got, err := Run(t.Context(), client, targetOf(d), script)
		e, ok := errors.AsType[*failure.Error](err)
		if !ok || e.Reason != failure.Session || e.Transient != transient {
			t.Errorf("error %+v, want transient: %v", e, transient)
		}
		script.Lacks = got.Lacks
	}
}
