package transport

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
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
				if s.take(ctx) == nil {
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
			s.release()
			synctest.Wait()
		}
		if want := []int{0, 1, 2, 4}; !slices.Equal(order, want) {
			t.Errorf("places were given to %v, want %v", order, want)
		}
		if most := s.shrink(); most != 1 || s.now() != 1 {
			t.Errorf("after a refusal the bound is %d with %d open, want 1 and 1", most, s.now())
		}
		wait(5, time.Hour)
		s.bound(2)
		synctest.Wait()
		if s.now() != 2 {
			t.Errorf("%d are open under a new bound, want 2", s.now())
		}
		s.release()
		if most := s.shrink(); most != 0 || s.now() != 0 {
			t.Errorf("a refusal of the only one: bound %d, %d open", most, s.now())
		}
	})
}
