package poll

import "slices"

// turnQueue holds turns that are due, in their order. They are taken out and put back near its front: there those before them move,
// and not the whole fleet behind. The zero value is empty.
type turnQueue struct {
	slots []slot
	free  int // places at the start of slots
}

func (q *turnQueue) turns() []slot { return q.slots[q.free:] }

func (q *turnQueue) len() int { return len(q.slots) - q.free }

// first is the turn at the front of a queue that is not empty.
func (q *turnQueue) first() *slot { return &q.slots[q.free] }

// push puts a turn at the end.
func (q *turnQueue) push(s slot) {
	if q.free > len(q.slots)/2 {
		q.slots, q.free = slices.Delete(q.slots, 0, q.free), 0
	}
	q.slots = append(q.slots, s)
}

// insert puts a turn before that at a place.
func (q *turnQueue) insert(at int, s slot) {
	if at == q.len() {
		q.push(s)
		return
	}
	if q.free == 0 {
		q.slots = slices.Insert(q.slots, at, s)
		return
	}
	q.free--
	copy(q.turns(), q.slots[q.free+1:q.free+1+at])
	q.turns()[at] = s
}

// remove takes the turn at a place out.
func (q *turnQueue) remove(at int) {
	turns := q.turns()
	copy(turns[1:], turns[:at])
	turns[0] = slot{}
	q.free++
}

// take takes a turn out, if it is there.
func (q *turnQueue) take(s slot) {
	if at := slices.Index(q.turns(), s); at >= 0 {
		q.remove(at)
	}
}
