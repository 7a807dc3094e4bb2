package device

import (
	"context"
	"sync"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/session"
	"github.com/netver/netver_exporter/transport"
)

// Keep says whose sessions are kept for the next poll. A login is four fifths of a poll; a VTY line is a shared good.
type Keep struct {
	Groups map[string]bool // names of the groups
	Max    int             // sessions kept at once; the devices that come first have them
	Idle   time.Duration   // a session that nobody asked for so long is closed; longer than the interval, or it never serves
}

// Kept reports whether a session with the device is kept, as far as is known.
func (p *Poller) Kept(d *inventory.Device) bool { return p.sessions.has(d.Name) }

// Close closes the sessions that are kept. Those in use are closed when their poll ends.
func (p *Poller) Close() error {
	p.sessions.close()
	return nil
}

// sessions are those that wait for the next poll.
type sessions struct {
	keep Keep

	mu     sync.Mutex
	closed bool
	idle   map[string]idleSession // by device
	swept  time.Time              // when expired sessions were last looked for
}

type idleSession struct {
	conn  *session.Conn
	since time.Time
}

// talk asks over the device's session, or a new one if there is none or the device has closed it.
func (s *sessions) talk(ctx context.Context, c *transport.Client, t transport.Target, script session.Script) (session.Transcript, error) {
	defer s.expire(ctx)
	if conn := s.take(t.Name); conn != nil {
		transcript, err := askAgain(ctx, conn)
		if err == nil {
			s.put(ctx, t.Name, conn)
			return transcript, nil
		}
		conn.Close(ctx)
		if ctx.Err() != nil {
			return transcript, err
		}
	}
	conn, err := session.Open(ctx, c, t, script)
	if err != nil {
		return session.Transcript{}, err
	}
	transcript, err := conn.Ask(ctx)
	if err != nil {
		conn.Close(ctx)
		return transcript, err
	}
	s.put(ctx, t.Name, conn)
	return transcript, nil
}

// askAgain gives a kept session half of the time that is left: a connection that was lost on the way says nothing at
// all, and then there must be time for a new one.
func askAgain(ctx context.Context, conn *session.Conn) (session.Transcript, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	return conn.Ask(ctx)
}

func (s *sessions) has(device string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.idle[device]
	return ok
}

// take returns the device's session, nil if there is none that lives.
func (s *sessions) take(device string) *session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.idle[device]
	if !ok {
		return nil
	}
	delete(s.idle, device)
	return kept.conn
}

// drop closes the device's session, if there is one.
func (s *sessions) drop(ctx context.Context, device string) {
	if conn := s.take(device); conn != nil {
		conn.Close(ctx)
	}
}

// put keeps the session, or closes it if there is no room.
func (s *sessions) put(ctx context.Context, device string, conn *session.Conn) {
	if !s.store(device, conn) {
		conn.Close(ctx)
	}
}

func (s *sessions) store(device string, conn *session.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.idle) >= s.keep.Max || !conn.Alive() {
		return false
	}
	if s.idle == nil {
		s.idle = make(map[string]idleSession)
	}
	s.idle[device] = idleSession{conn: conn, since: time.Now()}
	return true
}

// expire closes sessions that nobody asks any more.
func (s *sessions) expire(ctx context.Context) { closeAll(ctx, s.expired(time.Now())) }

// looks is how often in the idle time expired sessions are looked for.
const looks = 4

func (s *sessions) expired(now time.Time) []*session.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.swept) < s.keep.Idle/looks {
		return nil
	}
	s.swept = now
	var gone []*session.Conn
	for device, kept := range s.idle {
		if now.Sub(kept.since) > s.keep.Idle || !kept.conn.Alive() {
			gone = append(gone, kept.conn)
			delete(s.idle, device)
		}
	}
	return gone
}

// closers is how many sessions are closed at once: a device may take its time to say goodbye.
const closers = 64

func closeAll(ctx context.Context, conns []*session.Conn) {
	queue := make(chan *session.Conn)
	var done sync.WaitGroup
	for range min(closers, len(conns)) {
		done.Go(func() {
			for conn := range queue {
				conn.Close(ctx)
			}
		})
	}
	for _, conn := range conns {
		queue <- conn
	}
	close(queue)
	done.Wait()
}

func (s *sessions) close() {
	s.mu.Lock()
	var conns []*session.Conn
	for _, kept := range s.idle {
		conns = append(conns, kept.conn)
	}
	s.closed, s.idle = true, nil
	s.mu.Unlock()
	closeAll(context.Background(), conns)
}
