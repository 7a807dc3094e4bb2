package dialogue

import "testing"

func TestIsFromHost(t *testing.T) {
	for answer, want := range map[string]bool{
		"bash: show: command not found":            true,
		"-bash: line 1: show: command not found\n": true,
		"sh: 1: show: not found":                   true,
		"-sh: show: not found":                     true,
		"ash: show: not found":                     true,
		"show: Command not found.":                 true,
		"zsh:1: command not found: show":           true,
		"zsh: command not found: show":             true,
		"":                                         false,
		"% Unknown command: show":                  false,
		"FRRouting 8.4 (lab-frr-1).":               false,
		"File not found":                           false,
		"Model: x\nbash: show: command not found":  false,
	} {
		if got := IsFromHost(answer); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
	d := Dialogue{Via: "vtysh -c '{command}'"}
	if got := d.Through("show bgp 'x'"); got != `vtysh -c 'show bgp '\''x'\'''` {
		t.Error(got)
	}
}
