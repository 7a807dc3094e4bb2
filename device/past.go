package device

import (
	"errors"
	"slices"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/session"
)

// phases puts the phases of a session into poll's words. Where the session went well, and the answers could not be read, that is
// a phase of its own, or the failure of the command that was refused.
func phases(t *session.Transcript, err error) []poll.Phase {
	if len(t.Phases) == 0 {
		return nil
	}
	all := make([]poll.Phase, 0, len(t.Phases)+1)
	failed := false
	for _, p := range t.Phases {
		all = append(all, poll.Phase(p))
		failed = failed || p.Failed
	}
	if err == nil || failed {
		return all
	}
	if refused, ok := errors.AsType[*parser.RefusedError](err); ok {
		if i := slices.IndexFunc(all, func(p poll.Phase) bool { return p.Command == refused.Command }); i >= 0 {
			all[i].Failed = true
			return all
		}
	}
	return append(all, poll.Phase{Name: "parse", Failed: true})
}

// sessionOf is what people are shown of a session; nil: nothing was said.
func sessionOf(t *session.Transcript) *poll.Session {
	if len(t.Log) == 0 {
		return nil
	}
	s := &poll.Session{Pieces: make([]poll.Piece, len(t.Log)), Cut: t.Cut}
	for i, e := range t.Log {
		s.Pieces[i] = poll.Piece(e)
	}
	return s
}
