package cluster

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Fleet polls the replica's share. It polls nothing until Adopt is called.
type Fleet interface {
	// Narrow stops polling all that is not in the share. The function that it returns waits until the polls of those in flight have ended, or the
	// context's deadline has passed, and then lets go of the devices. If the context is cancelled it leaves them to the next Narrow.
	Narrow(s Share) (release func(context.Context))
	// Adopt polls the share, which is all of the replica's part. What other replicas know of devices in it is in known, and what those had archived that are
	// gone in archived; others polled them until the gap began.
	Adopt(s Share, known []io.Reader, archived [][]byte, gap Gap)
}

// Peers asks other replicas.
type Peers interface {
	// Reaches asks a replica whether it reaches the coordinator. An error is that it does not answer; ErrGone, that it is not there.
	Reaches(ctx context.Context, e Entry) (bool, error)
	// Fetch reads what a replica knows of devices that another one takes over.
	Fetch(ctx context.Context, e Entry, heir, view string) (io.Reader, error)
}

// Config is what makes a replica.
type Config struct {
	Self        Entry // name, instance, labels and address
	TTL         time.Duration
	Coordinator Coordinator
	Archive     Archive // nil: there is none
	Peers       Peers
	Fleet       Fleet
	Heard       func([]Entry) // told of the entries of all that live, at each renewal; nil: nobody asks
	Log         *slog.Logger
}

// Replica takes part in a cluster. Make it with New. Its methods may be called by many at once.
type Replica struct {
	Config
	lease   lease
	wake    chan struct{}  // tells the renewals to renew at once; holds one notice
	renewed chan renewal   // from the renewals
	alone   chan time.Time // when others were asked, and none reached the coordinator
	fetched chan struct{}  // tells Run that another replica has fetched; holds one notice
	done    chan func()    // ends of what a transition does beside
	running sync.WaitGroup // that
	abort   func()         // ends it soon; nil: there is none

	mu      sync.Mutex
	self    Entry
	entries []Entry         // of all that live, as of the latest renewal; nil: not known
	served  map[string]bool // names of replicas that have fetched, since the latest change

	// Of Run alone.
	share     Share
	target    view      // by which the share is divided, or is going to be
	settled   bool      // it is
	released  bool      // polls of devices that go to others have ended
	seen      view      // the latest
	since     time.Time // when it was seen first
	lost      []string  // members that have gone without leaving, since the share was settled
	gap       Gap       // in which devices of others are polled by nobody, since then
	leavers   map[string]bool
	failing   string    // why the latest renewal failed; "": it did not
	shared    string    // an address that several replicas advertise; "": there is none
	recovered time.Time // when the coordinator was reached again
	quit      time.Time // no longer do others fetch from a replica that leaves; zero: it does not leave
}

// New makes a replica that does not run yet.
func New(c Config) *Replica {
	return &Replica{
		Config: c, self: c.Self, wake: make(chan struct{}, 1), renewed: make(chan renewal), alone: make(chan time.Time), fetched: make(chan struct{}, 1), done: make(chan func()),
		leavers: map[string]bool{}, served: map[string]bool{}, share: Share{Self: c.Self.Name},
	}
}

// margin is how much before the end of its lease a replica stops: clocks run at different speeds, and a poll takes a moment to begin.
func (r *Replica) margin() time.Duration { return r.TTL / 10 }

// period is how often the lease is renewed.
func (r *Replica) period() time.Duration { return r.TTL / 5 }

// debounce is how long a change of members is watched before it is acted upon, so that two changes are one.
func (r *Replica) debounce() time.Duration { return r.TTL / 3 }

// May reports whether the replica may begin a poll of a device in its share now.
func (r *Replica) May() bool { return r.lease.valid(time.Now()) }

