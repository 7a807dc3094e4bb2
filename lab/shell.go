package lab

import (
	"context"
	"regexp"
	"strings"
	"time"
)

// shell is an interactive session: banner, gates, then prompt and answer in turn.
type shell struct {
	*session
	*keyboard
	privileged bool
	paging     bool
}

// farewells end a session on every platform, whatever its own word is.
var farewells = []string{"exit", "quit", "logout"}

// shell plays the session to its end and returns the exit status.
func (s *session) shell(ctx context.Context) uint32 {
	s.count(func(c *counters) { c.shells.Add(1) })
	sh := &shell{
		session:    s,
		keyboard:   newKeyboard(s.channel),
		privileged: s.script().talk.User == "",
		paging:     s.script().talk.Pager != "",
	}
	if !sh.greet(ctx) || !sh.gates(ctx) {
		return 1
	}
	for {
		sh.prompt()
		line, err := sh.line(true)
		if err != nil {
			return 1
		}
		sh.print("\n")
		sh.leak(line)
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		sh.count(func(c *counters) { c.commands.Add(1) })
		if sh.isFarewell(line) {
			sh.count(func(c *counters) { c.farewells.Add(1) })
			sh.hang(sh.dev.fault.Load().farewell)
			_ = sh.screen.Flush()
			return 0
		}
		if !sh.obey(ctx, line) {
			return 1
		}
	}
}

// greet prints the banner and reports whether a prompt will follow.
func (sh *shell) greet(ctx context.Context) bool {
	fault := sh.dev.fault.Load()
	if fault.closes {
		return false
	}
	if fault.banner != nil {
		sh.print(fault.banner(sh.script()))
	}
	if fault.piece != "" {
		sh.print(fault.piece)
		_ = sh.screen.Flush() // a failed write shows at the next key
		wait(ctx, sh.dev.pause(200*time.Millisecond))
		sh.print(" no one needs to tell it.\n")
	}
	sh.print(sh.script().talk.Banner)
	return !sh.hang(fault.hang)
}

// hang prints the text and waits until the client goes; without a text it does nothing.
func (sh *shell) hang(text string) bool {
	if text == "" {
		return false
	}
	sh.print(text)
	for {
		if _, err := sh.key(); err != nil {
			return true
		}
	}
}

// print shows a text.
func (sh *shell) print(text string) {
	_, _ = sh.screen.WriteString(sh.cooked(text)) // a failed write shows at the next key
}

// cooked gives the text the line ends of the device.
func (sh *shell) cooked(text string) string {
	return strings.ReplaceAll(text, "\n", sh.script().talk.Newline)
}

func (sh *shell) prompt() {
	talk := &sh.script().talk
	if talk.Context != "" {
		sh.print(talk.Context + "\n")
	}
	if sh.privileged {
		sh.print(talk.Prompt)
		return
	}
	sh.print(talk.User)
}

func (sh *shell) isFarewell(line string) bool {
	if exit := sh.dev.Platform.Session.Exit; exit != "" && sameCommand(exit, line) {
		return true
	}
	for _, word := range farewells {
		if line == word {
			return true
		}
	}
	return false
}

// obey answers one typed line and reports whether the session goes on.
func (sh *shell) obey(ctx context.Context, line string) bool {
	if e := sh.dev.Platform.Session.Enable; e != nil && sameCommand(e.Command, line) {
		return sh.enable()
	}
	answer, known := sh.script().answer(line)
	switch {
	case known:
		if !wait(ctx, sh.dev.Delay) || !sh.show(ctx, sh.dev.says(answer)) {
			return false
		}
		sh.done(answer.Command)
	case sh.isSetup(line):
	default:
		sh.print(ended(sh.script().talk.Refusal))
	}
	return true
}

// aboutPaging tells the setup commands that switch paging off from the others.
var aboutPaging = regexp.MustCompile(`(?i)length|pag|more|datadump|scripting|rows|display|without`)

// isSetup reports whether the line is a setup command of the platform, and obeys it.
func (sh *shell) isSetup(line string) bool {
	for _, command := range sh.dev.Platform.Session.Setup {
		if sameCommand(command, line) {
			if aboutPaging.MatchString(command) && !sh.dev.KeepPaging && !sh.dev.fault.Load().pager {
				sh.paging = false
			}
			return true
		}
	}
	return false
}

// enable asks for the secret, if there is one, and makes the session privileged.
func (sh *shell) enable() bool {
	if want := sh.dev.Login.Enable; want != "" && !sh.privileged {
		sh.print("Password: ")
		given, err := sh.line(false)
		if err != nil {
			return false
		}
		sh.print("\n")
		if given != want {
			sh.count(func(c *counters) { c.refusals.Add(1) })
			sh.print("% Access denied\n")
			return true
		}
	}
	sh.privileged = true
	return true
}
