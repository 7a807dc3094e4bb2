package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Printable writes text such that it cannot command the terminal on which it is read: what a device, an inventory or a file
// says may hold escape sequences, or characters that turn the direction of writing. All that is not to be seen, other than
// line ends and tabs, is written as \u001b, which JSON takes for the same text. Bytes that are not UTF-8 become U+FFFD.
// It may be used by any number of goroutines at once.
type Printable struct {
	To    io.Writer
	mu    sync.Mutex
	begun []byte // a character whose other bytes come with the next write
}

// Write reports all of p as written unless the writer behind fails.
func (p *Printable) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := append(p.begun, b...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 && utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r == '\n' || r == '\t' {
			out = append(out, byte(r))
		} else {
			out = appendPrintable(out, r)
		}
	}
	p.begun = append([]byte(nil), text...)
	if _, err := p.To.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Line is a text as Printable writes it, within a line and a column: line ends and tabs are written out, too.
func Line(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		out = appendPrintable(out, r)
	}
	return string(out)
}

func appendPrintable(to []byte, r rune) []byte {
	if unicode.IsGraphic(r) {
		return utf8.AppendRune(to, r)
	}
	for _, unit := range utf16.AppendRune(nil, r) {
		to = fmt.Appendf(to, `\u%04x`, unit)
	}
	return to
}