// Run takes part until the context ends; then it gives up its share, lets running polls end, and leaves.
func (r *Replica) Run(ctx context.Context) {
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	work.Go(func() { r.renew(working) })
	work.Go(func() { r.watch(working) })
	work.Go(func() { r.ask(working) })
	r.follow(ctx)
	r.giveUp()
	stop()
	work.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.TTL/3)
	defer cancel()
	if err := r.Coordinator.Leave(last); err != nil {
		r.Log.Warn("could not leave the cluster, the others will notice when the lease ends", "err", err)
		return
	}
	r.Log.Info("left the cluster")
}

// follow acts upon what the renewals bring, until the replica has left.
func (r *Replica) follow(ctx context.Context) {
	stopping := ctx.Done()
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		select {
		case <-stopping:
			stopping = nil
			r.quit = time.Now().Add(r.TTL)
			r.update(func(e *Entry) { e.Leaving = true })
		case n := <-r.renewed:
			r.take(n)
		case asked := <-r.alone:
			r.keep(asked)
		case finish := <-r.done:
			finish()
		case <-r.fetched:
		case <-alarm.C:
		}
		now := time.Now()
		wait := r.step(now)
		if !r.quit.IsZero() && r.gone(now) {
			r.stopTransition()
			return
		}
		alarm.Reset(max(wait, time.Millisecond))
	}
}

// gone reports that a replica that leaves has nothing more to do.
func (r *Replica) gone(now time.Time) bool {
	switch {
	case !now.Before(r.quit), !r.reaches(), !r.lease.valid(now), r.target.id == "":
		return true
	case r.target.has(r.Self.Instance), !r.released:
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.target.members {
		if !r.served[m.Name] {
			return false
		}
	}
	return true
}

// giveUp stops polling what the replica still has as it leaves, before others may think that it has left.
func (r *Replica) giveUp() {
	if r.share.Views == nil {
		return
	}
	r.share.Views = nil
	ending, cancel := context.WithTimeout(context.Background(), r.TTL/3)
	defer cancel()
	r.Fleet.Narrow(r.share)(ending)
}

// update changes what the replica tells of itself, and renews at once.
func (r *Replica) update(change func(*Entry)) {
	r.mu.Lock()
	change(&r.self)
	r.mu.Unlock()
	notify(r.wake)
}

func notify(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// gaveUpBy reports that this replica has given up devices by a view.
func (r *Replica) gaveUpBy(view string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return view != "" && r.self.Applied == view
}

// noteServed notes that a replica has fetched what was known of its new devices.
func (r *Replica) noteServed(heir string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.served[heir] = true
	notify(r.fetched)
}

// Tell changes what the others see as this replica's configuration: a fingerprint.
func (r *Replica) Tell(config string) {
	r.mu.Lock()
	same := r.self.Config == config
	r.mu.Unlock()
	if !same {
		r.update(func(e *Entry) { e.Config = config })
	}
}

// Note tells the others something of a subject. It may be called with locks held.
func (r *Replica) Note(subject string, text json.RawMessage) {
	r.update(func(e *Entry) {
		notes := map[string]json.RawMessage{subject: text}
		for s, old := range e.Notes { // a renewal may be reading the old map
			if s != subject {
				notes[s] = old
			}
		}
		e.Notes = notes
	})
}

// Others are the entries of all other members that live.
func (r *Replica) Others() (others []Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.Instance != r.Self.Instance {
			others = append(others, e)
		}
	}
	return others
}

// State is the cluster as a replica sees it.
type State struct {
	Members  int  // that live
	Up       bool // the replica is one of them, and reaches the coordinator
	Mismatch bool // one of them has another configuration
}

// State returns it as of now.
func (r *Replica) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := State{Up: r.entries != nil && r.reaches() && r.lease.valid(time.Now())}
	for _, e := range r.entries {
		if e.Leaving {
			continue
		}
		s.Members++
		s.Mismatch = s.Mismatch || e.Config != "" && e.Config != r.self.Config
	}
	return s
}
