package lab

import (
	"context"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/parser"
)

func wantsPassword(g parser.SampleGate) bool { return strings.Contains(g.Want, "{password}") }

// gates are the questions before the first prompt: those of the sample, and before them those of the device's manner,
// unless the sample asks for the password itself.
func (d *Device) gates() []parser.SampleGate {
	own := d.script.Load().talk.Gates
	if slices.ContainsFunc(own, wantsPassword) {
		return own
	}
	return slices.Concat(d.manner().gates, own)
}

// gates asks the questions that come before the first prompt; it reports whether they were answered to its liking.
func (sh *shell) gates(ctx context.Context) bool {
	gates, tries := sh.dev.gates(), max(1, sh.dev.manner().tries)
	login := slices.ContainsFunc(gates, wantsPassword)
	if !login {
		tries = 3
	}
	for range tries {
		right := true
		for _, g := range gates {
			ok, err := sh.ask(g)
			if err != nil {
				return false
			}
			right = right && ok
		}
		if login {
			right = sh.verdict(ctx, right, aPassword) == nil
		}
		if right {
			return true
		}
		if login {
			sh.print("% Login invalid\n")
		}
	}
	return false
}

// ask puts one question and reports whether the answer was right. A single character is a key, anything else a line.
func (sh *shell) ask(g parser.SampleGate) (right bool, err error) {
	sh.print(g.Ask)
	want := strings.NewReplacer(
		"{username}", sh.dev.Login.Username,
		"{password}", sh.dev.wants(),
		"{enable}", sh.dev.Login.Enable,
	).Replace(g.Want)
	var given string
	if len(g.Want) == 1 {
		given, err = sh.single()
	} else {
		given, err = sh.line(!wantsPassword(g))
	}
	if !wantsPassword(g) {
		sh.leak(given)
	}
	sh.print("\n")
	return given == want, err
}

// single reads one key, and the line end that a client may have sent with it.
func (sh *shell) single() (string, error) {
	key, err := sh.key()
	if err != nil {
		return "", err
	}
	if sh.in.Buffered() > 0 {
		if next, _ := sh.in.Peek(1); next[0] == '\r' || next[0] == '\n' {
			_, _ = sh.key()
		}
	}
	return string(key), nil
}
