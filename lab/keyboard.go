package lab

import (
	"bufio"
	"errors"
	"io"
)

// keyboard is what the client types, and the screen it sees: output is held back until the device waits for a key.
type keyboard struct {
	in      *bufio.Reader
	screen  *bufio.Writer
	afterCR bool // the line end just read may be the first half of CR LF
}

// What the keys send.
const (
	ctrlC     = "\x03"
	backspace = "\b"
	ctrlU     = "\x15"
	del       = "\x7f"
)

const longestLine = 4096

var errLineTooLong = errors.New("typed line is too long")

func newKeyboard(rw io.ReadWriter) *keyboard {
	return &keyboard{in: bufio.NewReaderSize(rw, 512), screen: bufio.NewWriterSize(rw, 2048)}
}

// key reads one key as it comes.
func (k *keyboard) key() (byte, error) {
	for {
		if k.in.Buffered() == 0 {
			if err := k.screen.Flush(); err != nil {
				return 0, err
			}
		}
		key, err := k.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if k.afterCR && key == '\n' {
			k.afterCR = false
			continue
		}
		k.afterCR = key == '\r'
		return key, nil
	}
}

// line reads up to the next line end, which it neither returns nor echoes; echo is what every other key prints.
func (k *keyboard) line(echo bool) (string, error) {
	var typed []byte
	for {
		key, err := k.key()
		if err != nil {
			return "", err
		}
		switch string(key) {
		case "\r", "\n":
			return string(typed), nil
		case ctrlC, ctrlU:
			typed = typed[:0]
			continue
		case backspace, del:
			typed = typed[:max(0, len(typed)-1)]
			continue
		}
		if len(typed) == longestLine {
			return "", errLineTooLong
		}
		typed = append(typed, key)
		if echo {
			_ = k.screen.WriteByte(key) // a failed write shows at the next flush
		}
	}
}
