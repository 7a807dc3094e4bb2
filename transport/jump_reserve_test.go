package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// begin polls a device as the engine does: it waits for a place at the jump host, and begins again where it is told to wait. It returns
// how often it began.
func (r *route) begin(t *testing.T, name string, stay time.Duration) (begun int) {
	target := r.target
	target.Name = name
	for {
		woken := make(chan struct{}, 1)
		free := r.client.Reserve(target.Jump, name, true, func() { woken <- struct{}{} })
		if free == nil {
			<-woken
			continue
		}
		begun++
		l, err := r.client.Login(t.Context(), target, "", func(string, time.Time) {})
		if err == nil {
			<-time.After(stay)
			l.End()
		}
		free()
		if !errors.Is(err, logins.ErrWait) {
			if err != nil {
				t.Error(err)
			}
			return begun
		}
	}
}

// TestReservedPlaces has fifty polls at once behind a chain of jump hosts whose last takes three connections, although nobody has said
// so. No poll waits once it has begun, and all places come back.
func TestReservedPlaces(t *testing.T) {
	const number, most = 50, 3
	device, first, last := guard(t, "swordfish"), guard(t, "swordfish"), guard(t, "swordfish")
	last.most = most
	r := newRoute(t, device.address, 0, first, last)
	var polls sync.WaitGroup
	for i := range number {
		polls.Go(func() { r.begin(t, fmt.Sprint("sw-", i), 10*time.Millisecond) })
	}
	polls.Wait()
	host := r.client.jumps["bastion2"]
	if host.sessions.most > most || host.sessions.most == 0 {
		t.Errorf("the bound is %d, want what it takes", host.sessions.most)
	}
	if n := r.begin(t, "sw-1", 0); n != 1 {
		t.Errorf("a poll began %d times with nobody else there", n)
	}
	host.sessions.mu.Lock()
	reserved := len(host.sessions.reserved)
	host.sessions.mu.Unlock()
	if reserved > 0 {
		t.Errorf("%d places are still reserved", reserved)
	}
	r.client.Close()
	<-first.ended
	<-last.ended
}

// TestReserveThroughAChain has the first of two jump hosts full before there is a connection to the second: who wants to go through both
// waits for the first, and who goes through the first for nobody.
func TestReserveThroughAChain(t *testing.T) {
	device := guard(t, "swordfish")
	r := newRoute(t, device.address, 1, guard(t, "swordfish"), guard(t, "swordfish"))
	near := r.target
	near.Jump = "bastion1"
	link, err := r.client.Login(t.Context(), near, "", func(string, time.Time) {})
	if err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{}, 1)
	wake := func() { woken <- struct{}{} }
	if r.client.Reserve("bastion2", "sw-1", true, wake) != nil {
		t.Fatal("a place behind a jump host that cannot be reached")
	}
	link.End()
	<-woken
	if n := r.begin(t, "sw-1", 0); n != 1 {
		t.Errorf("the poll began %d times", n)
	}
	// Now the second has the only place of the first for good: to wait for that is no use, and the poll tells.
	free := r.client.Reserve("bastion1", "sw-2", true, wake)
	if free == nil {
		t.Fatal("waits for a place that does not come free")
	}
	free()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = r.client.Login(ctx, near, "", func(string, time.Time) {})
	wantReason(t, err, failure.Jump)
	if r.client.Reserve("nobody", "sw-1", true, wake) == nil {
		t.Error("waits for a jump host that nobody knows")
	}
}

// TestReserveDuringALogin has a jump host that does not answer: one poll waits for it, and the others begin when the outcome is known.
func TestReserveDuringALogin(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	r := newRoute(t, guard(t, "swordfish").address, 0, &gatekeeper{address: silent.Addr().String()})
	ended := make(chan error, 1)
	go func() {
		_, err := r.client.Login(t.Context(), r.target, "", func(string, time.Time) {})
		ended <- err
	}()
	conn, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{}, 1)
	wake := func() { woken <- struct{}{} }
	if r.client.Reserve("bastion1", "sw-2", true, wake) != nil {
		t.Fatal("a place while the jump host is being connected to")
	}
	free := r.client.Reserve("bastion1", "sw-3", false, wake)
	if free == nil {
		t.Fatal("a poll with a kept session waits for the jump host")
	}
	free()
	conn.Close()
	wantReason(t, <-ended, failure.Jump)
	<-woken
	if free = r.client.Reserve("bastion1", "sw-2", true, wake); free == nil {
		t.Fatal("waits although nobody connects to the jump host")
	}
	free()
}
