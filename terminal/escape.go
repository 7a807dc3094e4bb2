package terminal

const esc = 0x1b

// longestString bounds a window title and its like. What is longer has lost its end, and is text.
const longestString = 4096

type effect int

const (
	effectNone  effect = iota
	effectLine         // next line, insert line
	effectLeft         // cursor left: a pager or an editor takes text back
	effectErase        // erase from the cursor to the end of the line
)

// escape is one escape sequence: how many bytes it takes, and the effect that it has on the text.
type escape struct {
	size   int // 0: the sequence goes on beyond the bytes at hand
	effect effect
	count  int
}

// parseEscape reads the sequence at the start of p, which begins with ESC (ECMA-35, ECMA-48).
func parseEscape(p []byte) escape {
	if len(p) < 2 {
		return escape{}
	}
	switch p[1] {
	case '[':
		return parseControl(p)
	case ']', 'P', 'X', '^', '_':
		return parseString(p)
	case 'E':
		return escape{size: 2, effect: effectLine}
	}
	i := 1
	for i < len(p) && p[i] >= ' ' && p[i] <= '/' {
		i++
	}
	switch {
	case i == len(p):
		return escape{}
	case p[i] < ' ' || p[i] > '~':
		return escape{size: i}
	}
	return escape{size: i + 1}
}

// parseControl reads "ESC [ parameters intermediates final".
func parseControl(p []byte) escape {
	i, number := 2, 0
	for ; i < len(p) && p[i] >= '0' && p[i] <= '?'; i++ {
		if p[i] <= '9' && number < 1<<20 {
			number = number*10 + int(p[i]-'0')
		}
	}
	bare := i == 2
	for i < len(p) && p[i] >= ' ' && p[i] <= '/' {
		i++
	}
	switch {
	case i == len(p) && i > longestString:
		return escape{size: i}
	case i == len(p):
		return escape{}
	case p[i] < '@' || p[i] > '~':
		return escape{size: i}
	}
	e := escape{size: i + 1}
	switch p[i] {
	case 'L':
		e.effect = effectLine
	case 'D':
		e.effect, e.count = effectLeft, max(number, 1)
	case 'K', 'J':
		if bare || number == 0 || number == 2 {
			e.effect = effectErase
		}
	}
	return e
}

// parseString reads "ESC ] text BEL" or "ESC ] text ESC \". A string without an end is not one: only its introducer goes.
func parseString(p []byte) escape {
	for i := 2; i < len(p) && i < longestString; i++ {
		switch p[i] {
		case 0x07:
			return escape{size: i + 1}
		case esc:
			if i+1 == len(p) {
				return escape{}
			}
			if p[i+1] == '\\' {
				return escape{size: i + 2}
			}
			return escape{size: 2}
		}
	}
	if len(p) < longestString {
		return escape{}
	}
	return escape{size: 2}
}
