package lab

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/parser"
)

// Device is one simulated device. The exported fields say what it is when the fleet starts and are not to be changed
// later; the methods may be called at any time, from any goroutine. A device belongs to one fleet.
type Device struct {
	Name     string            // unique in the fleet
	Platform *parser.Platform  // how it talks
	Sample   parser.Sample     // what it answers; an empty Talk follows the platform
	Labels   map[string]string // for the inventory; the lab does not read them
	Notes    []string          // how it differs from a good device, for people; the lab does not read them

	Releases []parser.Sample // what Fleet.Live changes the device between, the oldest first; none: it is never upgraded

	Address    netip.Addr    // in 127.0.0.0/8; zero: the fleet picks one
	Login      Login         // who may log in; zero: Username with Password
	Hostname   string        // replaces the host name of the sample; "": as the sample has it
	Aging      bool          // the uptime it prints grows with the clock, where the notation can be told
	Delay      time.Duration // before each answer
	Page       int           // lines of a page; 0: 24, as devices ignore the height of the PTY
	KeepPaging bool          // paging stays on, whatever is typed
	Exec       Exec          // what it does with exec requests
	NoShell    bool          // refuses shells: it serves nothing but exec requests
	Lines      int           // sessions at once, more are refused; 0: no limit
	Legacy     bool          // offers only algorithms of long ago
	Fault      Fault         // how it misbehaves; "": it does not
	Pause      time.Duration // how long the fault takes, where it takes long; 0: the fault's own time
	OwnKey     bool          // has a host key of its own instead of the fleet's

	addr     netip.AddrPort
	hostKey  ssh.Signer
	mu       sync.Mutex         // held by those who change the script, or the links
	links    map[*link]struct{} // the connections
	booted   atomic.Int64       // Unix time in nanoseconds
	script   atomic.Pointer[script]
	fault    atomic.Pointer[behaviour]
	password atomic.Pointer[string]
	release  atomic.Int32 // index into Releases
	asks     *manner
	progress progress
	counters
}

// Exec is what a device does with exec requests.
type Exec int

// The ways of devices with exec requests.
const (
	ExecMany  Exec = iota // answers any number on a connection
	ExecOnce              // answers one, then closes the connection, as IOS does
	ExecNever             // refuses them
)

// Addr is where the device is reached, host:port. It is known once the fleet has started.
func (d *Device) Addr() string { return d.addr.String() }

// Set makes the device another one of its platform from the next command on: a new version, a new model. The uptime
// is that of the sample.
func (d *Device) Set(s parser.Sample) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	next, err := newScript(d, s)
	if err != nil {
		return fmt.Errorf("device %s: %w", d.Name, err)
	}
	if next.age != nil {
		d.booted.Store(time.Now().Add(-next.age.age).UnixNano())
	} else {
		d.booted.CompareAndSwap(0, time.Now().UnixNano())
	}
	d.script.Store(next)
	return nil
}

// SetAnswer changes what one command prints, from the next time on.
func (d *Device) SetAnswer(command, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.script.Store(d.script.Load().with(command, text))
}

// Answers is what the device would print now to each command of a poll that it knows, those for a host's shell aside: the truth
// that a poll should find.
func (d *Device) Answers() []parser.Output {
	sc := d.script.Load()
	var answers []parser.Output
	for _, c := range d.Platform.Commands {
		if a, known := sc.answer(c.Run); known && c.Poll && !c.Host {
			answers = append(answers, parser.Output{Command: a.Command, Text: d.says(a)})
		}
	}
	return answers
}

// says is what an answer is now, after uptime, host name and fault have had their say.
func (d *Device) says(answer parser.Output) string {
	text := d.script.Load().text(answer, d.Uptime())
	if edit := d.fault.Load().edit; edit != nil {
		return edit(d, text)
	}
	return text
}
