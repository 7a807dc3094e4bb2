package terminal

import (
	"bytes"
	"unicode/utf8"
)

// Screen cleans a stream as it arrives, in time linear in its length however it is cut into pieces. It keeps all lines
// but models only the current one: a device's pager and line editor redraw no other. The zero value is empty and ready.
type Screen struct {
	text  []byte // all lines; the last is still being written
	start int    // of the current line in text
	back  int    // bytes between the cursor and the end of the current line: gone as soon as something is written there
	sequence
	place
	saved saved
	work  int // bytes of sequences and runes of movements that were looked at
}

// Write adds what was received. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	s.write(p)
	return len(p), nil
}

// Line returns the current, unterminated line as shown, valid until the next call of Write. It and Above are as they
// came if they are not UTF-8.
func (s *Screen) Line() []byte { return s.text[s.start:] }

// Above returns the ended lines above the current one, each with its "\n", valid until the next call of Write or Reset.
func (s *Screen) Above() []byte { return s.text[:s.start] }

// Text returns everything shown.
func (s *Screen) Text() string {
	return valid(string(trimBlanks(s.text, s.start)))
}

// Len returns the size of what is shown in bytes.
func (s *Screen) Len() int { return len(s.text) }

// Cut removes the current line from byte n on: a pager's text, once it is answered.
func (s *Screen) Cut(n int) {
	s.text = s.text[:s.start+n]
	s.back = 0
}

// Reset empties the screen and keeps its memory, the row of the cursor, and a sequence whose end has not arrived.
func (s *Screen) Reset() {
	s.text, s.start, s.back = s.text[:0], 0, 0
	s.saved.valid = false
}

// write shows p. A sequence at its end waits for its rest.
func (s *Screen) write(p []byte) {
	for i := 0; i < len(p); {
		if s.state == ground {
			if n := plainRun(p[i:]); n > 0 {
				s.overwrite()
				s.text = append(s.text, p[i:i+n]...)
				i += n
				continue
			}
			s.control(p[i])
			i++
			continue
		}
		s.work++
		if p[i] == 0 || p[i] == 0x7f { // padding, also in a sequence
			i++
			continue
		}
		switch s.next(p[i]) {
		case more:
			i++
		case complete:
			s.state = ground
			s.apply()
			i++
		case foreign:
			s.showHeld()
		}
	}
}

// showHeld gives a sequence up that turned out to be none.
func (s *Screen) showHeld() {
	next := s.sequence
	held := next.abandon()
	s.state = ground
	s.write(held) // no ESC is in it
	s.sequence = next
	s.held = held[:0]
}

// end shows what waited for more, when nothing more will come.
func (s *Screen) end() {
	if s.state == text || s.state == textEscaped {
		s.showHeld()
	}
	s.state = ground
}

func (s *Screen) control(c byte) {
	switch c {
	case '\n', '\v', '\f':
		s.saved.valid = false
		s.down++
		s.newline()
	case '\r':
		s.back = len(s.text) - s.start
	case '\b':
		s.backspace()
	case esc:
		s.begin()
	}
}

func plainRun(p []byte) int {
	for i, c := range p {
		if !plain(c) {
			return i
		}
	}
	return len(p)
}

// overwrite drops what stands right of the cursor. A terminal would replace it rune by rune, but no device redraws
// half a line: what it does not blank out it writes again.
func (s *Screen) overwrite() {
	s.text = s.text[:len(s.text)-s.back]
	s.back = 0
}

func (s *Screen) newline() {
	s.text = append(trimBlanks(s.text, s.start), '\n')
	s.start, s.back = len(s.text), 0
}

func (s *Screen) backspace() {
	if s.left(1) {
		s.overwrite()
	}
}

// left moves the cursor n runes to the left, at most to the line's start, and reports whether it moved.
func (s *Screen) left(n int) bool {
	cursor := len(s.text) - s.back
	moved := false
	for ; n > 0 && cursor > s.start; n-- {
		s.work++
		size := 1
		if s.text[cursor-1] >= utf8.RuneSelf {
			_, size = utf8.DecodeLastRune(s.text[s.start:cursor])
		}
		cursor -= size
		moved = true
	}
	s.back = len(s.text) - cursor
	return moved
}

func trimBlanks(text []byte, start int) []byte {
	return text[:start+len(bytes.TrimRight(text[start:], " \t"))]
}
