package poll

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/netver/netver_exporter/failure"
)

// Past is one poll of before.
type Past struct {
	Start    time.Time
	Duration time.Duration
	Reason   failure.Reason // why it failed; "" if it did not
	Phases   []Phase        // of the last attempt, in order; none: the device was not asked
}

const (
	// keptPolls is how many polls of a device are kept.
	keptPolls = 20
	// keptBytes bounds what they take; where devices need many logins a poll, fewer polls are kept.
	keptBytes = 1400
	// tick is the unit in which durations are kept. Small numbers take one byte.
	tick = 100 * time.Microsecond
)

// past is the latest polls of a device, the oldest first, in few bytes: about 700 for 20 polls of nine phases. Each begins with
// its length. Its bytes never change: another poll makes another past.
type past []byte

// with returns the polls with another one, and without the oldest if they become too many.
func (p past) with(latest *Past, names *phaseNames) past {
	var buffer [256]byte
	b := binary.AppendUvarint(buffer[:0], uint64(max(0, latest.Start.UnixMilli())))
	b = appendDuration(b, latest.Duration)
	b = append(b, byte(slices.Index(failure.Reasons, latest.Reason)+1))
	b = names.append(b, latest.Phases)
	n := 0
	for rest := p; len(rest) > 0; n++ {
		_, rest = rest.cut()
	}
	for ; len(p) > 0 && (n >= keptPolls || len(p)+len(b) > keptBytes); n-- {
		_, p = p.cut()
	}
	made := make(past, 0, len(p)+binary.MaxVarintLen16+len(b))
	made = binary.AppendUvarint(append(made, p...), uint64(len(b)))
	return append(made, b...)
}

func appendDuration(b []byte, d time.Duration) []byte {
	return binary.AppendUvarint(b, uint64(max(0, d)/tick))
}

// cut returns the bytes of the oldest poll, and those after it.
func (p past) cut() (oldest []byte, rest past) {
	length, n := binary.Uvarint(p)
	end := n + int(length)
	return p[n:end], p[end:]
}

// polls reads all of them, the latest first.
func (p past) polls(names *phaseNames) []Past {
	var all []Past
	for len(p) > 0 {
		var b []byte
		b, p = p.cut()
		next := func() uint64 {
			v, n := binary.Uvarint(b)
			b = b[n:]
			return v
		}
		one := Past{Start: time.UnixMilli(int64(next())), Duration: time.Duration(next()) * tick}
		if reason := next(); reason > 0 {
			one.Reason = failure.Reasons[reason-1]
		}
		for len(b) > 0 {
			id := next()
			name := names.name(id >> 1)
			one.Phases = append(one.Phases, Phase{name.name, name.command, time.Duration(next()) * tick, id&1 == 1})
		}
		all = append(all, one)
	}
	slices.Reverse(all)
	return all
}
