package terminal

import (
	"bytes"
	"unicode/utf8"
)

// Screen cleans a stream as it arrives, in time linear in its length however it is cut into pieces. It keeps all lines
// but models only the current one: a device's pager and line editor redraw no other. The zero value is empty and ready.
type Screen struct {
	text    []byte // all lines; the last is still being written
	start   int    // of the current line in text
	back    int    // bytes between the cursor and the end of the current line: gone as soon as something is written there
	partial []byte // the beginning of an escape sequence whose end has not arrived
}

// Write adds what was received. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	if len(s.partial) == 0 {
		s.partial = append(s.partial, s.write(p, false)...)
		return len(p), nil
	}
	s.partial = append(s.partial, p...)
	rest := s.write(s.partial, false)
	s.partial = append(s.partial[:0], rest...)
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

// Reset empties the screen and keeps its memory.
func (s *Screen) Reset() {
	s.text, s.start, s.back = s.text[:0], 0, 0
	s.partial = s.partial[:0]
}

// write shows p and returns the unfinished escape sequence at its end; at the last piece there is none.
func (s *Screen) write(p []byte, last bool) (rest []byte) {
	for i := 0; i < len(p); {
		if n := plainRun(p[i:]); n > 0 {
			s.overwrite()
			s.text = append(s.text, p[i:i+n]...)
			i += n
			continue
		}
		switch p[i] {
		case '\n', '\v', '\f':
			s.newline()
		case '\r':
			s.back = len(s.text) - s.start
		case '\b':
			s.backspace()
		case esc:
			seq := parseEscape(p[i:])
			if seq.size == 0 {
				if !last {
					return p[i:]
				}
				seq.size = min(2, len(p)-i)
			}
			s.apply(seq)
			i += seq.size
			continue
		}
		i++
	}
	return nil
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
		_, size := utf8.DecodeLastRune(s.text[s.start:cursor])
		cursor -= size
		moved = true
	}
	s.back = len(s.text) - cursor
	return moved
}

func (s *Screen) apply(seq escape) {
	switch seq.effect {
	case effectLine:
		s.newline()
	case effectLeft:
		s.left(seq.count)
	case effectErase:
		s.overwrite()
	}
}

func trimBlanks(text []byte, start int) []byte {
	return text[:start+len(bytes.TrimRight(text[start:], " \t"))]
}
