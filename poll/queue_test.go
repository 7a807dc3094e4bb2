package poll

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestTurnQueue does the same to a queue and to a plain slice.
func TestTurnQueue(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	var q turnQueue
	var want []slot
	for i := range 20_000 {
		s := slot{since: time.Unix(int64(i), 0)}
		switch n := random.IntN(10); {
		case n < 2:
			q.push(s)
			want = append(want, s)
		case n < 5:
			at := random.IntN(min(len(want), 5) + 1)
			q.insert(at, s)
			want = slices.Insert(want, at, s)
		case n < 9 && len(want) > 0:
			at := random.IntN(min(len(want), 5))
			q.take(want[at])
			want = slices.Delete(want, at, at+1)
		default:
			q.take(s) // it is not there
		}
		if !slices.Equal(q.turns(), want) || q.len() != len(want) || len(want) > 0 && *q.first() != want[0] {
			t.Fatalf("step %d: the queue holds %v, want %v", i, q.turns(), want)
		}
	}
	if len(q.slots) > 2*len(want)+100 {
		t.Errorf("%d places for %d turns", len(q.slots), len(want))
	}
}

// BenchmarkTurnQueue is a turn that is taken out and put back in front of a fleet.
func BenchmarkTurnQueue(b *testing.B) {
	var q turnQueue
	for i := range 50_000 {
		q.push(slot{due: time.Unix(int64(i), 0)})
	}
	for b.Loop() {
		s := *q.first()
		q.take(s)
		q.insert(0, s)
	}
}
