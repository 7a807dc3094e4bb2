package terminal

const esc = 0x1b

const (
	longestString    = 4096 // bounds a window title and its like. What is longer has lost its end, and is text
	longestControl   = 64   // bounds the parameters of a control sequence
	mostIntermediate = 2    // bounds the bytes between ESC and the final one; real sequences have one
)

// state is where a sequence stands (ECMA-35, ECMA-48).
type state uint8

const (
	ground       state = iota // no sequence
	escaped                   // ESC
	intermediate              // ESC and intermediates, before the final byte
	control                   // ESC [ and what follows, before the final byte
	text                      // ESC ] and its like: a string up to BEL or ESC \
	textEscaped               // an ESC in such a string
)

// sequence reads an escape sequence byte by byte, so that each is looked at once however they arrive.
type sequence struct {
	state         state
	final         byte
	isControl     bool   // begun by ESC [
	private       bool   // its parameters are not those of the standard
	parameters    [2]int // the first two; 0: not given
	size          int    // bytes of parameters, or of the string
	parameter     int    // which one is being read
	intermediates int
	held          []byte // of a string: text, should its end not come
}

// verdict is what became of a byte.
type verdict uint8

const (
	more     verdict = iota // the sequence goes on
	complete                // the byte was the last of it
	foreign                 // the byte belongs to no sequence: what was read of it goes, and the byte is read anew
)

func (q *sequence) begin() { *q = sequence{state: escaped, held: q.held[:0]} }

func (q *sequence) next(c byte) verdict {
	switch q.state {
	case escaped:
		return q.introduce(c)
	case intermediate:
		return q.finish(c, '0')
	case control:
		return q.control(c)
	case text:
		return q.string(c)
	case textEscaped:
		if c == '\\' {
			q.held = q.held[:0]
			return complete
		}
	}
	return foreign
}

func (q *sequence) introduce(c byte) verdict {
	switch c {
	case '[':
		q.state, q.isControl = control, true
		return more
	case ']', 'P', 'X', '^', '_':
		q.state = text
		return more
	}
	q.state = intermediate
	return q.finish(c, '0')
}

// finish reads intermediates and the final byte, which is not below first.
func (q *sequence) finish(c, first byte) verdict {
	switch {
	case c >= ' ' && c <= '/' && q.intermediates < mostIntermediate:
		q.intermediates++
		return more
	case c >= first && c <= '~':
		q.final = c
		return complete
	}
	return foreign
}

// control reads parameters, intermediates and the final byte.
func (q *sequence) control(c byte) verdict {
	if c < '0' || c > '?' || q.intermediates > 0 {
		return q.finish(c, '@')
	}
	if q.size++; q.size > longestControl {
		return foreign
	}
	switch {
	case c == ';':
		q.parameter++
	case c > '9':
		q.private = true
	case q.parameter < len(q.parameters) && q.parameters[q.parameter] < 1<<20:
		q.parameters[q.parameter] = 10*q.parameters[q.parameter] + int(c-'0')
	}
	return more
}

func (q *sequence) string(c byte) verdict {
	switch c {
	case 0x07:
		q.held = q.held[:0]
		return complete
	case esc:
		q.state = textEscaped
		return more
	}
	if len(q.held) == longestString {
		return foreign
	}
	q.held = append(q.held, c)
	return more
}

// abandon ends a sequence that is none. It returns the text that was held back for it; an ESC in a string begins the next.
func (q *sequence) abandon() (text []byte) {
	held := q.held
	q.held = nil
	if q.state == textEscaped {
		q.begin()
	} else {
		q.state = ground
	}
	return held
}
