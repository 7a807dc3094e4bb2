package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"
)

// printable writes text such that it cannot command the terminal on which it is read: what a device, an inventory or a file
// says may hold escape sequences, or characters that turn the direction of writing. All that is not to be seen, other than
// line ends and tabs, is written as \u001b, which JSON takes for the same text. Bytes that are not UTF-8 become U+FFFD.
// It may be used by any number of goroutines at once.
type printable struct {
	w     io.Writer
	mu    sync.Mutex
	begun []byte // a character whose other bytes come with the next write
}

// Write reports all of p as written unless the writer behind fails.
func (p *printable) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := append(p.begun, b...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 && utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	p.begun = append([]byte(nil), text...)
	if _, err := p.w.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// screen is the terminal to which w writes.
func screen(w io.Writer) (*os.File, bool) {
	if p, ok := w.(*printable); ok {
		w = p.w
	}
	file, ok := w.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}
