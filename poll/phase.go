package poll

import (
	"encoding/binary"
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

// append writes phases, each as the number of its name, whether the poll failed in it, and its duration.
func (n *phaseNames) append(b []byte, phases []Phase) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range phases {
		p := &phases[i]
		name := phaseName{p.Name, p.Command}
		id, known := n.ids[name]
		if !known {
			id = uint64(len(n.names))
			n.ids[name] = id
			n.names = append(n.names, name)
		}
		id <<= 1
		if p.Failed {
			id |= 1
		}
		b = appendDuration(binary.AppendUvarint(b, id), p.Duration)
	}
	return b
}

func (n *phaseNames) name(id uint64) phaseName {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[id]
}
