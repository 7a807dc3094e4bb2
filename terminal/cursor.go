package terminal

import "unicode/utf8"

// widest bounds how far a cursor is moved within a line by one sequence, as the width of a terminal does. It also bounds
// the blanks that a movement leaves behind.
const widest = 132

// place is what is known of the row that the cursor is in: the one that it was last sent to, 0 if to none, and the lines
// that have ended since. A terminal that scrolls is still in that row, one that does not is so many rows below it.
type place struct{ row, down int }

func (p place) in(row int) bool { return p.row > 0 && (row == p.row || row == p.row+p.down) }

// saved is a cursor that a device will come back to (DECSC): it writes a status line meanwhile, or asks for the size.
type saved struct {
	valid     bool   // and no line has ended since
	line      []byte // as it was
	start     int
	back      int
	place     place
	movedAway bool // to another row
}

// longestSaved bounds the line that is kept for a cursor's return.
const longestSaved = 1024

// apply does what the sequence that has just ended does to the text.
func (s *Screen) apply() {
	q := &s.sequence
	switch {
	case q.final == 0 || q.intermediates > 0: // a string, a character set
	case !q.isControl:
		s.applyPlain(q.final)
	case q.private && q.final != 'K' && q.final != 'J':
	default:
		s.applyControl(q.final, q.parameters[0], q.parameters[1])
	}
}

func (s *Screen) applyPlain(final byte) {
	switch final {
	case 'D', 'E': // index, next line
		s.control('\n')
	case '7':
		s.save()
	case '8':
		s.restore()
	}
}

func (s *Screen) applyControl(final byte, first, second int) {
	n := max(first, 1)
	switch final {
	case 'A', 'F': // up
		s.byRows(-n)
	case 'B', 'e', 'E': // down
		s.byRows(n)
	case 'd':
		s.toRow(n)
	case 'H', 'f':
		if !s.toRow(n) {
			s.toColumn(max(second, 1))
		}
	case 'G', '`':
		s.toColumn(n)
	case 'C', 'a':
		s.right(min(n, widest))
	case 'D':
		s.left(min(n, widest))
	case 'L':
		s.control('\n')
	case 'K', 'J':
		s.erase(final, first)
	}
}

// erase drops the text behind the cursor, or all of the line.
func (s *Screen) erase(final byte, what int) {
	switch {
	case final == 'K' && what == 2:
		s.Cut(0)
	case what == 0 || what == 2:
		s.overwrite()
	}
}

// toRow moves the cursor to another row, which ends the current line if there is text in it. It reports false if the
// cursor is there already.
func (s *Screen) toRow(row int) (moved bool) {
	if s.in(row) {
		s.place = place{row: row}
		return false
	}
	s.leaveRow(place{row: row})
	return true
}

// byRows moves the cursor up or down.
func (s *Screen) byRows(n int) {
	if s.row == 0 {
		s.leaveRow(place{})
		return
	}
	s.leaveRow(place{row: max(1, s.row+s.down+n)})
}

func (s *Screen) leaveRow(to place) {
	s.saved.movedAway = true
	s.place = to
	if len(s.text) > s.start {
		s.newline()
	}
}

// toColumn moves the cursor within the line, the first column being 1.
func (s *Screen) toColumn(column int) {
	s.back = len(s.text) - s.start
	s.right(min(column-1, widest))
}

// right moves the cursor n runes to the right. Beyond the line's end it leaves blanks.
func (s *Screen) right(n int) {
	for ; n > 0 && s.back > 0; n-- {
		s.work++
		size := 1
		if rest := s.text[len(s.text)-s.back:]; rest[0] >= utf8.RuneSelf {
			_, size = utf8.DecodeRune(rest)
		}
		s.back -= size
	}
	for ; n > 0 && len(s.text)-s.start < widest; n-- {
		s.work++
		s.text = append(s.text, ' ')
	}
}

func (s *Screen) save() {
	line := s.Line()
	s.saved = saved{
		valid: len(line) <= longestSaved, line: append(s.saved.line[:0], line[:min(len(line), longestSaved)]...),
		start: s.start, back: s.back, place: s.place,
	}
}

// restore brings the cursor back to where it was saved. What was written in other rows meanwhile is no part of the text.
func (s *Screen) restore() {
	if s.saved.valid && s.saved.movedAway {
		s.text = append(s.text[:s.saved.start], s.saved.line...)
		s.start, s.back, s.place = s.saved.start, s.saved.back, s.saved.place
		s.saved.movedAway = false
	}
}
