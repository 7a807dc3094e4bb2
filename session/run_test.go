package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/lab"
)

func TestRun(t *testing.T) {
	answers := []Answer{{"show version", showVersion}, {"show inventory", `NAME: "1", DESCR: "lab"`}}
	for _, tt := range []struct {
		name   string
		mode   dialogue.Mode
		change func(*lab.Device)
		prompt string
		logins int // 0: one or two, as soon as the device closes the connection
	}{
		{name: "exec", mode: dialogue.Exec, logins: 1},
		{name: "exec, one a connection", mode: dialogue.Exec, change: func(d *lab.Device) { d.Exec = lab.ExecOnce }},
		{name: "exec refused", mode: dialogue.Exec, change: func(d *lab.Device) { d.Exec = lab.ExecNever }, prompt: "lab-sw-1#", logins: 1},
		{name: "shell", mode: dialogue.Shell, prompt: "lab-sw-1#", logins: 1},
		{name: "shell refused", mode: dialogue.Shell, change: func(d *lab.Device) { d.NoShell = true }, logins: 1},
		{name: "shell with paging", mode: dialogue.Shell, change: func(d *lab.Device) { d.KeepPaging, d.Page = true, 1 }, prompt: "lab-sw-1#", logins: 1},
		{name: "two questions", mode: dialogue.Shell, change: func(d *lab.Device) { d.Fault = lab.TwoQuestions }, prompt: "lab-sw-1#", logins: 1},
		{name: "keyboard-interactive only", mode: dialogue.Exec, change: func(d *lab.Device) {
			d.Login = lab.Login{Username: lab.Username, Password: lab.Password, Manner: lab.ByKeyboard}
		}, logins: 1},
		{name: "prompt in the banner", mode: dialogue.Shell, change: func(d *lab.Device) { d.Fault = lab.BannerPrompt }, prompt: "lab-sw-1#", logins: 1},
		{name: "enable", mode: dialogue.Shell, change: func(d *lab.Device) {
			d.Login = lab.Login{Username: lab.Username, Password: lab.Password, Enable: "opensesame"}
			d.Sample.Talk.User, d.Sample.Talk.Prompt = "lab-sw-1>", "lab-sw-1#"
		}, prompt: "lab-sw-1#", logins: 1},
		{name: "legacy algorithms", mode: dialogue.Exec, change: func(d *lab.Device) { d.Legacy = true }, logins: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := simulated(tt.change)
			fleet := startLab(t, d)
			target := targetOf(d)
			target.Legacy = d.Legacy
			got, err := Run(t.Context(), clientFor(t, fleet, nil), target, scriptOf(d.Platform, tt.mode, "show version", "show inventory"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(answers, got.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if got.Prompt != tt.prompt {
				t.Errorf("prompt %q, want %q", got.Prompt, tt.prompt)
			}
			if n := int(d.Stats().Logins); tt.logins > 0 && n != tt.logins {
				t.Errorf("%d logins, want %d", n, tt.logins)
			}
			waitFor(t, func() bool { return tt.prompt == "" || d.Stats().Farewells == 1 })
		})
	}
}
