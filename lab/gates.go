package lab

import (
	"strings"

	"github.com/netver/netver_exporter/parser"
)

// tries is how often a device asks a question before it hangs up.
const tries = 3

// gates asks the questions that come before the first prompt; it reports whether they were answered to its liking.
func (sh *shell) gates() bool {
	login := sh.script().asksPassword()
	for range tries {
		pass := !login || !sh.dev.fault.Load().denies
		for _, g := range sh.script().talk.Gates {
			right, err := sh.ask(g)
			if err != nil {
				return false
			}
			pass = pass && right
		}
		if pass {
			return true
		}
		if login {
			sh.count(func(c *counters) { c.refusals.Add(1) })
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
		"{password}", sh.dev.Login.Password,
		"{enable}", sh.dev.Login.Enable,
	).Replace(g.Want)
	var given string
	if len(g.Want) == 1 {
		given, err = sh.single()
	} else {
		given, err = sh.line(!strings.Contains(g.Want, "{password}"))
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
