package fleet

import (
	"cmp"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/poll"
)

// Matches are the devices that match a query, in its order. It must not be changed.
type Matches struct {
	view *View
	sort string
	of   string   // the query, as a URL has it
	at   []uint32 // positions in the view's devices
}

// mostFound is for how many queries a view keeps what it has found.
const mostFound = 32

// Find returns the devices that match a query. A query without a sort has the order of names.
func (v *View) Find(q Query) Matches {
	m := Matches{view: v, sort: cmp.Or(q.Sort, "device"), of: q.Values().Encode()}
	if q.refused {
		return m
	}
	v.mu.Lock()
	at, known := v.found[m.of]
	v.mu.Unlock()
	if known {
		m.at = at
		return m
	}
	m.at = v.matching(q)
	v.sort(m.at, m.sort)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.found) < mostFound {
		v.found[m.of] = m.at
	}
	return m
}

// matching are the positions of the devices that match a query, in the order of names: only they are sorted.
func (v *View) matching(q Query) []uint32 {
	at := make([]uint32, len(v.Devices))
	for i := range at {
		at[i] = uint32(i)
	}
	for _, matches := range q.matchers(v.At) {
		at = slices.DeleteFunc(at, func(i uint32) bool { return !matches(v.Devices[i]) })
	}
	return slices.Clone(at)
}

// Len is how many there are.
func (m Matches) Len() int { return len(m.at) }

// Slice returns those from one place to before another; places beyond the end are the end.
func (m Matches) Slice(from, to int) []*poll.Status {
	from, to = min(from, len(m.at)), min(to, len(m.at))
	devices := make([]*poll.Status, 0, to-from)
	for _, i := range m.at[from:to] {
		devices = append(devices, m.view.Devices[i])
	}
	return devices
}

// errCursor is what is wrong with a cursor that no answer had.
var errCursor = errors.New("not a cursor of an earlier answer to the same query; begin without one")

// After returns at most limit of them, those that come after a cursor, and the cursor for the next; "" is before the first and
// after the last. Where the order is that of names, devices that come and go meanwhile make the walk neither skip nor repeat one.
func (m Matches) After(cursor string, limit int) (devices []*poll.Status, next string, err error) {
	from, err := m.place(cursor)
	if err != nil {
		return nil, "", err
	}
	devices = m.Slice(from, from+min(limit, len(m.at)))
	if end := from + len(devices); end < len(m.at) && len(devices) > 0 {
		text := m.query() + "\n" + strconv.Itoa(end) + "\n" + devices[len(devices)-1].Device.Name
		next = base64.RawURLEncoding.EncodeToString([]byte(text))
	}
	return devices, next, nil
}

// query stands for the query in a cursor.
func (m Matches) query() string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(m.of))), 36)
}

// place is where the devices after a cursor begin.
func (m Matches) place(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.SplitN(string(text), "\n", 3)
	if err != nil || len(parts) != 3 || parts[0] != m.query() {
		return 0, errCursor
	}
	end, err := strconv.Atoi(parts[1])
	if err != nil || end < 0 {
		return 0, errCursor
	}
	name := parts[2]
	if m.sort == "device" { // positions ascend as names do
		position, ok := m.view.position(name)
		if ok {
			position++
		}
		place, _ := slices.BinarySearch(m.at, uint32(position))
		return place, nil
	}
	if position, ok := m.view.position(name); ok {
		if place := slices.Index(m.at, uint32(position)); place >= 0 {
			return place + 1, nil
		}
	}
	return min(end, len(m.at)), nil
}
