package transport

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/logins"
)

// TestSessions has places given in the order of arrival, also those of who does not wait any longer.
func TestSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sessions{most: 2}
		var order []int
		wait := func(n int, patience time.Duration) {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if _, err := s.take(ctx, Target{}); err == nil {
					order = append(order, n)
				}
			}()
			synctest.Wait()
		}
		for n := range 2 {
			wait(n, time.Hour)
		}
		wait(2, time.Hour)
		wait(3, time.Second) // gives up
		wait(4, time.Hour)
		if !s.crowded() || s.now() != 2 {
			t.Errorf("%d are open, crowded %v", s.now(), s.crowded())
		}
		time.Sleep(time.Minute)
		for range 2 {
			s.release(Target{})
			synctest.Wait()
		}
		if want := []int{0, 1, 2, 4}; !slices.Equal(order, want) {
			t.Errorf("places were given to %v, want %v", order, want)
		}
		if most := s.shrink(Target{}); most != 1 || s.now() != 1 {
			t.Errorf("after a refusal the bound is %d with %d open, want 1 and 1", most, s.now())
		}
		wait(5, time.Hour)
		s.bound(2)
		synctest.Wait()
		if s.now() != 2 {
			t.Errorf("%d are open under a new bound, want 2", s.now())
		}
		s.release(Target{})
		if most := s.shrink(Target{}); most != 0 || s.now() != 0 {
			t.Errorf("a refusal of the only one: bound %d, %d open", most, s.now())
		}
	})
}

// TestReservedSessions has places reserved before they are taken. Who waits for one is called when that is worth it, once.
func TestReservedSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := map[string]int{}
		s := sessions{most: 2}
		reserve := func(target string, needs, want bool) {
			t.Helper()
			if got := s.reserve(target, needs, func() { calls[target]++ }); got != want {
				t.Errorf("a place for %s: %v, want %v", target, got, want)
			}
		}
		take := func(target Target, asked bool, err error) {
			t.Helper()
			if gotAsked, got := s.take(t.Context(), target); gotAsked != asked || !errors.Is(got, err) {
				t.Errorf("%s has taken a place, as one that has asked %v: %v; want %v, %v", target.Name, gotAsked, got, asked, err)
			}
		}
		called := func(want map[string]int) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			clear(calls)
		}
		a, b, far := Target{Name: "a"}, Target{Name: "b"}, Target{Name: "far", lasting: true}
		none := map[string]int{}

		reserve("a", true, true)
		reserve("a", true, true) // another turn of the same device
		if s.now() != 0 || !s.crowded() {
			t.Errorf("%d are open, crowded %v; two are reserved", s.now(), s.crowded())
		}
		reserve("b", true, false)
		s.forgo("a")
		called(map[string]int{"b": 1})
		reserve("b", true, true)
		reserve("c", true, false)
		take(a, true, nil)
		take(b, true, nil)
		s.forgo("a")
		s.forgo("b")
		called(none)

		// A second connection of the same poll comes before who wants to reserve a place.
		second := make(chan bool)
		go func() {
			asked, err := s.take(t.Context(), a)
			second <- asked || err != nil
		}()
		synctest.Wait()
		s.release(a)
		if <-second {
			t.Error("the second connection is not the first")
		}
		called(none)
		s.release(b)
		called(map[string]int{"c": 1})

		// Who was thought to need none is told to wait elsewhere, and not kept from another try.
		reserve("b", true, true)
		reserve("kept", false, true)
		take(Target{Name: "kept"}, true, logins.ErrWait)
		s.forgo("kept")
		reserve("c", true, false)
		s.forgo("b")
		called(map[string]int{"c": 1})
		reserve("kept", false, true)
		take(Target{Name: "kept"}, true, nil)

		// A place that another jump host has comes back to nobody.
		reserve("c", true, false)
		s.release(a)
		called(map[string]int{"c": 1})
		take(far, false, nil)
		reserve("c", true, false)
		s.bound(1)
		called(none)
		s.release(a)
		called(map[string]int{"c": 1})
		reserve("c", true, true)
		s.forgo("c")
		if s.now() != 1 {
			t.Errorf("%d are open, want that to the jump host", s.now())
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if asked, err := s.take(ctx, Target{Name: "c"}); asked || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("asked %v, %v", asked, err)
		}
		s.release(far)
		if s.now() != 0 || s.lasting != 0 || len(s.reserved) != 0 {
			t.Errorf("at the end: %+v", s.reserved)
		}
	})
}
