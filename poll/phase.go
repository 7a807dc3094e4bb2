package poll

import (
	"sync"
	"time"
)

// Phase is a part of a poll.
type Phase struct {
	Name     string // as the Poller calls it: resolve, connect, handshake, auth, shell, setup, command, close, parse, ...
	Command  string // what was asked, in a phase "command"
	Duration time.Duration
	Failed   bool // the poll failed in it
}

// Piece is a part of a session: what was sent, or received, at once. It has one line or several.
type Piece struct {
	At   time.Duration // since the start of the session
	Sent bool          // false: received
	Text string
}

// phaseNames numbers the names and commands of phases, so that a fleet's polls are kept in few bytes. There are as many as
// platforms have commands. Make it with newPhaseNames.
type phaseNames struct {
	mu    sync.Mutex
	ids   map[phaseName]uint64
	names []phaseName
}

type phaseName struct{ name, command string }

func newPhaseNames() *phaseNames { return &phaseNames{ids: make(map[phaseName]uint64)} }

// id returns the number of a phase's name.
func (n *phaseNames) id(p Phase) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := phaseName{p.Name, p.Command}
	id, known := n.ids[name]
	if !known {
		id = uint64(len(n.names))
		n.ids[name] = id
		n.names = append(n.names, name)
	}
	return id
}

func (n *phaseNames) name(id uint64) phaseName {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[id]
}
