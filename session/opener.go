package session

import (
	"context"

	"github.com/netver/netver_exporter/dialogue"
)

// opener is a way to get a session on a connection.
type opener struct {
	kind   kind
	suffix string // of the user name
	open   func(context.Context, *connection) (session, error)
}

// kind names an opener.
type kind string

const (
	sameKind   kind = "" // as before, on another connection
	byExec     kind = "exec"
	byShell    kind = "shell"
	plainShell kind = "shell without enable and setup"
)

// openersOf lists the ways for a script, in the order of trying; nil: its mode is not known. After the first, an opener is
// tried only when an earlier session has asked for its kind.
func openersOf(s *Script) []opener {
	exec := opener{kind: byExec, open: openExec}
	shell := opener{kind: byShell, suffix: s.Login, open: openShell}
	plain := opener{kind: plainShell, suffix: s.Login, open: openPlainShell}
	canShell := len(s.Prompt) > 0
	switch s.Mode {
	case dialogue.Exec:
		switch {
		case !canShell:
			return []opener{exec}
		case s.Lacks.Exec:
			return []opener{shell, plain}
		}
		return []opener{exec, shell, plain}
	case dialogue.Shell:
		exec.suffix = s.Login // the connection that refused the shell serves
		if s.Lacks.Shell {
			exec.suffix = ""
			return []opener{exec}
		}
		return []opener{shell, plain, exec}
	}
	return nil
}

// moveOn is the error of a session that serves no further, although the device may.
type moveOn struct {
	failure error // what to report if there is no other way
	next    kind
	lacks   Lacks // what the device has refused
}

func (m *moveOn) Error() string { return m.failure.Error() }

func (m *moveOn) Unwrap() error { return m.failure }
