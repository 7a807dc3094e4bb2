package device

import (
	"context"
	"sync"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/session"
	"github.com/netver/netver_exporter/transport"
)

// Keep says whose sessions are kept for the next poll. A login is four fifths of a poll; a VTY line is a shared good.
type Keep struct {
	Groups map[string]bool // names of the groups
	Max    int             // sessions kept at once; the devices that come first have them
	Idle   time.Duration   // a session that nobody asked for so long is closed; longer than the interval, or it never serves
}

// Sessions are those that wait for the next poll. They outlive the Poller by which they were opened: a reload keeps those
// that it does not touch. Make it with NewSessions. It may be used by any number of goroutines at once.
type Sessions struct {
	changed chan struct{} // the idle time, or what is to be closed

	mu      sync.Mutex
	keep    Keep
	closed  bool
	idle    map[string]idleSession // by device
	retired []*session.Conn        // for Run to close
}

// NewSessions keeps nothing before Keep has said what.
func NewSessions() *Sessions {
	return &Sessions{changed: make(chan struct{}, 1), idle: make(map[string]idleSession)}
}

type idleSession struct {
	conn  *session.Conn
	good  purpose
	since time.Time
}

// purpose is what a session is good for. It is kept for a device that would be asked in just this way.
type purpose struct {
	way
	identity, enable secret.Value
}

// way is how a device is asked, without the secrets.
type way struct {
	address, credential string
	platform            string
	definition          string // of the platform
	mode, jump          string
	legacy              bool
	algorithms          transport.Algorithms
}

func (p purpose) same(q purpose) bool {
	return p.way == q.way && p.identity.Equal(q.identity) && p.enable.Equal(q.enable)
}

// purpose returns false for a device that cannot be asked.
func (p *Poller) purpose(d *inventory.Device) (purpose, bool) {
	platform := platformOf(d)
	scriptOf, known := p.scripts[platform]
	credential, ok := p.config.Credentials[d.Credential]
	if !known || !ok {
		return purpose{}, false
	}
	return purpose{
		way:      way{d.Address, d.Credential, platform, scriptOf().definition, d.Mode, d.Jump, d.Legacy, p.config.Algorithms[d.Group]},
		identity: credential.Identity(), enable: credential.Enable,
	}, true
}

// KeepIn has the poller keep sessions. Call it before the first poll, and Keep once its polls have begun. One that is
// observed keeps none: the log of a session begins with its login.
func (p *Poller) KeepIn(s *Sessions) {
	if p.config.Observe == nil {
		p.kept = s
	}
}

// Keep keeps the sessions that the poller wants kept, from now on. Those of devices that left its groups, or that it asks
// in another way, are closed by Run.
func (s *Sessions) Keep(p *Poller, groups []poll.Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := p.config.Keep
	s.keep = k
	stay := make(map[string]bool, len(s.idle))
	for _, g := range groups {
		for i := range g.Devices {
			d := &g.Devices[i]
			if kept, ok := s.idle[d.Name]; ok && k.Groups[g.Name] {
				stay[d.Name] = p.serves(kept.good, d)
			}
		}
	}
	for name := range s.idle {
		if !stay[name] {
			s.retire(name)
		}
	}
	s.tell()
}

// serves reports whether a session is good for the device. One of a device whose platform is to be found is taken to be.
func (p *Poller) serves(good purpose, d *inventory.Device) bool {
	if platformOf(d) == "" {
		found := *d
		found.Detected = good.platform
		d = &found
	}
	now, ok := p.purpose(d)
	return ok && now.same(good)
}

// tell wakes Run.
func (s *Sessions) tell() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// retire takes a session out for Run to close.
func (s *Sessions) retire(device string) {
	s.retired = append(s.retired, s.idle[device].conn)
	delete(s.idle, device)
}

// looks is how often in the idle time expired sessions are looked for.
const looks = 4

// Run closes sessions that nobody asks any more, until the context ends. Then it closes all of them, and keeps none that
// comes back later.
func (s *Sessions) Run(ctx context.Context) {
	for ctx.Err() == nil {
		timer := time.NewTimer(s.period())
		select {
		case <-ctx.Done():
		case <-s.changed:
		case <-timer.C:
		}
		timer.Stop()
		closeAll(s.expired(time.Now()))
	}
	closeAll(s.end())
}

func (s *Sessions) period() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keep.Idle == 0 {
		return time.Hour
	}
	return max(s.keep.Idle/looks, time.Millisecond)
}

func (s *Sessions) expired(now time.Time) []*session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for device, kept := range s.idle {
		if now.Sub(kept.since) > s.keep.Idle || !kept.conn.Alive() {
			s.retire(device)
		}
	}
	gone := s.retired
	s.retired = nil
	return gone
}

func (s *Sessions) end() []*session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for device := range s.idle {
		s.retire(device)
	}
	gone := s.retired
	s.retired = nil
	return gone
}

// visit is one poll of a device whose sessions are kept.
type visit struct {
	client *transport.Client
	target transport.Target
	good   purpose
}

// talk asks over the device's session, or a new one if there is none or the device has closed it.
func (s *Sessions) talk(ctx context.Context, v visit, script session.Script) (session.Transcript, error) {
	if conn := s.take(v.target.Name, v.good); conn != nil {
		conn.Use(v.target.Ticket)
		transcript, err := s.ask(ctx, v, conn)
		if err == nil || ctx.Err() != nil {
			return transcript, err
		}
	}
	conn, transcript, err := session.Open(ctx, v.client, v.target, script)
	if err != nil {
		return transcript, err
	}
	return s.ask(ctx, v, conn)
}

// ask keeps the session if it has answered and there is room, here and at the jump hosts, and closes it otherwise, also after a panic.
func (s *Sessions) ask(ctx context.Context, v visit, conn *session.Conn) (session.Transcript, error) {
	kept := false
	defer func() {
		if !kept {
			conn.Close(ctx)
		}
	}()
	transcript, err := conn.Ask(ctx)
	if err == nil && !v.client.Crowded(v.target) {
		kept = s.put(v.target.Name, v.good, conn)
	}
	return transcript, err
}

// has reports whether there is a session that is good for the purpose.
func (s *Sessions) has(device string, good purpose) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.idle[device]
	return ok && kept.good.same(good)
}

// take removes and returns the device's session; nil if there is none, or it is good for something else.
func (s *Sessions) take(device string, good purpose) *session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.idle[device]
	switch {
	case !ok:
		return nil
	case !kept.good.same(good):
		s.retire(device)
		s.tell()
		return nil
	}
	delete(s.idle, device)
	return kept.conn
}

// put keeps the session and reports whether there was room.
func (s *Sessions) put(device string, good purpose, conn *session.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.idle[device]; taken || s.closed || len(s.idle) >= s.keep.Max || !conn.Alive() {
		return false
	}
	s.idle[device] = idleSession{conn: conn, good: good, since: time.Now()}
	return true
}

// drop has the device's session closed, if there is one.
func (s *Sessions) drop(device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.idle[device]; ok {
		s.retire(device)
		s.tell()
	}
}

// closers is how many sessions are closed at once: a device may take its time to say goodbye.
const closers = 1024

func closeAll(conns []*session.Conn) {
	queue := make(chan *session.Conn)
	var done sync.WaitGroup
	for range min(closers, len(conns)) {
		done.Go(func() {
			for conn := range queue {
				conn.Close(context.Background())
			}
		})
	}
	for _, conn := range conns {
		queue <- conn
	}
	close(queue)
	done.Wait()
}
