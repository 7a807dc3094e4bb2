package transport

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
)

// TestFrozenJumpHost has a jump host fall silent while a device is asked through it. Neither the end of the device's connection, nor the
// deadline of a login, nor who waits for a place may wait for it to confirm anything.
func TestFrozenJumpHost(t *testing.T) {
	freezing := func(t *testing.T, most int) (*route, *cable) {
		bastion := guard(t, "swordfish")
		way := startCable(t, bastion.address)
		r := newRoute(t, guard(t, "swordfish").address, most, &gatekeeper{address: way.address})
		r.client.config.ConnectTimeout = time.Second // well above what a login takes on a busy machine
		return r, way
	}
	login := func(ctx context.Context, r *route) (*Link, error) {
		return r.client.Login(ctx, r.target, "", func(string, time.Time) {})
	}
	soon := func(t *testing.T, do func()) {
		t.Helper()
		done := make(chan struct{})
		go func() {
			do()
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("it waits for the jump host")
		}
	}
	t.Run("after the login", func(t *testing.T) {
		r, way := freezing(t, 0)
		l, err := login(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		way.cut()
		soon(t, l.End)
	})
	t.Run("during the login", func(t *testing.T) {
		r, way := freezing(t, 0)
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		r.target.Address = silent.Addr().String()
		soon(t, func() {
			go func() {
				if conn, err := silent.Accept(); err == nil {
					_, _ = conn.Read(make([]byte, 1)) // which comes once the jump host has said that the way is open
					way.cut()
				}
			}()
			_, err := login(t.Context(), r)
			wantReason(t, err, failure.ConnectTimeout)
		})
	})
	t.Run("with every place taken", func(t *testing.T) {
		r, way := freezing(t, 1)
		l, err := login(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		way.cut()
		soon(t, l.End)
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = login(late, r)
		wantReason(t, err, failure.Jump)
		if _, err := login(t.Context(), r); err == nil {
			t.Error("the failed attempt does not count for who comes right after it")
		}
		way.mend()
		<-time.After(sharesFailure)
		soon(t, func() {
			if l, err = login(t.Context(), r); err != nil {
				t.Error(err)
				return
			}
			l.End()
		})
	})
}
