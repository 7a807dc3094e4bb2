package poll

import (
	"container/list"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Session is how a poll's session went, as far as it is kept. Secrets are redacted by whoever made it.
type Session struct {
	Pieces []Piece // the end of the session
	Cut    bool    // there was more before it
}

// Line is one line of a session.
type Line struct {
	At   time.Duration // since the start of the session
	Sent bool          // false: received
	Text string        // without what ends the line; control characters are written as in Go, \x1b
}

// Lines are the lines of all pieces.
func (s *Session) Lines() []Line {
	var all []Line
	for _, p := range s.Pieces {
		for line := range strings.Lines(p.Text) {
			all = append(all, Line{p.At, p.Sent, visible(strings.TrimRight(line, "\r\n"))})
		}
	}
	return all
}

// visible writes out what would act on a terminal, or cannot be seen.
func visible(text string) string {
	unseen := func(r rune) bool { return r != '\t' && !strconv.IsPrint(r) }
	if !strings.ContainsFunc(text, unseen) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unseen(r) {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// size is about what the session takes in memory, in bytes.
func (s *Session) size() int {
	const overhead = 64 // of a piece, and of the session
	n := overhead
	for _, p := range s.Pieces {
		n += overhead + len(p.Text)
	}
	return n
}

// keptSessions bounds what the sessions of all failing devices take, in bytes: then those that failed longest ago are
// forgotten.
const keptSessions = 64 << 20

// failedSessions are the latest session of each device that is down. Make it with newFailedSessions. It may be used by any number of goroutines
// at once.
type failedSessions struct {
	mu      sync.Mutex
	bytes   int
	order   *list.List // of *failedSession, the oldest first
	devices map[string]*list.Element
}

type failedSession struct {
	device  string
	session *Session
}

func newFailedSessions() *failedSessions {
	return &failedSessions{order: list.New(), devices: make(map[string]*list.Element)}
}

func (f *failedSessions) of(device string) *Session {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e, ok := f.devices[device]; ok {
		return e.Value.(*failedSession).session
	}
	return nil
}

// keep replaces the device's session; nil: there is none.
func (f *failedSessions) keep(device string, s *Session) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e, ok := f.devices[device]; ok {
		f.forget(e)
	}
	if s == nil {
		return
	}
	f.devices[device] = f.order.PushBack(&failedSession{device, s})
	for f.bytes += s.size(); f.bytes > keptSessions; {
		f.forget(f.order.Front())
	}
}

func (f *failedSessions) forget(e *list.Element) {
	kept := f.order.Remove(e).(*failedSession)
	f.bytes -= kept.session.size()
	delete(f.devices, kept.device)
}
